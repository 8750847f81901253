"""What stands still while an erasure empties: the records themselves, and what is kept of records elsewhere: documents, answers
to requests that may be repeated, drafts (PostgreSQL; SQLite has one writer anyway). An erasure sees all that was committed
before it, and who comes after it sees its act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from core.access.actor import system_actor
from core.records.erasing.targets import Targets
from core.records.gather import lock
from core.records.shapes import Row
from core.records.work import start
from core.storage.workspace import Transaction
from metamodel.fields.base import Context
from metamodel.model import Entity


def while_keeping(tx: Transaction) -> None:
    """Keep erasures out until this transaction ends. The first thing that a transaction does which keeps such a thing: one
    that came to it holding records could wait for an erasure that waits for them."""
    _wait(tx, sa.func.pg_advisory_xact_lock_shared)


def without_keepers(tx: Transaction) -> None:
    """Wait for those who are keeping such things, and keep others out until this transaction ends; before any lock, too."""
    _wait(tx, sa.func.pg_advisory_xact_lock)


def _wait(tx: Transaction, function: Callable[[int], Any]) -> None:
    if tx.dialect == "postgresql":
        key = tx.workspace.database.lock_key("documents")
        tx.connection.execute(sa.select(function(key)))


def held(tx: Transaction, find: Callable[[], Targets]) -> Targets:
    """What is to go, found again once its records are locked: with what others were writing to them meanwhile."""
    targets = find()
    work, known = start(tx, system_actor(), Context()), set[tuple[str, int]]()
    while more := {(targets.entity.uid, targets.id), *targets.cells} - known:
        known |= more
        rows = [Row(entity=tx.model.entity_by_uid[uid], action="update", id=id) for uid, id in more]
        # In the order of every write: child rows behind what they belong to.
        lock(work, _of(rows, child=False))
        lock(work, _of(rows, child=True))
        targets = find()
    return targets


def hold(tx: Transaction, entity: Entity, ids: Iterable[int]) -> None:
    """Lock these records, as a write of them does."""
    rows = [Row(entity=entity, action="update", id=id) for id in ids]
    lock(start(tx, system_actor(), Context()), rows)


def _of(rows: Iterable[Row], *, child: bool) -> list[Row]:
    return [row for row in rows if (row.entity.parent is not None) == child]
