"""Jobs as their starter sees them: begun in the transaction of the data that asks for them, looked at, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.messages import message

State = Literal["queued", "running", "done", "failed", "cancelled"]

KEPT = timedelta(days=30)
"""How long a finished job can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work. ``saved`` is where its handler goes on after a crash; ``error`` says in words why it failed."""

    id: int
    kind: str
    state: State
    by: int | None
    parameters: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int | None
    saved: Any
    result: Any
    error: Mapping[str, Any] | None
    errors_file: str | None
    cancel: bool
    attempts: int


_COLUMNS = tuple(Job.__dataclass_fields__)


def start_job(
    tx: Transaction,
    kind: str,
    parameters: Mapping[str, Any],
    *,
    by: int | None,
    total: int | None = None,
    delay: timedelta = timedelta(0),
) -> int:
    """Ask for work of that kind; it begins once this transaction is committed, and not before ``delay``."""
    table = tx.tables.own.job
    insert = table.insert().values(
        kind=kind,
        state="queued",
        by=by,
        parameters=dict(parameters),
        created_at=tx.now,
        run_after=tx.now + delay,
        done=0,
        total=total,
        cancel=False,
        attempts=0,
    )
    return int(tx.connection.execute(insert.returning(table.c.id)).scalar_one())


def finish_now(tx: Transaction, job: int, result: Any, *, done: int) -> None:
    """End a job in the very transaction that began it: its work is done there, and no worker ever sees it waiting."""
    table = tx.tables.own.job
    tx.connection.execute(
        table.update()
        .where(table.c.id == job, table.c.state == "queued")
        .values(
            state="done",
            started_at=tx.now,
            finished_at=tx.now,
            result=result,
            done=done,
            total=done,
            attempts=1,
        )
    )


def read_job(tx: Transaction, job: int, *, by: int | None = None) -> Job:
    """A job by id, of that starter when one is given; KBK5003 when there is none."""
    table = tx.tables.own.job
    query = sa.select(*(table.c[name] for name in _COLUMNS)).where(table.c.id == job)
    if by is not None:
        query = query.where(table.c.by == by)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise KubikError("KBK5003", message("there is no such job"))
    return make_job(row)


def make_job(row: sa.Row[Any]) -> Job:
    """The job of a row with its columns."""
    return Job(**dict(zip(_COLUMNS, row, strict=True)))


def job_columns(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns that `make_job` takes."""
    return [table.c[name] for name in _COLUMNS]


def cancel_job(tx: Transaction, job: int, *, by: int | None = None) -> Job:
    """Ask a job to stop: one that waits is cancelled at once, one that runs when it next looks. Finished ones stay."""
    read_job(tx, job, by=by)
    table = tx.tables.own.job
    tx.connection.execute(
        table.update()
        .where(table.c.id == job, table.c.state == "queued")
        .values(state="cancelled", cancel=True, finished_at=tx.now)
    )
    tx.connection.execute(
        table.update().where(table.c.id == job, table.c.state == "running").values(cancel=True)
    )
    return read_job(tx, job)


def resume_job(tx: Transaction, job: int, saved: Any) -> None:
    """Let a cancelled job wait again; its handler goes on from ``saved``."""
    table = tx.tables.own.job
    tx.connection.execute(
        table.update()
        .where(table.c.id == job, table.c.state == "cancelled")
        .values(
            state="queued",
            cancel=False,
            saved=saved,
            result=None,
            error=None,
            finished_at=None,
            attempts=0,
            run_after=tx.now,
        )
    )


def forget_jobs(tx: Transaction) -> int:
    """Remove what finished too long ago to be asked about; how many."""
    table = tx.tables.own.job
    return tx.connection.execute(
        table.delete().where(
            table.c.state.in_(("done", "failed", "cancelled")), table.c.finished_at <= tx.now - KEPT
        )
    ).rowcount
