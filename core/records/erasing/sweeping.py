"""Copies of what is erased, outside of the record: drafts, kept answers, jobs, plans, views, texts of linked records, history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.history.journal import Change, write
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


def copies(tx: Transaction) -> tuple[tuple[str, sa.Table, tuple[str, ...]], ...]:
    """Kubik's own tables that may hold what people typed: what an act calls them, and their columns."""
    own = tx.tables.own
    return (
        ("drafts", own.draft, ("content",)),
        ("answers", own.idempotency, ("headers", "body")),
        ("jobs", own.job, ("parameters", "saved", "result", "error")),
        ("plans", own.plan, ("target", "state")),
        ("events", own.security, ("detail",)),
        ("views", own.view, ("label", "state")),
        ("views", own.preference, ("value",)),
        ("documents", own.document, ("name",)),
    )


def scrub_table(
    tx: Transaction, table: sa.Table, columns: Sequence[str], scrubber: Scrubber, after: Sequence[Any] | None
) -> tuple[int, list[Any] | None]:
    """Look through the next rows of a table; how many were changed, and the key to go on behind (None: all seen)."""
    keys = list(table.primary_key.columns)
    select = sa.select(*keys, *(table.c[name] for name in columns)).order_by(*keys).limit(CHUNK)
    if after is not None:
        select = select.where(
            sa.tuple_(*keys) > sa.tuple_(*(sa.literal(v, k.type) for v, k in zip(after, keys, strict=True)))
        )
    rows = tx.connection.execute(select).all()
    changed = 0
    for row in rows:
        key, values = row[: len(keys)], dict(zip(columns, row[len(keys) :], strict=True))
        clean = {name: scrubber.document(value) for name, value in values.items()}
        if clean != values:
            where = (column == value for column, value in zip(keys, key, strict=True))
            tx.connection.execute(table.update().where(*where).values(clean))
            changed += 1
    return changed, list(rows[-1][: len(keys)]) if len(rows) == CHUNK else None


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
    changes, written = [], []
    for record, stored in load(tx, entity, ids).items():
        kept = targets.cells.get((uid, record), frozenset())
        texts = {f.uid: stored.get(f.uid) for f in fields if f.uid not in kept}
        clean = {each: scrubber.text(text or "") for each, text in texts.items() if scrubber.finds(text)}
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
