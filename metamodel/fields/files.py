"""Several files in the order in which somebody put them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.file import FILE_OPTIONS, File, parse_file
from metamodel.fields.link import LinkKey
from metamodel.fields.links import parse_list, write_links
from metamodel.fields.operators import EMPTINESS
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

MOST_FILES = 100
"""Files of one field without a ``max_files`` of its own."""


class Files(FieldType):
    """Files of one record; kept as the ids of their records in a table of the field's own."""

    name: ClassVar[str] = "files"
    label: ClassVar[Label] = Label(ru="Файлы", en="Files")
    widget: ClassVar[str] = "files"
    cell: ClassVar[str] = "files"
    operators: ClassVar[tuple[str, ...]] = EMPTINESS
    options_schema: ClassVar[Mapping[str, Any]] = {
        **FILE_OPTIONS,
        "max_files": {"type": "integer", "minimum": 1, "maximum": 1_000},
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="links")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "array", "items": File().json_schema(field), "maxItems": most_files(field)}

    def parse(self, field: Field, raw: Any, context: Context) -> tuple[int | LinkKey, ...] | None:
        found = parse_list(raw, context, parse_file)
        if found is not None and len(found) > most_files(field):
            raise ValueRefused(
                "KBK3003",
                message("At most {count} files are kept here: take some away.", count=most_files(field)),
            )
        return found

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_links(value, context)


def most_files(field: Field) -> int:
    """How many files the field takes."""
    count = field.options.get("max_files", MOST_FILES)
    return count if isinstance(count, int) else MOST_FILES
