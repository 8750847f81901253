"""Documents that somebody may open: those of a record, of a job, of several records, one by its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.access.actor import Actor
from core.errors import KubikError
from core.query.cells_read import CHUNK
from core.query.issued.opening import openable
from core.query.issued.stored import Issued, by_id, stored
from core.storage.workspace import Transaction

LEAST = 50
"""Documents that are looked at together, though fewer are wanted: of many none may be the reader's to open."""


def documents_of(
    tx: Transaction, actor: Actor, entity: str, record: int, before: int | None = None, limit: int = 50
) -> list[Issued]:
    """Documents of a record (entity by uid) that the actor may open, the newest first, those below the id ``before``."""
    table = tx.tables.own.document
    found: list[Issued] = []
    last, portion = before, max(limit, LEAST)
    while len(found) < limit:
        where = [table.c.entity == entity, table.c.record == record]
        if last is not None:
            where.append(table.c.id < last)
        some = stored(tx, where, portion)
        open_ = openable(tx, actor, some)
        found += [each for each in some if each.id in open_]
        if len(some) < portion:
            break
        last = some[-1].id
    return found[:limit]


def document(tx: Transaction, actor: Actor, id: int) -> Issued:
    """A document that the actor may open; KBK2006 for any other, and for none."""
    found = by_id(tx, id)
    if found is None or not openable(tx, actor, (found,)):
        raise KubikError("KBK2006")
    return found


def documents_of_job(tx: Transaction, actor: Actor, job: int) -> list[Issued]:
    """The documents that a job issued, in their order, as far as the actor may open them."""
    table, found, last = tx.tables.own.document, [], None
    while True:
        where = [table.c.job == job] + ([] if last is None else [table.c.id < last])
        some = stored(tx, where, CHUNK)
        open_ = openable(tx, actor, some)
        found += [each for each in some if each.id in open_]
        if len(some) < CHUNK:
            return sorted(found, key=lambda each: each.id)
        last = some[-1].id


def documents_among(tx: Transaction, actor: Actor, of: Iterable[tuple[str, int]]) -> list[Issued]:
    """The documents that the actor may open of these records (uid of the entity, id), the oldest first."""
    table = tx.tables.own.document
    records: dict[str, set[int]] = {}
    for entity, record in of:
        records.setdefault(entity, set()).add(record)
    found: list[Issued] = []
    for entity, ids in records.items():
        for some in _chunks(ids):
            read = stored(tx, [table.c.entity == entity, table.c.record.in_(some)], None)
            open_ = openable(tx, actor, read)
            found += [each for each in read if each.id in open_]
    return sorted(found, key=lambda each: each.id)


def documents(tx: Transaction, actor: Actor, ids: Iterable[int]) -> dict[int, Issued]:
    """Those of these documents that the actor may open."""
    found: dict[int, Issued] = {}
    for some in _chunks(set(ids)):
        read = stored(tx, [tx.tables.own.document.c.id.in_(some)], None)
        open_ = openable(tx, actor, read)
        found |= {each.id: each for each in read if each.id in open_}
    return found


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]
