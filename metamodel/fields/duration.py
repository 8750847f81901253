"""A length of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.expression.durations import Span, span
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.lengths import no_length, parse_length, write_length
from metamodel.fields.operators import OF_ORDERED
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field


class Duration(FieldType):
    """Days, hours, minutes and seconds, kept as whole seconds (a day is 24 hours); ISO 8601 on the wire."""

    name: ClassVar[str] = "duration"
    label: ClassVar[Label] = Label(ru="Длительность", en="Duration")
    widget: ClassVar[str] = "duration"
    cell: ClassVar[str] = "duration"
    operators: ClassVar[tuple[str, ...]] = OF_ORDERED
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="duration")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "duration"}

    def parse(self, field: Field, raw: Any, context: Context) -> Span | None:
        if raw is None or isinstance(raw, str) and not raw.strip():
            return None
        if isinstance(raw, timedelta) and not raw.microseconds and raw.days >= 0:
            return span(raw.days * 86_400 + raw.seconds)
        if not isinstance(raw, str):
            raise no_length(context)
        return parse_length(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if value is None:
            return None if context.medium == "json" else ""
        return str(value) if context.medium in ("json", "csv") else write_length(value, context.language)
