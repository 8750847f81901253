"""Deeds on many records as they are now: on their way, done, taken back."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.standing import asked_so
from core.errors import KubikError
from core.jobs.jobs import Job, job_columns, make_job, read_job
from core.records.bulk.job import KIND
from core.records.bulk.order import Order, read_order
from core.records.bulk.report import Report, read_report
from core.records.takeback import KIND as TAKE_BACK
from core.records.takeback.task import Returned, read_returned
from core.storage.workspace import Transaction
from metamodel.messages import message


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A deed's job, what was asked, how far it came, and the job that takes it back, when there is one."""

    job: Job
    order: Order
    report: Report
    undo: Job | None = None

    @property
    def running(self) -> bool:
        """Whether it, or the taking back of it, is still on its way."""
        return (self.undo or self.job).state in ("queued", "running")

    @property
    def can_undo(self) -> bool:
        """Whether something was changed that nobody has taken back, or begun to."""
        return not self.running and self.undo is None and self.report.changed > 0

    @property
    def returned(self) -> Returned:
        """How far the taking back is."""
        return read_returned(self.undo.result or self.undo.saved) if self.undo is not None else Returned()


def read_past(tx: Transaction, actor: Actor, job: int) -> Past:
    """A deed of the actor's own by its job; KBK5003 when there is none."""
    found = read_job(tx, job, by=actor.person or 0)
    if found.kind != KIND or not asked_so(actor, found):
        raise KubikError("KBK5003", message("there is no such job"))
    table = tx.tables.own.job
    later = tx.connection.execute(
        sa.select(*job_columns(table))
        .where(table.c.kind == TAKE_BACK, table.c.by == found.by, table.c.id > job)
        .order_by(table.c.id.desc())
    )
    undo = next((each for row in later if (each := make_job(row)).parameters["job"] == job), None)
    return Past(
        job=found,
        order=read_order(found.parameters),
        report=read_report(found.result or found.saved),
        undo=undo,
    )
