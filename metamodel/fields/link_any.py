"""A link to a record of one of several entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.any_link import AnyLink, read_any
from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.link import MOST_ID, LinkKey, parse_link
from metamodel.fields.operators import OF_LINK_ANY
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

ALL = "all"
"""``to: all``: every entity whose rights do not follow another record's themselves."""

OF_PARENT = "of parent"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyName:
    """A record as it is written: the name of its entity, and its id or what else finds it there. Who writes records
    knows the entities and makes an `AnyLink` of it."""

    entity: str
    key: int | LinkKey

    def __str__(self) -> str:
        return f"{self.entity}:{self.key}"

    @property
    def id(self) -> int | None:
        """The id, where it is known already."""
        return self.key if isinstance(self.key, int) else None


class LinkToAny(FieldType):
    """A link to a record of one of the entities of ``to``; kept as ``<uid of the entity>:<id>``."""

    name: ClassVar[str] = "link_any"
    label: ClassVar[Label] = Label(ru="Связь с любой записью", en="Link to any record")
    widget: ClassVar[str] = "link_any"
    cell: ClassVar[str] = "link_any"
    operators: ClassVar[tuple[str, ...]] = OF_LINK_ANY
    options_schema: ClassVar[Mapping[str, Any]] = {
        "to": {
            "anyOf": [
                {"const": ALL},
                {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 1, "maxItems": 100},
            ],
            "description": "all, or a list of names of entities",
        },
        "on_delete": {"enum": ["restrict", "clear", "cascade"]},
        "inverse": {"$ref": "#/$defs/name"},
        "rights": {
            "const": OF_PARENT,
            "description": "the record is seen and written as the one it leads to; own grants only narrow",
        },
        "write_by": {
            "enum": ["update", "read", "share"],
            "description": "what it takes to write: to change the record it leads to, to share it, or only to read it",
        },
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="link_any")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "entity": {"type": ["string", "null"]},
                "id": {"type": ["integer", "null"]},
                "title": {"type": "string"},
                "deleted": {"const": True},
                "hidden": {"const": True},
            },
            "required": ["id"],
        }

    def parse(self, field: Field, raw: Any, context: Context) -> AnyName | AnyLink | None:
        if raw is None or isinstance(raw, AnyLink):
            return raw
        if isinstance(raw, Mapping):
            return _of_object(raw, context)
        if isinstance(raw, str) and not raw.strip():
            return None
        if isinstance(raw, str):
            return _of_text(raw.strip())
        raise _no_link()

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if value is None or value.id is None:
            return None if context.medium == "json" else ""
        if context.medium == "json":
            return {"entity": value.entity, "id": value.id}
        title = getattr(value, "title", None)
        return title if isinstance(title, str) and context.medium == "text" else f"{value.entity}:{value.id}"


def _of_object(raw: Mapping[str, Any], context: Context) -> AnyName | None:
    name = raw.get("entity")
    rest = {key: value for key, value in raw.items() if key != "entity"}
    if name is None and raw.get("id") is None and set(rest) <= {"id", "hidden"}:
        return None
    if not isinstance(name, str):
        raise _no_link()
    key = parse_link(rest, context)
    return None if key is None else AnyName(entity=name, key=key)


def _of_text(raw: str) -> AnyName:
    """``deal:7``, as forms and files write it."""
    name, colon, record = raw.partition(":")
    name, record = name.strip(), record.strip()
    if not colon or not record.isascii() or not record.isdigit() or len(record) > 30:
        raise _no_link()
    if not 0 < int(record) <= MOST_ID:
        raise ValueRefused("KBK3005", message("There is no record {id}.", id=record))
    return AnyName(entity=name, key=int(record))


def _no_link() -> ValueRefused:
    return ValueRefused(
        "KBK3002",
        message(
            "An entity and the id of a record are expected: {example}.",
            example='{"entity": "deal", "id": 7}',
        ),
    )


__all__ = ["ALL", "OF_PARENT", "AnyLink", "AnyName", "LinkToAny", "read_any"]
