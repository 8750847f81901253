"""A decimal number with a fixed count of digits after the point."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal as Exact
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.expression.types import MAX_DIGITS, MAX_SCALE
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.numeric import as_decimal, check_range, limit, parse_number, write_number
from metamodel.fields.operators import OF_ORDERED
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field

NUMBER_OPTIONS: Mapping[str, Any] = {
    "scale": {"type": "integer", "minimum": 0, "maximum": MAX_SCALE},
    "min": {"type": ["number", "string"], "format": "number"},
    "max": {"type": ["number", "string"], "format": "number"},
}
"""Options of every number with digits after the point."""


class Decimal(FieldType):
    """A number of at most 18 digits, ``scale`` of them (2 when not said) after the point."""

    name: ClassVar[str] = "decimal"
    label: ClassVar[Label] = Label(ru="Число", en="Decimal")
    widget: ClassVar[str] = "number"
    cell: ClassVar[str] = "number"
    operators: ClassVar[tuple[str, ...]] = OF_ORDERED
    options_schema: ClassVar[Mapping[str, Any]] = NUMBER_OPTIONS

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="decimal", scale=field.result.scale)

    def json_schema(self, field: Field) -> dict[str, Any]:
        return number_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> Exact | None:
        return exact_value(field, parse_number(raw, context))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        return "" if value is None else write_number(value, context, grouped=context.medium == "text")


def exact_value(field: Field, number: Exact | None) -> Exact | None:
    """The number at the field's scale, within its limits."""
    if number is None:
        return None
    value = limit(number, field.result.scale)
    check_range(value, field.options.get("min"), field.options.get("max"))
    return value


def number_schema(field: Field) -> dict[str, Any]:
    """JSON Schema of a number with the field's limits; digits after the point are not asserted by it."""
    most = Exact(10) ** (MAX_DIGITS - field.result.scale)
    least = as_decimal(field.options["min"]) if field.options.get("min") is not None else None
    highest = as_decimal(field.options["max"]) if field.options.get("max") is not None else None
    return {
        "type": "number",
        **({"exclusiveMinimum": int(-most)} if least is None else {"minimum": _plain(least)}),
        **({"exclusiveMaximum": int(most)} if highest is None else {"maximum": _plain(highest)}),
    }


def _plain(number: Exact) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
