"""Who may open a document that was issued.

A document is a copy of cells at one moment. It is opened by whom it was issued for, and by whoever has the right to print
its record and may now read every cell it was made from; for anybody else it is not there. With a record in the bin
nobody sees its documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of, unlimited
from core.query.allowed import printable
from core.query.cells_read import cells_read
from core.query.issued.stored import Issued, Source
from core.query.noting import Seen, note, personal_fields
from core.query.read import visible_ids
from core.storage.workspace import Transaction
from metamodel.model import Field, Model

Cells = Mapping[int, Mapping[str, Field]]


def openable(tx: Transaction, actor: Actor, found: Sequence[Issued]) -> set[int]:
    """Those (by id) of the documents that the actor may open now."""
    grants = grants_of(tx.model, actor)
    known = [each for each in found if _left(tx, actor, each)]
    live = _live(tx, known)
    open_, asked = set(), []
    for each in known:
        if each.record not in live.get(each.entity, ()):
            continue
        if actor.user is not None and each.author == actor.user:
            open_.add(each.id)
        elif grants.may(each.entity, "print"):
            asked.append(each)
    asked = _printable(tx, actor, asked)
    cells = _cells(tx, actor, asked)
    return open_ | {e.id for e in asked if all(_readable(grants, cells, source) for source in e.made_of)}


def note_opened(tx: Transaction, actor: Actor, found: Issued) -> None:
    """Note that somebody is shown the personal data that a document holds."""
    if tx.way is None or actor.system:
        return
    seen: Seen = {}
    for source in found.made_of:
        entity = tx.model.entity_by_uid.get(source.entity)
        marked = personal_fields(tx.model, entity) & source.fields if entity else frozenset()
        if marked:
            known = seen.setdefault(source.entity, ({}, {}))
            known[0].update(dict.fromkeys(sorted(marked)))
            known[1].update(dict.fromkeys(source.ids))
    note(tx, actor, seen, way=None if tx.way == "extract" else "document")


def _entity_left(model: Model, actor: Actor, uid: str) -> bool:
    """Whether the entity is there and what narrows the actor leaves reading and printing it."""
    grants = grants_of(model, actor)
    return uid in model.entity_by_uid and grants.leaves(uid, "read") and grants.leaves(uid, "print")


def _left(tx: Transaction, actor: Actor, found: Issued) -> bool:
    """Whether a narrowing (of a token) leaves the document: its entity, and each that it was made from; what everybody
    knows of themselves is left always."""
    if not _entity_left(tx.model, actor, found.entity):
        return False
    grants, user = grants_of(tx.model, actor), tx.model.entities["user"].uid
    return all(
        source.entity not in tx.model.entity_by_uid
        or grants.leaves(source.entity, "read")
        or (source.entity == user and source.ids == (actor.user,))
        for source in found.made_of
    )


def _live(tx: Transaction, found: Sequence[Issued]) -> dict[str, set[int]]:
    """The records of documents that are not in the bin, by uid of their entity."""
    return {
        uid: set(
            tx.connection.execute(
                sa.select((table := tx.tables[uid].table).c.id).where(
                    table.c.id.in_(sorted(ids)), table.c.deleted_at.is_(None)
                )
            ).scalars()
        )
        for uid, ids in _records(found).items()
    }


def _printable(tx: Transaction, actor: Actor, found: Sequence[Issued]) -> list[Issued]:
    """Those whose record the actor sees and may print."""
    may: dict[str, frozenset[int]] = {}
    for uid, ids in _records(found).items():
        entity = tx.model.entity_by_uid[uid]
        may[uid] = printable(tx, actor, entity, visible_ids(tx, actor, entity, ids), staged=False)
    return [each for each in found if each.record in may[each.entity]]


def _records(found: Iterable[Issued]) -> dict[str, set[int]]:
    records: dict[str, set[int]] = {}
    for each in found:
        records.setdefault(each.entity, set()).add(each.record)
    return records


def _cells(tx: Transaction, actor: Actor, found: Iterable[Issued]) -> dict[str, Cells]:
    """What the actor may read of everything these documents were made from; each entity is asked once."""
    wanted: dict[str, set[int]] = {}
    for each in found:
        for source in each.made_of:
            if source.entity in tx.model.entity_by_uid:
                wanted.setdefault(source.entity, set()).update(source.ids)
    return {uid: cells_read(tx, actor, tx.model.entity_by_uid[uid], ids) for uid, ids in wanted.items()}


def _readable(grants: Grants, cells: Mapping[str, Cells], source: Source) -> bool:
    """Whether all cells of a source may be read; those of fields that are no more by who may everything alone."""
    if grants.everything:
        return True
    if source.entity not in grants.model.entity_by_uid:
        return False
    if not source.ids:
        return _reads_all(grants, source.entity, source.fields)
    rows = cells[source.entity]
    return all(id in rows and source.fields <= rows[id].keys() for id in source.ids)


def _reads_all(grants: Grants, entity: str, fields: frozenset[str]) -> bool:
    """Whether these fields are read on every record there is."""
    known = grants.readable(entity)
    if grants.followed(entity) or any(known.get(uid) != "always" for uid in fields):
        return False
    link = grants.parent_link(entity)
    above = link is None or _reads_all(grants, link[0].uid, frozenset((link[1].uid,)))
    return above and any(unlimited(grant) for grant in grants.branches(entity, "read"))
