"""Handovers of a person as they are now: on their way, done, taken back."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from core.errors import KubikError
from core.jobs.jobs import Job, job_columns, make_job, read_job
from core.records.handover.task import Order, Report, read_order, read_report
from core.storage.workspace import Transaction
from metamodel.messages import message

HANDOVER = "handover"
UNDO = "handover_undo"

MOST_LISTED = 20
"""Handovers of a person that are listed, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A job that hands over, what it was asked, how far it came, and the job that takes it back, when there is one."""

    job: Job
    order: Order
    report: Report
    undo: Job | None = None

    @property
    def running(self) -> bool:
        """Whether it is still on its way."""
        return self.job.state in ("queued", "running")

    @property
    def can_undo(self) -> bool:
        """Whether something was done that nobody has taken back, or begun to."""
        begun = self.undo is not None and self.undo.state in ("queued", "running", "done")
        broken_off = self.job.state != "done"
        return not self.running and not begun and bool(broken_off or self.report.handed or self.report.closed)


def handovers_of(tx: Transaction, person: int) -> tuple[Handover, ...]:
    """What was handed over of that person in the last thirty days, the latest first."""
    own = [job for job in _jobs(tx, HANDOVER) if job.parameters["person"] == person]
    undone = {job.parameters["job"]: job for job in reversed(_jobs(tx, UNDO))}
    return tuple(_handover(job, undone.get(job.id)) for job in own[:MOST_LISTED])


def read_handover(tx: Transaction, job: int) -> Handover:
    """A handover by the id of its job; KBK5003 when there is none."""
    found = read_job(tx, job)
    if found.kind != HANDOVER:
        raise KubikError("KBK5003", message("there is no such job"))
    undone = next((each for each in _jobs(tx, UNDO) if each.parameters["job"] == job), None)
    return _handover(found, undone)


def report_of(job: Job) -> Report:
    """How far a job of ours is: what it left, or saved last."""
    return read_report(job.result or job.saved)


def _handover(job: Job, undo: Job | None) -> Handover:
    return Handover(job=job, order=read_order(job.parameters), report=report_of(job), undo=undo)


def _jobs(tx: Transaction, kind: str) -> list[Job]:
    """The jobs of that kind that are still kept, the latest first."""
    table = tx.tables.own.job
    rows = tx.connection.execute(
        sa.select(*job_columns(table)).where(table.c.kind == kind).order_by(table.c.id.desc())
    )
    return [make_job(row) for row in rows]
