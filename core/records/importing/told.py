"""Imports as they are looked back at: those of a person, of anybody for who may everything, and their taking back."""

from __future__ import annotations

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.jobs.jobs import Job, job_columns, make_job
from core.records.importing.job import KIND
from core.records.takeback import KIND as TAKE_BACK
from core.storage.workspace import Transaction

MOST = 200
"""Imports of the history, the latest."""


def imports_of(tx: Transaction, actor: Actor) -> list[Job]:
    """The imports that the actor may look at, trials left out, the latest first."""
    query = _own(tx, actor).order_by(tx.tables.own.job.c.id.desc()).limit(MOST)
    jobs = [make_job(row) for row in tx.connection.execute(query)]
    return [job for job in jobs if not is_trial(job)]


def import_of(tx: Transaction, actor: Actor, job: int) -> Job:
    """One of them; KBK2006 for any other job."""
    row = tx.connection.execute(_own(tx, actor).where(tx.tables.own.job.c.id == job)).one_or_none()
    if row is None or is_trial(make_job(row)):
        raise KubikError("KBK2006")
    return make_job(row)


def is_trial(job: Job) -> bool:
    """Whether it only tried what an import would do."""
    recipe, options = job.parameters.get("recipe") or {}, job.parameters.get("options") or {}
    return bool(recipe.get("dry_run") or options.get("dry_run"))


def taken_back_by(tx: Transaction, job: Job) -> Job | None:
    """The latest job that takes this one back."""
    table = tx.tables.own.job
    query = sa.select(*job_columns(table)).where(table.c.kind == TAKE_BACK, table.c.id > job.id)
    rows = tx.connection.execute(query.order_by(table.c.id.desc()).limit(MOST))
    return next((each for each in map(make_job, rows) if each.parameters.get("job") == job.id), None)


def _own(tx: Transaction, actor: Actor) -> sa.Select[tuple[object, ...]]:
    table = tx.tables.own.job
    query = sa.select(*job_columns(table)).where(table.c.kind == KIND)
    return query if grants_of(tx.model, actor).everything else query.where(table.c.by == (actor.person or 0))
