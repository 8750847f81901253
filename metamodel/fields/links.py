"""Links to many records of another entity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.link import LINK_OPTIONS, Link, LinkKey, parse_link, write_link
from metamodel.fields.operators import OF_LINKS
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

MOST_LINKS = 1_000
"""Records that one field of one record may lead to."""

SEPARATOR = "; "
"""What stands between titles in a file."""


class Links(FieldType):
    """Records in the order somebody put them, each once; kept in a table of the field's own, or as the records of the
    entity ``through``, which has a link to each side and what else is to be said of the pair.
    """

    name: ClassVar[str] = "links"
    label: ClassVar[Label] = Label(ru="Связи", en="Links")
    widget: ClassVar[str] = "links"
    cell: ClassVar[str] = "links"
    operators: ClassVar[tuple[str, ...]] = OF_LINKS
    options_schema: ClassVar[Mapping[str, Any]] = {
        "to": {"$ref": "#/$defs/name"},
        "through": {"$ref": "#/$defs/name"},
        **LINK_OPTIONS,
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="none" if "through" in field.options else "links")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return list_schema(field)

    def parse(self, field: Field, raw: Any, context: Context) -> tuple[int | LinkKey, ...] | None:
        return parse_links(raw, context)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return write_links(value, context)


def list_schema(field: Field) -> dict[str, Any]:
    """The schema of a list of links."""
    return {"type": "array", "items": Link().json_schema(field)}


def parse_links(raw: Any, context: Context) -> tuple[int | LinkKey, ...] | None:
    """What a list says, each record once; None when it is empty. A form sends a line each, a file joins titles."""
    return parse_list(raw, context, parse_link)


def parse_list(
    raw: Any, context: Context, parse_one: Callable[[Any, Context], int | LinkKey | None]
) -> tuple[int | LinkKey, ...] | None:
    """The same for lists of what ``parse_one`` reads."""
    if raw is None:
        return None
    items: Sequence[Any]
    if isinstance(raw, str) and context.medium != "json":
        items = raw.split("\n") if context.medium == "form" else raw.split(SEPARATOR.strip())
    elif isinstance(raw, Sequence) and not isinstance(raw, str | bytes):
        items = raw
    else:
        raise ValueRefused(
            "KBK3002", message("A list of records is expected: {example}.", example='[7, {"id": 8}]')
        )
    if len(items) > MOST_LINKS:
        raise ValueRefused("KBK3003", message("At most {count} records can be chosen.", count=MOST_LINKS))
    found = [parse_one(item, context) for item in items]
    once: list[int | LinkKey] = []
    for each in found:
        if each is not None and each not in once:
            once.append(each)
    return tuple(once) or None


def write_links(value: Any, context: Context) -> Any:
    """A list of links as the medium writes it."""
    written = [write_link(each, context) for each in value or ()]
    if context.medium == "json":
        return written
    return ("\n" if context.medium == "form" else SEPARATOR).join(written)
