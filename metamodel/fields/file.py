"""A file: a link to the system's entity ``file``, whose contents the workspace keeps by their hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.link import LinkKey, parse_link, write_link
from metamodel.fields.operators import OF_FILE
from metamodel.labels import Label
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from metamodel.model import Field

FILE_OPTIONS: Mapping[str, Any] = {
    "max_size": {
        "type": "string",
        "pattern": "^[1-9][0-9]{0,5} ?(KB|MB|GB)$",
        "description": "the most that a file may weigh, such as 20 MB",
    },
    "types": {
        "type": "array",
        "minItems": 1,
        "maxItems": 50,
        "items": {
            "type": "string",
            "pattern": "^[a-z]+/([a-z0-9.+-]+|\\*)$",
            "description": "media types that are taken, such as image/* or application/pdf",
        },
        "description": "media types that are taken, such as image/* or application/pdf",
    },
}
"""Options of every field that holds files; what is inside a file decides, not its name."""

_UNITS = {"KB": 1024, "MB": 1024**2, "GB": 1024**3}
_KNOWN = frozenset({"id", "name", "size", "type", "url", "title", "hidden"})

REFUSED = "\ue000"
"""First character of a form's text where a file that was sent was not taken; behind it the reason."""
REASONS: Mapping[str, Message] = {
    "large": message(
        "The file is larger than this installation takes: send a smaller one, or ask its administrator."
    ),
    "empty": message("The file is empty: choose another."),
    "infected": message("The scanner of viruses found something in the file: it was not taken."),
    "unscanned": message(
        "The scanner of viruses does not answer: try again in a moment, or tell your administrator."
    ),
}


FILE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "type": {"type": "string"},
        "url": {"type": "string"},
    },
}
"""JSON Schema of a file as the API tells it."""


class File(FieldType):
    """One file; kept as the id of its record."""

    name: ClassVar[str] = "file"
    label: ClassVar[Label] = Label(ru="Файл", en="File")
    widget: ClassVar[str] = "file"
    cell: ClassVar[str] = "file"
    operators: ClassVar[tuple[str, ...]] = OF_FILE
    options_schema: ClassVar[Mapping[str, Any]] = FILE_OPTIONS

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="link")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {**FILE_SCHEMA, "required": ["id"]}

    def parse(self, field: Field, raw: Any, context: Context) -> int | LinkKey | None:
        return parse_file(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_link(value, context)


def parse_file(raw: Any, context: Context) -> int | LinkKey | None:
    """The id of a file: ``{"id": 7}`` as it is read, ``7``; a name in a spreadsheet is a `LinkKey`."""
    if isinstance(raw, Mapping):
        if "id" not in raw or set(raw) - _KNOWN:
            raise ValueRefused(
                "KBK3002",
                message("A file that was sent to /api/files is expected: {example}.", example='{"id": 7}'),
            )
        raw = raw["id"]
    if context.medium == "form" and isinstance(raw, str) and raw.startswith(REFUSED):
        raise ValueRefused("KBK5004", REASONS.get(raw[1:], REASONS["large"]))
    return parse_link(raw, context)


def file_url(file: int, name: str) -> str:
    """The address of a file; the name stands there for people, the id decides."""
    written = quote(name.replace("/", "_").replace("\\", "_"), safe="")
    return f"/files/{file}/{written}"


def most_bytes(field: Field) -> int | None:
    """The field's ``max_size`` in bytes."""
    written = field.options.get("max_size")
    if not isinstance(written, str):
        return None
    return int(written[:-2]) * _UNITS[written[-2:]]


def takes(field: Field, media_type: str) -> bool:
    """Whether a file of that media type may stand in the field."""
    wanted = field.options.get("types") or (("image/*",) if field.type.name == "image" else ())
    return not wanted or any(
        media_type == each or (each.endswith("/*") and media_type.startswith(each[:-1])) for each in wanted
    )
