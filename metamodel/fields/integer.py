"""A whole number of at most 18 digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.numeric import check_range, limit, parse_number, write_number
from metamodel.fields.operators import OF_ORDERED
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field

MOST = 10**18 - 1


class Integer(FieldType):
    """A whole number from -999 999 999 999 999 999 to 999 999 999 999 999 999."""

    name: ClassVar[str] = "integer"
    label: ClassVar[Label] = Label(ru="Целое число", en="Integer")
    widget: ClassVar[str] = "number"
    cell: ClassVar[str] = "number"
    operators: ClassVar[tuple[str, ...]] = OF_ORDERED
    options_schema: ClassVar[Mapping[str, Any]] = {
        "min": {"type": "integer", "minimum": -MOST, "maximum": MOST},
        "max": {"type": "integer", "minimum": -MOST, "maximum": MOST},
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="integer")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {
            "type": "integer",
            "minimum": field.options.get("min", -MOST),
            "maximum": field.options.get("max", MOST),
        }

    def parse(self, field: Field, raw: Any, context: Context) -> int | None:
        number = parse_number(raw, context)
        if number is None:
            return None
        value = int(limit(number, 0))
        check_range(value, field.options.get("min"), field.options.get("max"))
        return value

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        return "" if value is None else write_number(value, context, grouped=context.medium == "text")
