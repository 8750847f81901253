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
