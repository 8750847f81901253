"""A link to a department."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.link import LINK_OPTIONS, Link, LinkKey, parse_link, write_link
from metamodel.fields.operators import OF_LINK
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field


class Department(FieldType):
    """A link to the system's entity ``department``."""

    name: ClassVar[str] = "department"
    label: ClassVar[Label] = Label(ru="Подразделение", en="Department")
    widget: ClassVar[str] = "link"
    cell: ClassVar[str] = "link"
    operators: ClassVar[tuple[str, ...]] = OF_LINK
    options_schema: ClassVar[Mapping[str, Any]] = LINK_OPTIONS

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="link")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return Link().json_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> int | LinkKey | None:
        return parse_link(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_link(value, context)
