"""Text of several lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_LONG_TEXT
from metamodel.fields.text import check_text
from metamodel.fields.texts import clean_text
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field

LONGEST = 100_000
"""Characters of a text without a ``max_length`` of its own."""


class LongText(FieldType):
    """Text of several lines; every end of a line is kept as ``\\n``."""

    name: ClassVar[str] = "long_text"
    label: ClassVar[Label] = Label(ru="Многострочный текст", en="Long text")
    widget: ClassVar[str] = "long_text"
    cell: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = OF_LONG_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {
        "min_length": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
        "max_length": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "maxLength": field.options.get("max_length", LONGEST)}
        if field.options.get("min_length"):
            schema["minLength"] = field.options["min_length"]
        return schema

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=field.options.get("max_length", LONGEST), lines=True)
        if text is None:
            return None
        check_text(field, text)
        return text

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return value if context.medium == "json" else value or ""
