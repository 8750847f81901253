"""What formula, lookup and rollup have in common: no column, nothing to write, shown by the type of the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.boolean import Boolean
from metamodel.fields.choice import Choice
from metamodel.fields.choices import Choices
from metamodel.fields.date import Date
from metamodel.fields.datetime import DateTime
from metamodel.fields.duration import Duration
from metamodel.fields.link import Link
from metamodel.fields.numeric import write_number
from metamodel.fields.operators import EMPTINESS
from metamodel.fields.percent import write_percent
from metamodel.fields.time import Time
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field


_AS_STORED: Mapping[str, FieldType] = {
    "boolean": Boolean(), "link": Link(), "date": Date(), "datetime": DateTime(), "time": Time(), "duration": Duration(),
    "choice": Choice(), "choices": Choices(),
}  # fmt: skip
"""Kinds of results that are written as a stored field writes them."""


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
        like = _AS_STORED.get(kind)
        return {"type": "string"} if like is None else like.json_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> Any:
        raise ValueRefused("KBK3004", message("The value is computed."))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        kind = field.result.kind
        like = _AS_STORED.get(kind)
        if like is not None:
            return like.format(field, value, context)
        if value is None:
            return None if context.medium == "json" else ""
        if kind == "number" and context.medium != "json":
            if field.result.percent:
                return write_percent(value, context)
            return write_number(value, context, grouped=context.medium == "text")
        return value
