"""A picture: a file that is shown small where its record is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.file import FILE_OPTIONS, File, parse_file
from metamodel.fields.link import LinkKey, write_link
from metamodel.fields.operators import OF_FILE
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field


class Image(FieldType):
    """One picture; without ``types`` of its own it takes every kind of picture."""

    name: ClassVar[str] = "image"
    label: ClassVar[Label] = Label(ru="Изображение", en="Image")
    widget: ClassVar[str] = "image"
    cell: ClassVar[str] = "image"
    operators: ClassVar[tuple[str, ...]] = OF_FILE
    options_schema: ClassVar[Mapping[str, Any]] = FILE_OPTIONS

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="link")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return File().json_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> int | LinkKey | None:
        return parse_file(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_link(value, context)
