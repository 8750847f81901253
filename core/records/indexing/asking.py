"""Asking for the search index to be brought up to date by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.jobs.jobs import start_job

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

INDEX = "search"
"""The kind of the job."""


def ask(tx: Transaction, **renamed: Any) -> None:
    """Ask for the index to be brought up to date, once however often it is asked; ``renamed`` names what leads to a
    record (entity, link, record) whose title is another now."""
    jobs = tx.tables.own.job
    if not renamed:
        waits = sa.select(jobs.c.id).where(jobs.c.state == "queued", jobs.c.kind == INDEX)
        if tx.connection.execute(waits.limit(1)).first() is not None:
            return
    start_job(tx, INDEX, renamed, by=None)


def has_failed(tx: Transaction) -> bool:
    """Whether the last job of the index that ended has failed."""
    jobs = tx.tables.own.job
    ended = sa.select(jobs.c.state).where(jobs.c.kind == INDEX, jobs.c.state.in_(("done", "failed")))
    return tx.connection.execute(ended.order_by(jobs.c.id.desc()).limit(1)).scalar() == "failed"
