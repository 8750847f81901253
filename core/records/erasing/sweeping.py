"""Copies of what is erased, outside of the record: drafts, kept answers, jobs, plans, views, texts of linked records, history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.history.journal import Change, write
from core.records.erasing.holding import hold
from core.records.erasing.scrub import Scrubber
from core.records.erasing.targets import TEXTS, Targets, journal_of
from core.records.indexing import reindex
from core.records.statements import load, update
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field
from metamodel.text import fold

CHUNK = 500

FEW = 20
"""Records elsewhere that an act names by their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """A table of Kubik's own that may hold what people typed: what an act calls it, the columns with texts, and the one
    that says when a row was written last (empty: it may still be), where one does."""

    place: str
    table: sa.Table
    columns: tuple[str, ...]
    written: str | None = "at"


def copies(tx: Transaction) -> tuple[Copies, ...]:
    """All of them."""
    own = tx.tables.own
    jobs = ("parameters", "saved", "result", "error")
    return (
        Copies(place="drafts", table=own.draft, columns=("content",)),
        Copies(place="answers", table=own.idempotency, columns=("headers", "body")),
        Copies(place="jobs", table=own.job, columns=jobs, written="finished_at"),
        Copies(place="plans", table=own.plan, columns=("target", "state")),
        Copies(place="events", table=own.security, columns=("detail",)),
        Copies(place="views", table=own.view, columns=("label", "state"), written=None),
        Copies(place="views", table=own.preference, columns=("value",), written=None),
        Copies(place="documents", table=own.document, columns=("name",)),
    )


def scrub_copies(
    tx: Transaction,
    kept: Copies,
    scrubber: Scrubber,
    after: Sequence[Any] | None,
    since: datetime | None = None,
) -> tuple[int, list[Any] | None]:
    """Look through the next rows of a table, those alone that may have been written ``since`` then; how many were
    changed, and the key to go on behind (None: all seen)."""
    keys = list(kept.table.primary_key.columns)
    select = _texts(kept).order_by(*keys).limit(CHUNK)
    if after is not None:
        select = select.where(
            sa.tuple_(*keys) > sa.tuple_(*(sa.literal(v, k.type) for v, k in zip(after, keys, strict=True)))
        )
    if since is not None and kept.written is not None:
        written = kept.table.c[kept.written]
        select = select.where(sa.or_(written >= since, written.is_(None)))
    rows = tx.connection.execute(select).all()
    changed = sum(_scrub_row(tx, kept, scrubber, row) for row in rows)
    return changed, list(rows[-1][: len(keys)]) if len(rows) == CHUNK else None


def _scrub_row(tx: Transaction, kept: Copies, scrubber: Scrubber, row: sa.Row[Any]) -> bool:
    """Whether something stood in it; read anew before, held: the row of a job is written to while that goes on."""
    keys = list(kept.table.primary_key.columns)
    if not _differing(kept, scrubber, row):
        return False
    where = [column == value for column, value in zip(keys, row, strict=False)]
    now = tx.connection.execute(_texts(kept).where(*where).with_for_update()).one_or_none()
    clean = {} if now is None else _differing(kept, scrubber, now)
    if clean:
        tx.connection.execute(kept.table.update().where(*where).values(clean))
    return bool(clean)


def _texts(kept: Copies) -> sa.Select[Any]:
    return sa.select(*kept.table.primary_key.columns, *(kept.table.c[name] for name in kept.columns))


def _differing(kept: Copies, scrubber: Scrubber, row: sa.Row[Any]) -> dict[str, Any]:
    """The columns of a row in which something stands, without it."""
    values = dict(zip(kept.columns, row[-len(kept.columns) :], strict=True))
    clean = {name: scrubber.document(value) for name, value in values.items()}
    return {name: value for name, value in clean.items() if value != values[name]}


def drop_drafts(tx: Transaction, targets: Targets) -> int:
    """End the drafts of the records themselves, whoever has them."""
    draft, gone = tx.tables.own.draft, 0
    for uid, record in {(targets.entity.uid, targets.id), *targets.cells}:
        gone += tx.connection.execute(
            draft.delete().where(draft.c.entity == uid, draft.c.record == record)
        ).rowcount
    return gone


def scrub_linked(
    tx: Transaction, targets: Targets, uid: str, ids: Sequence[int], scrubber: Scrubber, by: int | None
) -> int:
    """Take the values out of texts of linked records, such as comments, and out of their history; how many had them.

    Cells that are to be emptied, and the history of their records, are left for the last step: they say what to look for.
    """
    entity = tx.model.entity_by_uid[uid]
    fields = text_fields(entity)

    def cleaned(record: int, stored: Mapping[str, Any]) -> dict[str, str]:
        kept = targets.cells.get((uid, record), frozenset())
        texts = {f.uid: stored.get(f.uid) for f in fields if f.uid not in kept}
        return {each: scrubber.text(text or "") for each, text in texts.items() if scrubber.finds(text)}

    holding = [record for record, stored in load(tx, entity, ids).items() if cleaned(record, stored)]
    hold(tx, entity, holding)
    changes, written = [], []
    for record, stored in load(tx, entity, holding).items():  # as they are now that nobody changes them
        clean = cleaned(record, stored)
        if not clean:
            continue
        version = int(stored["version"] or 0) + 1
        written.append((record, {**clean, "version": version, "updated_at": tx.now, "updated_by": by}))
        gone = dict.fromkeys(clean, (None, None))
        changes.append(
            Change(entity=uid, record=record, kind="erased", version=version, by=by, differences=gone)
        )
    update(tx, entity, written)
    reindex(tx, entity, [record for record, _ in written])
    found = {record for record, _ in written}
    others = dict.fromkeys((uid, each) for each in ids if (uid, each) not in targets.cells)
    found |= scrub_journal(tx, journal_of(tx, others), scrubber)
    write(tx, changes)
    return len(found)


def text_fields(entity: Entity) -> tuple[Field, ...]:
    """The fields of an entity whose values are texts of its own."""
    return tuple(
        f for f in entity.fields if f.type.name in TEXTS and f.stored and f.computed is None and not f.system
    )


def scrub_journal(
    tx: Transaction,
    rows: Iterable[Any],
    scrubber: Scrubber,
    cells: Mapping[tuple[str, int], frozenset[str]] | None = None,
) -> set[int]:
    """Take values out of rows of the journal: the ``cells`` whole, and what is found in other texts; whose they were.

    Fields that the model does not have any more are emptied in these records, too.
    """
    journal = tx.tables.own.journal
    found: set[int] = set()
    for row in rows:
        if row.kind == "revealed" or not row.diff:
            continue
        known = tx.model.entity_by_uid.get(row.entity)
        gone = (cells or {}).get((row.entity, row.record), frozenset())
        clean = {
            uid: [None, None]
            if uid in gone or (cells is not None and (known is None or uid not in known.by_uid))
            else scrubber.document(pair)
            for uid, pair in row.diff.items()
        }
        if clean != row.diff:
            tx.connection.execute(journal.update().where(journal.c.seq == row.seq).values(diff=clean))
            found.add(row.record)
    return found


def elsewhere(tx: Transaction, targets: Targets, values: Sequence[str]) -> Iterator[tuple[Entity, list[int]]]:
    """Other records in whose texts a value still stands: the first of them, for people to decide."""
    folded = [fold(value) for value in values]
    handled = {(uid, id) for uid, ids in targets.linking.items() for id in ids} | set(targets.cells)
    find = sa.func.strpos if tx.dialect == "postgresql" else sa.func.instr
    for entity in tx.model.entities.values():
        place = tx.tables[entity.uid]
        columns = [place.columns[f.uid] for f in text_fields(entity)]
        keys = [
            sa.func.coalesce(c.whole, c.key) if c.key is not None and c.whole is not None else c.value
            for c in columns
        ]
        if not keys or not folded or entity.name == "erasure":
            continue
        holds = sa.or_(*(find(key, sa.literal(value)) > 0 for key in keys for value in folded))
        select = sa.select(place.table.c.id).where(holds).order_by(place.table.c.id).limit(FEW + len(handled))
        ids = [id for id in tx.connection.execute(select).scalars() if (entity.uid, id) not in handled]
        if ids:
            yield entity, ids[:FEW]
