"""A mark in stars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.numeric import check_range, limit, parse_number
from metamodel.fields.operators import OF_ORDERED
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field

STARS = 5
"""The best mark when the definition does not say."""


class Rating(FieldType):
    """A whole number from 0 to ``max``, shown as stars."""

    name: ClassVar[str] = "rating"
    label: ClassVar[Label] = Label(ru="Оценка", en="Rating")
    widget: ClassVar[str] = "rating"
    cell: ClassVar[str] = "rating"
    operators: ClassVar[tuple[str, ...]] = OF_ORDERED
    options_schema: ClassVar[Mapping[str, Any]] = {"max": {"type": "integer", "minimum": 1, "maximum": 10}}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="integer")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "maximum": stars_of(field)}

    def parse(self, field: Field, raw: Any, context: Context) -> int | None:
        written = raw.strip() if isinstance(raw, str) and context.medium != "json" else raw
        if context.medium != "json" and isinstance(written, str) and written and not written.strip("★☆"):
            written = str(written.count("★"))
        number = parse_number(written, context)
        if number is None:
            return None
        value = int(limit(number, 0))
        check_range(value, 0, stars_of(field))
        return value

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        return "" if value is None else str(value)


def stars_of(field: Field) -> int:
    """The best mark of a field."""
    return int(field.options.get("max", STARS))
