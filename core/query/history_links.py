"""Links in a record's history: ids become links with the titles of today, each entity asked once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.access.actor import Actor
from core.query.held import file_links, is_file
from core.query.query import Earlier, FileLink, Link, LinkAny
from core.query.read import titles
from core.storage.workspace import Transaction
from metamodel.fields.link_any import AnyLink
from metamodel.model import Field

Items = list[dict[str, Any]]
HIDDEN_ANY = LinkAny(id=None, hidden=True)


def with_titles(tx: Transaction, actor: Actor, readable: Mapping[str, Field], items: Items) -> None:
    """Put links in the places of ids: of who made a change, and of what its links led to."""
    links = {f.name: f for f in readable.values() if f.result.kind in ("link", "link_any")}
    users = tx.model.entities.get("user")
    wanted: dict[str, set[int]] = {}
    for item in items:
        people = {who for who in (item.get("by"), item.get("behalf")) if who is not None}
        if users is not None and people:
            wanted.setdefault(users.uid, set()).update(people)
        for name, values in item["changes"].items():
            for value in values.values() if name in links else ():
                for entity, record in _led_to(links[name], value):
                    wanted.setdefault(entity, set()).add(record)
    known: dict[str, Mapping[int, Link | FileLink]] = {
        uid: file_links(tx, ids)
        if is_file(tx.model.entity_by_uid[uid])
        else titles(tx, actor, tx.model.entity_by_uid[uid], ids)
        for uid, ids in wanted.items()
        if uid in tx.model.entity_by_uid
    }
    for item in items:
        for name in ("by", "behalf"):
            if users is not None and item.get(name) is not None:
                item[name] = known[users.uid][item[name]]
        for name, values in item["changes"].items():
            if name in links:
                item["changes"][name] = {k: _shown(tx, links[name], v, known) for k, v in values.items()}


def _led_to(field: Field, value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, AnyLink):
        yield value.entity, value.id
    elif value is not None and not isinstance(value, Earlier) and field.result.entity is not None:
        for record in value if isinstance(value, tuple) else (value,):
            yield field.result.entity, record


def _shown(
    tx: Transaction, field: Field, value: Any, known: Mapping[str, Mapping[int, Link | FileLink]]
) -> Any:
    """A link as a page has it; a list without what the reader may not see, in words where one link is kept now."""
    if isinstance(value, Earlier):
        return value
    if isinstance(value, AnyLink):
        link = known.get(value.entity, {}).get(value.id)
        if link is None or link.hidden:
            return HIDDEN_ANY
        entity = tx.model.entity_by_uid[value.entity]
        return LinkAny(entity=entity.name, id=link.id, title=link.title, deleted=link.deleted)
    if field.result.entity is None:
        return None
    if field.listed or isinstance(value, tuple):
        found = [known[field.result.entity][record] for record in value or ()]
        seen = [link for link in found if not link.hidden]
        return seen if field.listed else Earlier(", ".join(link.title or "" for link in seen))
    return None if value is None else known[field.result.entity][value]
