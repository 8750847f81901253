"""What a taking back would meet: how many records of each kind, and what people changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.query.cells_read import cells_read
from core.query.history import told_changes
from core.records.takeback.deeds import earlier_ones, records_of
from core.records.takeback.job import KIND, taken_back_job

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

MOST_TOLD = 200
"""Changes since that are told; more are counted only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """Records that the job made, changed, put into the bin and took out of it, child rows among them, and what came after.

    ``records`` are all of them, each once; what was taken back already is not among them.
    ``since`` are the changes of others, the newest first, as far as the reader may know of them: ``entity, id, title, at,
    by, kind, changes`` (as in `core.query.history`). ``since_count`` is the number of records with such changes.
    ``taken_back`` says that somebody began to take it back before.
    """

    created: int
    updated: int
    deleted: int
    restored: int
    records: int
    since: tuple[dict[str, Any], ...]
    since_count: int
    taken_back: bool


def foresee(tx: Transaction, actor: Actor, job: int) -> Foresight:
    """Look before taking a job back; refuses as `start_take_back` does."""
    taken_back_job(tx, actor, job)
    earlier = earlier_ones(tx, job, KIND, None)
    each = records_of(tx, job, earlier)
    changed = each.c.updated * (1 - each.c.created)  # what it made and changed then, it made
    counted = tx.connection.execute(
        sa.select(*(sa.func.coalesce(sa.func.sum(column), 0) for column in (
            each.c.created, changed, each.c.deleted, each.c.restored
        )), sa.func.count())
    ).one()  # fmt: skip
    rows, count = _since(tx, job, earlier)
    return Foresight(
        created=int(counted[0]), updated=int(counted[1]), deleted=int(counted[2]), restored=int(counted[3]), records=int(counted[4]),
        since=tuple(_told(tx, actor, rows)), since_count=count,
        taken_back=bool(earlier),
    )  # fmt: skip


def _since(tx: Transaction, job: int, earlier: Sequence[int]) -> tuple[Sequence[Any], int]:
    """Rows of the journal by others about records of the job, after it; and of how many records."""
    journal = tx.tables.own.journal
    did = (
        sa.select(journal.c.entity, journal.c.record, sa.func.min(journal.c.seq).label("first"))
        .where(journal.c.job == job, journal.c.job.is_not(None))
        .group_by(journal.c.entity, journal.c.record)
        .subquery()
    )
    begun = sa.select(sa.func.min(journal.c.seq)).where(journal.c.job == job, journal.c.job.is_not(None))
    later = journal.alias()
    of = sa.and_(
        later.c.entity == did.c.entity,
        later.c.record == did.c.record,
        later.c.seq > did.c.first,
        later.c.seq > begun.scalar_subquery(),
        later.c.kind != "revealed",
        later.c.job.is_distinct_from(job),
        sa.or_(later.c.job.is_(None), later.c.job.not_in(list(earlier))),
    )
    rows = tx.connection.execute(
        sa.select(later).where(of).order_by(later.c.seq.desc()).limit(MOST_TOLD)
    ).all()
    if len(rows) < MOST_TOLD:
        return rows, len({(row.entity, row.record) for row in rows})
    each = sa.select(later.c.entity, later.c.record).where(of).distinct().subquery()
    return rows, int(tx.connection.execute(sa.select(sa.func.count()).select_from(each)).scalar_one())


def _told(tx: Transaction, actor: Actor, rows: Sequence[Any]) -> list[dict[str, Any]]:
    by_entity: dict[str, set[int]] = {}
    for row in rows:
        by_entity.setdefault(row.entity, set()).add(row.record)
    cells = {
        (uid, record): each
        for uid, ids in by_entity.items()
        if uid in tx.model.entity_by_uid
        for record, each in cells_read(tx, actor, tx.model.entity_by_uid[uid], ids).items()
    }
    return told_changes(tx, actor, [row for row in rows if (row.entity, row.record) in cells], cells)
