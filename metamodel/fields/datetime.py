"""An instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.moments import parse_instant, write_instant
from metamodel.fields.operators import OF_DAYS
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field


class DateTime(FieldType):
    """An instant to the microsecond, kept in UTC (RFC 3339), typed and shown in the context's zone."""

    name: ClassVar[str] = "datetime"
    label: ClassVar[Label] = Label(ru="Дата и время", en="Date and time")
    widget: ClassVar[str] = "datetime"
    cell: ClassVar[str] = "datetime"
    operators: ClassVar[tuple[str, ...]] = OF_DAYS
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="datetime")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def parse(self, field: Field, raw: Any, context: Context) -> datetime | None:
        if raw is None or isinstance(raw, str) and not raw.strip():
            return None
        if isinstance(raw, datetime) and raw.tzinfo is not None:
            return raw.astimezone(UTC)
        if not isinstance(raw, str):
            raise ValueRefused(
                "KBK3002", message("A date and time is expected, such as 2026-11-21T11:30:00Z.")
            )
        return parse_instant(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if value is None:
            return None if context.medium == "json" else ""
        return write_instant(value, context)
