"""An amount of money."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal as Exact
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import SIBLING, ColumnType, Context, FieldType
from metamodel.fields.decimal import NUMBER_OPTIONS, exact_value, number_schema
from metamodel.fields.numeric import (
    parse_number,
    refuse_other_currency,
    refuse_two_ways,
    without_currency,
    write_number,
)
from metamodel.fields.operators import OF_ORDERED
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field


class Money(FieldType):
    """A decimal of scale 2 in one currency (``currency: RUB``) or in that of another field (``currency_field``)."""

    name: ClassVar[str] = "money"
    label: ClassVar[Label] = Label(ru="Деньги", en="Money")
    widget: ClassVar[str] = "number"
    cell: ClassVar[str] = "money"
    operators: ClassVar[tuple[str, ...]] = OF_ORDERED
    options_schema: ClassVar[Mapping[str, Any]] = {
        "currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "a code of ISO 4217, such as RUB",
        },
        "currency_field": SIBLING,
        **NUMBER_OPTIONS,
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="decimal", scale=field.result.scale)

    def json_schema(self, field: Field) -> dict[str, Any]:
        return number_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> Exact | None:
        written = raw if context.medium == "json" else without_currency(raw)
        if context.medium != "json":
            refuse_other_currency(raw, field.options.get("currency"))
            refuse_two_ways(written, context.language)
        return exact_value(field, parse_number(written, context))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        return "" if value is None else write_number(value, context, grouped=context.medium == "text")
