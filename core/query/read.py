"""Lists, single records, counts and titles: what a reader sees of an entity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.query.cursor import read_cursor, write_cursor
from core.query.execute import Reader, parameters, reader_of
from core.query.names import no_such_field
from core.query.noting import note_items, note_titles
from core.query.patient import patiently
from core.query.plan import Life, page_limit
from core.query.query import Link, Page, Query
from core.storage.workspace import Transaction
from metamodel.model import Entity
from metamodel.text import LARGEST


def read(tx: Transaction, actor: Actor, query: Query, *, life: Life | None = None) -> Page:
    """A page of the records the actor may see. ``life`` may ask for records in the bin and in use together.

    Refuses: KBK2006 (no such entity), KBK2003 (a field that is not there or may not be read), KBK2002 (a filter or
    sort that cannot be read), KBK2013 (a filter that takes too long), KBK2004 (a cursor of another list or another reader), KBK2009 (the limit).
    """
    limit = page_limit(query.limit)
    reader = reader_of(tx, actor, query, life)
    values = parameters(tx, actor, query)
    bound = _bound_to(reader, actor, query, life)
    after = None
    if query.cursor:
        after = read_cursor(tx.workspace.secret_key, bound, query.cursor, reader.key_count)
    with patiently(tx, reader.plan):
        items, last = reader.page(tx.connection, values, limit, after)
        counted = reader.count(tx.connection, values) if query.count == "exact" else None
    note_items(tx, actor, reader.watched, items)
    return Page(
        entity=reader.plan.entity,
        columns=reader.columns,
        items=items,
        next=None if last is None else write_cursor(tx.workspace.secret_key, bound, last),
        count=counted,
    )


def record(
    tx: Transaction,
    actor: Actor,
    entity: str,
    id: int,
    fields: tuple[str, ...] | None = None,
    deleted: bool = False,
) -> tuple[dict[str, Any], Page]:
    """One record; ``deleted`` finds it in the bin too. KBK2006 when the actor sees none of that id."""
    if not 0 < id <= LARGEST:
        raise KubikError("KBK2006")
    query = Query(entity=entity, fields=fields, ids=(id,), limit=1)
    page = read(tx, actor, query, life="any" if deleted else "live")
    if not page.items:
        raise KubikError("KBK2006")
    return page.items[0], page


def count(tx: Transaction, actor: Actor, query: Query, *, cap: int | None = None) -> int:
    """How many records there are for the actor, at most ``cap`` when it is given (then it costs no more)."""
    reader = reader_of(tx, actor, query)
    with patiently(tx, reader.plan):
        return reader.count(tx.connection, parameters(tx, actor, query), cap)


def visible_ids(
    tx: Transaction, actor: Actor, entity: Entity, ids: Iterable[int], life: Life = "live"
) -> set[int]:
    """Those of the ids that the actor may see."""
    wanted = tuple(dict.fromkeys(ids))
    if not wanted or not grants_of(tx.model, actor).may(entity.uid, "read"):
        return set()
    query = Query(entity=entity.name, fields=(), ids=wanted)
    reader = reader_of(tx, actor, query, life)
    return set(reader.ids(tx.connection, parameters(tx, actor, query)))


def titles(tx: Transaction, actor: Actor, entity: Entity, ids: Iterable[int]) -> dict[int, Link]:
    """Titles of records, in the bin or not, as links to them are read; one that may not be seen is hidden."""
    wanted = tuple(dict.fromkeys(ids))
    found = dict.fromkeys(wanted, Link(id=None, hidden=True))
    if wanted and grants_of(tx.model, actor).may(entity.uid, "read"):
        query = Query(entity=entity.name, fields=(), ids=wanted)
        reader = reader_of(tx, actor, query, "any")
        seen = reader.titles(tx.connection, parameters(tx, actor, query))
        note_titles(tx, actor, entity, seen)
        found |= seen
    return found


def record_by(
    tx: Transaction, actor: Actor, entity: str, field: str, value: Any, fields: tuple[str, ...] | None = None
) -> tuple[dict[str, Any], Page]:
    """The live record whose unique field has that value (of the engine; None has nobody); KBK2003, KBK2006."""
    identity = id_by(tx, actor, entity, field, value)
    if identity is None:
        raise KubikError("KBK2006")
    return record(tx, actor, entity, identity, fields)


def id_by(tx: Transaction, actor: Actor, entity: str, field: str, value: Any) -> int | None:
    """The id of the live record whose unique field has that value, as far as the actor sees it; KBK2003."""
    reader = reader_of(tx, actor, Query(entity=entity, fields=()))
    known = reader.plan.rights.readable(reader.plan.entity.uid)
    found = reader.plan.entity.by_name.get(field)
    if found is None or not found.unique or found.uid not in known:
        unique = (f.name for f in reader.plan.entity.fields if f.unique and f.uid in known)
        raise no_such_field(field, unique, "/field")
    return None if value is None else reader.id_by(tx.connection, parameters(tx, actor), found, value)


def _bound_to(reader: Reader, actor: Actor, query: Query, life: Life | None) -> tuple[Any, ...]:
    """What a cursor is good for: this order of this list under these grants, for this person."""
    return (
        reader.plan.entity.uid, query.sort, query.filter, query.search, query.ids, query.leading, life or query.deleted,
        query.group and query.group.key,
        reader.plan.rights.key, actor.user, actor.language,
    )  # fmt: skip
