"""Stored values of records as they were: what is stored now, with the later rows of the journal undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.matching import among, id_list
from core.query.neutral import read_neutral
from core.storage.lists import read_lists
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

CHUNK = 500


@dataclass(slots=True, kw_only=True)
class Undone:
    """A record as it was: values (by uid, of the engine), whether it was there, and whether it lay in the bin."""

    id: int
    values: dict[str, Any] = field(default_factory=dict)
    there: bool = True
    deleted: bool = False


def undone(tx: Transaction, entity: Entity, ids: Iterable[int], boundary: int) -> dict[int, Undone]:
    """These records as they were before that number of the journal; a record that is not stored at all is absent."""
    found: dict[int, Undone] = {}
    journal = tx.tables.own.journal
    for some in _chunks(sorted(set(ids))):
        stored = _stored(tx, entity, some)
        found |= stored
        select = sa.select(journal.c.record, journal.c.kind, journal.c.diff).where(
            journal.c.entity == entity.uid,
            among(tx.dialect, journal.c.record, "ids"),
            journal.c.seq >= boundary,
        )
        later = tx.connection.execute(
            select.order_by(journal.c.seq.desc()), {"ids": id_list(tx.dialect, some)}
        )
        for record, kind, diff in later:
            if record in stored:
                _undo(tx, entity, stored[record], kind, diff or {})
    return found


def _undo(tx: Transaction, entity: Entity, record: Undone, kind: str, diff: dict[str, Any]) -> None:
    match kind:
        case "revealed" | "issued":
            return
        case "created":
            record.there = False
        case "deleted":
            record.deleted = False
        case "restored":
            record.deleted = True
    for uid, (old, _) in diff.items():
        if uid in record.values:
            record.values[uid] = read_neutral(tx, entity.by_uid[uid], old, keep_uids=True)


def _stored(tx: Transaction, entity: Entity, ids: list[int]) -> dict[int, Undone]:
    place = tx.tables[entity.uid]
    columns = [column.value.label(f"v{at}") for at, column in enumerate(place.columns.values())]
    rows = tx.connection.execute(
        sa.select(place.table.c.id.label("record"), *columns).where(place.table.c.id.in_(ids))
    )
    found = {}
    for record, *values in rows:
        made = Undone(id=record, values=dict(zip(place.columns, values, strict=True)))
        made.deleted = made.values.get("deleted_at") is not None
        found[record] = made
    for uid, pairs in place.lists.items():
        held = read_lists(tx.connection, pairs, found)
        for record, made in found.items():
            made.values[uid] = held.get(record)
    return found


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """A place in the history of a record: everything below ``boundary`` had happened. ``last`` was the latest change."""

    boundary: int
    version: int
    at: datetime
    by: int | None
    present: bool


def standpoint(
    tx: Transaction, entity: Entity, id: int, *, version: int | None = None, moment: datetime | None = None
) -> Standpoint | None:
    """Where a record stood in that version, or at that moment (what happened in that very second had happened).

    None when it was not there yet, or never had such a version.
    """
    journal = tx.tables.own.journal
    of = sa.select(journal.c.seq, journal.c.version, journal.c.at, journal.c.by).where(
        journal.c.entity == entity.uid, journal.c.record == id, journal.c.version.is_not(None)
    )
    later = of.where(journal.c.at > moment) if moment is not None else of.where(journal.c.version > version)
    first = tx.connection.execute(later.order_by(journal.c.seq).limit(1)).first()
    before = of if first is None else of.where(journal.c.seq < first.seq)
    last = tx.connection.execute(before.order_by(journal.c.seq.desc()).limit(1)).first()
    if last is None or (version is not None and last.version != version):
        return None
    end = tx.connection.execute(sa.select(sa.func.max(journal.c.seq))).scalar() or 0
    return Standpoint(
        boundary=end + 1 if first is None else first.seq, version=last.version, at=last.at, by=last.by,
        present=first is None,
    )  # fmt: skip
