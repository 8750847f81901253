"""A time of the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.clocks import parse_clock, write_clock
from metamodel.fields.operators import OF_ORDERED
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field


class Time(FieldType):
    """A time of some day, to the second, of no zone."""

    name: ClassVar[str] = "time"
    label: ClassVar[Label] = Label(ru="Время", en="Time")
    widget: ClassVar[str] = "time"
    cell: ClassVar[str] = "time"
    operators: ClassVar[tuple[str, ...]] = OF_ORDERED
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="time")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"}

    def parse(self, field: Field, raw: Any, context: Context) -> time | None:
        if raw is None or isinstance(raw, str) and not raw.strip():
            return None
        if isinstance(raw, time):
            return raw.replace(microsecond=0, tzinfo=None)
        if isinstance(raw, datetime) or not isinstance(raw, str):
            raise ValueRefused("KBK3002", message("A time is expected, such as 14:30."))
        return parse_clock(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if value is None:
            return None if context.medium == "json" else ""
        return value.isoformat("seconds") if context.medium == "json" else write_clock(value)
