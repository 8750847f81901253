"""Rows that belong to the record and live and die with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_ROWS
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field


class Children(FieldType):
    """Records of the entity ``of`` whose link ``through`` leads here, in their own order."""

    name: ClassVar[str] = "children"
    label: ClassVar[Label] = Label(ru="Строки", en="Rows")
    widget: ClassVar[str] = "children"
    cell: ClassVar[str] = "children"
    operators: ClassVar[tuple[str, ...]] = OF_ROWS
    options_schema: ClassVar[Mapping[str, Any]] = {
        "of": {"$ref": "#/$defs/name"},
        "through": {"$ref": "#/$defs/name"},
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="none")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "object"}}

    def parse(self, field: Field, raw: Any, context: Context) -> list[dict[str, Any]] | None:
        """The rows as they were written; the values in them are for their own fields to parse."""
        if raw is None:
            return None
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
            raise ValueRefused("KBK3002", message("A list of rows is expected."))
        return raw

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        return "" if not value else str(len(value))
