"""A share, stored as a number (0.20) and shown as percents (20 %)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal as Exact
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.decimal import NUMBER_OPTIONS, exact_value, number_schema
from metamodel.fields.numeric import NO_BREAK, parse_number, write_number
from metamodel.fields.operators import OF_ORDERED
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field

SCALE = 4
"""Digits of the share when the definition does not say: hundredths of a percent."""


class Percent(FieldType):
    """A share: 0.2 in JSON; typed and in files ``20 %``, and ``20`` there means the same."""

    name: ClassVar[str] = "percent"
    label: ClassVar[Label] = Label(ru="Процент", en="Percent")
    widget: ClassVar[str] = "number"
    cell: ClassVar[str] = "percent"
    operators: ClassVar[tuple[str, ...]] = OF_ORDERED
    options_schema: ClassVar[Mapping[str, Any]] = NUMBER_OPTIONS

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="decimal", scale=field.result.scale)

    def json_schema(self, field: Field) -> dict[str, Any]:
        return number_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> Exact | None:
        if context.medium == "json":
            return exact_value(field, parse_number(raw, context))
        written = raw.strip().removesuffix("%").rstrip() if isinstance(raw, str) else raw
        percents = parse_number(written, context)
        return exact_value(field, None if percents is None else percents.scaleb(-2))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        return "" if value is None else write_percent(value, context)


def write_percent(value: Exact, context: Context) -> str:
    """``20%`` in files, ``20 %`` in Russian, without zeros that say nothing."""
    percents = value.scaleb(2)
    whole = percents.to_integral_value()
    shown = whole if percents == whole else percents.normalize()
    sign = f"{NO_BREAK}%" if context.language == "ru" and context.medium != "csv" else "%"
    return write_number(shown, context, grouped=context.medium == "text") + sign
