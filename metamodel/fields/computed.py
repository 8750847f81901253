"""What formula, lookup and rollup have in common: no column, nothing to write, shown by the type of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.boolean import write_boolean
from metamodel.fields.link import Link, write_link
from metamodel.fields.moments import write_day, write_instant
from metamodel.fields.numeric import write_number
from metamodel.fields.operators import EMPTINESS
from metamodel.fields.percent import write_percent
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field


class Computed(FieldType):
    """A value computed when it is read; ``operators`` of one in question are `operators_of`."""

    widget: ClassVar[str] = "readonly"
    cell: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = EMPTINESS

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="none")

    def json_schema(self, field: Field) -> dict[str, Any]:
        kind = field.result.kind
        if kind == "number":
            return {"type": "number" if field.result.scale else "integer"}
        if kind == "boolean":
            return {"type": "boolean"}
        if kind == "date":
            return {"type": "string", "format": "date"}
        if kind == "datetime":
            return {"type": "string", "format": "date-time"}
        return Link().json_schema(field) if kind == "link" else {"type": "string"}

    def parse(self, field: Field, raw: Any, context: Context) -> Any:
        raise ValueRefused("KBK3004", message("The value is computed."))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        kind = field.result.kind
        if kind == "boolean":
            return write_boolean(value, context)
        if kind == "link":
            return write_link(value, context)
        if value is None:
            return None if context.medium == "json" else ""
        if kind == "date":
            return write_day(value, context)
        if kind == "datetime":
            return write_instant(value, context)
        if kind == "choice":
            choice = field.choice(value)
            if choice is not None:
                return (
                    choice.name
                    if context.medium in ("json", "form")
                    else choice.label.in_language(context.language)
                )
        if kind == "number" and context.medium != "json":
            if field.result.percent:
                return write_percent(value, context)
            return write_number(value, context, grouped=context.medium == "text")
        return value
