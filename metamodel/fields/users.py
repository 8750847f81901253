"""People who use the system, several of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.link import LINK_OPTIONS, LinkKey
from metamodel.fields.links import list_schema, parse_links, write_links
from metamodel.fields.operators import OF_USERS
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field


class Users(FieldType):
    """Links to several records of the system's entity ``user``."""

    name: ClassVar[str] = "users"
    label: ClassVar[Label] = Label(ru="Пользователи", en="Users")
    widget: ClassVar[str] = "links"
    cell: ClassVar[str] = "people"
    operators: ClassVar[tuple[str, ...]] = OF_USERS
    options_schema: ClassVar[Mapping[str, Any]] = LINK_OPTIONS

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="links")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return list_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> tuple[int | LinkKey, ...] | None:
        return parse_links(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_links(value, context)
