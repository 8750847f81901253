"""A link to a record of another entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_LINK
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

MOST_ID = 2**63 - 1

LINK_OPTIONS: Mapping[str, Any] = {
    "on_delete": {"enum": ["restrict", "clear", "cascade"]},
    "inverse": {"$ref": "#/$defs/name"},
    "options": {"$ref": "#/$defs/expression", "description": "a condition on the records that may be chosen"},
}
"""Options of every link; ``options`` is the narrowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKey:
    """A record written by something else than its id: a field of the target and its value, or (field None) a text
    of a file that is its title or a key. Who writes records finds the id."""

    field: str | None
    value: Any


class Link(FieldType):
    """A link to one record; kept as its id."""

    name: ClassVar[str] = "link"
    label: ClassVar[Label] = Label(ru="Связь", en="Link")
    widget: ClassVar[str] = "link"
    cell: ClassVar[str] = "link"
    operators: ClassVar[tuple[str, ...]] = OF_LINK
    options_schema: ClassVar[Mapping[str, Any]] = {"to": {"$ref": "#/$defs/name"}, **LINK_OPTIONS}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="link")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "id": {"type": ["integer", "null"]},
                "title": {"type": "string"},
                "deleted": {"const": True},
                "hidden": {"const": True},
            },
            "required": ["id"],
        }

    def parse(self, field: Field, raw: Any, context: Context) -> int | LinkKey | None:
        return parse_link(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_link(value, context)


def parse_link(raw: Any, context: Context) -> int | LinkKey | None:
    """The id of a link as it is written: ``7``, ``{"id": 7}``; ``{"by": {…}}`` and texts of files are a `LinkKey`."""
    if isinstance(raw, Mapping):
        if set(raw) >= {"id"} and not set(raw) - {"id", "title", "deleted", "hidden"}:
            raw = raw["id"]
        elif set(raw) == {"by"} and isinstance(raw["by"], Mapping) and len(raw["by"]) == 1:
            [(name, value)] = raw["by"].items()
            return LinkKey(field=str(name), value=value)
        else:
            raise _no_link()
    if raw is None or isinstance(raw, str) and not raw.strip():
        return None
    if isinstance(raw, str):
        if context.medium == "csv":
            return LinkKey(field=None, value=raw.strip())
        if (
            context.medium != "form"
            or not raw.strip().isascii()
            or not raw.strip().isdigit()
            or len(raw) > 30
        ):
            raise _no_link()
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise _no_link()
    if not 0 < raw <= MOST_ID:
        raise ValueRefused("KBK3005", message("There is no record {id}.", id=str(raw)[:30]))
    return raw


def write_link(value: Any, context: Context) -> Any:
    """A link from its id, or from an object with ``id`` and ``title``; without a title a file gets the id."""
    identity = getattr(value, "id", value)
    if context.medium == "json":
        return None if value is None else {"id": identity}
    if value is None or identity is None:
        return ""
    title = getattr(value, "title", None)
    return title if isinstance(title, str) and context.medium != "form" else str(identity)


def _no_link() -> ValueRefused:
    return ValueRefused(
        "KBK3002", message("The id of a record is expected: 7, {example}.", example='{"id": 7}')
    )
