"""A line of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.formats import text_format
from metamodel.fields.operators import OF_TEXT
from metamodel.fields.texts import check_pattern, clean_text
from metamodel.labels import Label
from metamodel.messages import message
from metamodel.text import KEY_LENGTH, fold

if TYPE_CHECKING:
    from metamodel.model import Field

LONGEST = 1_000
"""Characters of a text without a ``max_length`` of its own."""


class Text(FieldType):
    """A line of text, with limits of length and a pattern that the whole text keeps."""

    name: ClassVar[str] = "text"
    label: ClassVar[Label] = Label(ru="Текст", en="Text")
    widget: ClassVar[str] = "text"
    cell: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {
        "min_length": {"type": "integer", "minimum": 0, "maximum": 10_000},
        "max_length": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "format": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1_000,
            "description": "a regular expression, or the name of a format",
        },
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "maxLength": field.options.get("max_length", LONGEST)}
        if field.options.get("min_length"):
            schema["minLength"] = field.options["min_length"]
        if "format" in field.options:
            named = text_format(field.options["format"])
            schema["pattern"] = f"^(?:{named.pattern if named else field.options['format']})$"
        return schema

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=field.options.get("max_length", LONGEST), lines=False)
        if text is None:
            return None
        named = text_format(field.options.get("format"))
        if named is not None:
            text = named.read(text)
        check_text(field, text)
        return text

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json" or not value:
            return value if context.medium == "json" else ""
        named = text_format(field.options.get("format"))
        return value if named is None or context.medium == "csv" else named.show(value)


def check_text(field: Field, text: str) -> None:
    """Refuse a text shorter than its field's ``min_length``, not of its ``format``, or too long to be unique."""
    least = field.options.get("min_length", 0)
    if len(text) < least:
        raise ValueRefused("KBK3003", message("At least {least} characters are expected.", least=least))
    written = field.options.get("format")
    if written is not None and text_format(written) is None:
        check_pattern(text, written)
    if field.unique and len(fold(text)) > KEY_LENGTH:
        raise ValueRefused(
            "KBK3003", message("A unique text has at most {longest} characters.", longest=KEY_LENGTH)
        )
