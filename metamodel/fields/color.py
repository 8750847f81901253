"""A colour."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_CHOICE
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


class Color(FieldType):
    """Red, green and blue as ``#RRGGBB``; ``#f80`` and a number without its ``#`` are read, too."""

    name: ClassVar[str] = "color"
    label: ClassVar[Label] = Label(ru="Цвет", en="Colour")
    widget: ClassVar[str] = "color"
    cell: ClassVar[str] = "color"
    operators: ClassVar[tuple[str, ...]] = OF_CHOICE
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^#[0-9A-F]{6}$"}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        if raw is None or isinstance(raw, str) and not raw.strip():
            return None
        if isinstance(raw, str) and len(raw) <= 100:
            text = raw.strip()
            found = _HEX.fullmatch(text if text.startswith("#") or context.medium == "json" else f"#{text}")
            if found:
                digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
                return f"#{digits.upper()}"
        raise ValueRefused("KBK3002", message("A colour is expected, such as #1E88E5."))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return value if context.medium == "json" else value or ""
