"""A day of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.moments import parse_day, write_day
from metamodel.fields.operators import OF_DAYS
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field


class Date(FieldType):
    """A day of the Gregorian calendar, years 1 to 9999."""

    name: ClassVar[str] = "date"
    label: ClassVar[Label] = Label(ru="Дата", en="Date")
    widget: ClassVar[str] = "date"
    cell: ClassVar[str] = "date"
    operators: ClassVar[tuple[str, ...]] = OF_DAYS
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="date")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def parse(self, field: Field, raw: Any, context: Context) -> date | None:
        if raw is None or isinstance(raw, str) and not raw.strip():
            return None
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        if not isinstance(raw, str):
            raise ValueRefused("KBK3002", message("A date is expected, such as 2026-11-21."))
        return parse_day(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if value is None:
            return None if context.medium == "json" else ""
        return write_day(value, context)
