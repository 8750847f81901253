"""What the journal says of a job: its rows in portions, and of each record all that it did and what came since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.history.journal import BESIDE
from core.query.matching import among, id_list
from core.records.takeback.task import Deed

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

KINDS = ("created", "updated", "deleted", "restored")

PORTION = 500
"""Records asked about in one statement."""


def entries(
    tx: Transaction, job: int, last: int, limit: int, *, forwards: bool, kind: str | None = None
) -> Sequence[Any]:
    """The job's next rows of the journal, behind ``last`` on that way (0 is its beginning): seq, entity, record."""
    journal = tx.tables.own.journal
    rows = sa.select(journal.c.seq, journal.c.entity, journal.c.record).where(
        journal.c.job == job, journal.c.job.is_not(None)
    )
    if kind is not None:
        rows = rows.where(journal.c.kind == kind)
    if forwards:
        rows = rows.where(journal.c.seq > last).order_by(journal.c.seq)
    else:
        rows = (rows.where(journal.c.seq < last) if last else rows).order_by(journal.c.seq.desc())
    return tx.connection.execute(rows.limit(limit)).all()


def records_of(tx: Transaction, job: int, earlier: Sequence[int]) -> sa.Subquery:
    """The records that the job wrote about, child rows included, and 1 for each kind of what it did (``KINDS``).

    Those that earlier takings back dealt with are left out.
    """
    journal = tx.tables.own.journal
    beside = journal.alias()
    dealt = sa.exists().where(
        beside.c.entity == journal.c.entity, beside.c.record == journal.c.record, beside.c.job.in_(earlier)
    )
    return (
        sa.select(*(sa.func.max(sa.case((journal.c.kind == kind, 1), else_=0)).label(kind) for kind in KINDS))
        .where(journal.c.job == job, journal.c.job.is_not(None), *([~dealt] if earlier else []))
        .group_by(journal.c.entity, journal.c.record)
        .subquery()
    )


def by_entity(rows: Iterable[Any]) -> list[tuple[str, list[int]]]:
    """The records of the rows in stretches of one entity (uid), each record once in its stretch, in their order."""
    found: list[tuple[str, list[int]]] = []
    for row in rows:
        if not found or found[-1][0] != row.entity:
            found.append((row.entity, []))
        if row.record not in found[-1][1]:
            found[-1][1].append(row.record)
    return found


def deeds(
    tx: Transaction,
    job: int,
    entity: str,
    records: Iterable[int],
    *,
    own: int | None,
    earlier: Iterable[int] = (),
) -> dict[int, Deed]:
    """What the job did to each of these records of an entity (uid).

    ``own`` is the job that takes it back, ``earlier`` those that did before: what they wrote is nobody's change since.
    """
    before = frozenset(earlier)
    mine = frozenset(each for each in (own, *before) if each is not None)
    found: dict[int, Deed] = {}
    journal = tx.tables.own.journal
    for some in _portions(sorted(set(records))):
        given = {"ids": id_list(tx.dialect, some)}
        of = (journal.c.entity == entity, among(tx.dialect, journal.c.record, "ids"))
        did = sa.select(journal.c.record, journal.c.seq, journal.c.kind, journal.c.diff).where(
            *of, journal.c.job == job
        )
        for row in tx.connection.execute(did.order_by(journal.c.seq), given):
            _add(found, row)
        first = min((found[record].first for record in some if record in found), default=0)
        later = sa.select(journal.c.record, journal.c.seq, journal.c.job).where(
            *of, journal.c.seq > first, journal.c.kind != "revealed", journal.c.job.is_distinct_from(job)
        )
        for record, seq, by_job in tx.connection.execute(later, given):
            deed = found.get(record)
            if deed is None or seq < deed.first:
                continue
            if by_job in before and seq > deed.last:
                deed.done = True
            elif by_job not in mine:
                deed.since = True
    return found


def _add(found: dict[int, Deed], row: Any) -> None:
    deed = found.get(row.record)
    if deed is None:
        deed = found[row.record] = Deed(record=row.record, first=row.seq, last=row.seq)
    deed.last = row.seq
    deed.kinds.append(row.kind)
    for uid, (old, new) in (row.diff or {}).items():
        deed.diff[uid] = (deed.diff[uid][0] if uid in deed.diff else old, new)


def before_it(tx: Transaction, entity: str, records: Sequence[Deed]) -> dict[int, tuple[Any, int | None]]:
    """When and by whom each record was changed the last time before the job."""
    journal = tx.tables.own.journal
    found: dict[int, tuple[Any, int | None]] = {}
    firsts = {deed.record: deed.first for deed in records}
    for some in _portions(sorted(firsts)):
        rows = sa.select(journal.c.record, journal.c.seq, journal.c.at, journal.c.by).where(
            journal.c.entity == entity,
            among(tx.dialect, journal.c.record, "ids"),
            journal.c.seq < max(firsts[record] for record in some),
            journal.c.kind.not_in(sorted(BESIDE)),
        )
        given = {"ids": id_list(tx.dialect, some)}
        for record, seq, at, by in tx.connection.execute(rows.order_by(journal.c.seq), given):
            if seq < firsts[record]:
                found[record] = at, by
    return found


def earlier_ones(tx: Transaction, job: int, kind: str, own: int | None) -> tuple[int, ...]:
    """The jobs of that kind which took this one back before, wholly or in part."""
    table = tx.tables.own.job
    rows = tx.connection.execute(
        sa.select(table.c.id, table.c.parameters).where(table.c.kind == kind, table.c.id > job)
    )
    return tuple(id for id, asked in rows if asked.get("job") == job and id != own)


def _portions(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), PORTION):
        yield ids[start : start + PORTION]
