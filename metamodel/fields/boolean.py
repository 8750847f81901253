"""Yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_BOOLEAN
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

_WORDS = {
    **dict.fromkeys(("да", "д", "истина", "yes", "y", "true", "on", "1", "+", "✓"), True),
    **dict.fromkeys(("нет", "н", "ложь", "no", "n", "false", "off", "0", "-", "−"), False),
}


class Boolean(FieldType):
    """Yes, no, or not said."""

    name: ClassVar[str] = "boolean"
    label: ClassVar[Label] = Label(ru="Да или нет", en="Yes or no")
    widget: ClassVar[str] = "boolean"
    cell: ClassVar[str] = "boolean"
    operators: ClassVar[tuple[str, ...]] = OF_BOOLEAN
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="boolean")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "boolean"}

    def parse(self, field: Field, raw: Any, context: Context) -> bool | None:
        if raw is None or isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and context.medium != "json":
            word = raw.strip().casefold()
            if not word:
                return None
            if word in _WORDS:
                return _WORDS[word]
        raise ValueRefused("KBK3002", message("Yes or no is expected."))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_boolean(value, context)


def write_boolean(value: bool | None, context: Context) -> Any:
    """true and false in JSON and forms, words of the language elsewhere."""
    if context.medium == "json":
        return value
    if value is None:
        return ""
    if context.medium == "form":
        return "true" if value else "false"
    yes, no = ("да", "нет") if context.language == "ru" else ("yes", "no")
    return yes if value else no
