"""Claiming a job with a lease, and what its handler may do with it while the lease is its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from core.errors import KubikError
from core.jobs.jobs import Job, State, job_columns, make_job
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message

T = TypeVar("T")

LEASE = timedelta(seconds=60)
"""How long after its last sign of life a job is taken by another worker."""

MOST_ATTEMPTS = 5
"""How often a job is begun again after its worker died, before it is given up."""


class JobLost(Exception):
    """Another worker has the job now, since this one gave no sign of life for too long: stop, write nothing."""


class JobCancelled(Exception):
    """Somebody asked the job to stop; its handler may add what it did until then, as the job's ``result``."""

    result: Any = None


class JobPaused(Exception):
    """The process ends: whoever comes next goes on with the job where the last chunk left it."""


_AS_IT_IS = object()


def claim(workspace: Workspace, worker: str, kinds: tuple[str, ...]) -> Job | None:
    """The oldest job of these kinds that waits, or whose worker died, now leased to ``worker``; by one statement."""

    def action(tx: Transaction) -> Job | None:
        table = tx.tables.own.job
        waits = sa.and_(table.c.state == "queued", table.c.run_after <= tx.now)
        orphaned = sa.and_(table.c.state == "running", table.c.lease <= tx.now)
        oldest = (
            sa.select(table.c.id)
            .where(table.c.kind.in_(kinds), sa.or_(waits, orphaned))
            .order_by(table.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        row = tx.connection.execute(
            table.update()
            .where(table.c.id == oldest)
            .values(
                state="running",
                worker=worker,
                lease=tx.now + LEASE,
                started_at=sa.func.coalesce(
                    table.c.started_at, sa.bindparam("now", tx.now, table.c.started_at.type)
                ),
                attempts=table.c.attempts + 1,
            )
            .returning(*job_columns(table))
        ).one_or_none()
        return None if row is None else make_job(row)

    return workspace.write(action)


def take(tx: Transaction, job: int, worker: str) -> Job:
    """That very job, whoever has it, leased to ``worker``: for a command that runs it in its own process.

    A worker that had it learns at its next chunk that it is lost, so nothing is done twice.
    """
    table = tx.tables.own.job
    values = {"state": "running", "worker": worker, "lease": tx.now + LEASE, "started_at": tx.now}
    row = tx.connection.execute(
        table.update()
        .where(table.c.id == job, table.c.state.in_(("queued", "running")))
        .values(**values, attempts=table.c.attempts + 1)
        .returning(*job_columns(table))
    ).one_or_none()
    if row is None:
        raise JobLost(f"job {job}")
    return make_job(row)


def begin_here(workspace: Workspace, begin: Callable[[Transaction], int]) -> Run:
    """A job that this process does itself, at once; another one goes on with it when this one dies."""
    worker = f"command {secrets.token_hex(8)}"
    return Run(workspace, workspace.write(lambda tx: take(tx, begin(tx), worker)), worker)


@contextmanager
def failing(run: Run, cancelled: Message) -> Iterator[None]:
    """What is refused in here, or cancelled (KBK5003 with these words), ends the job and is raised as `KubikError`."""
    try:
        yield
    except (KubikError, JobCancelled) as error:
        refusal = error if isinstance(error, KubikError) else KubikError("KBK5003", cancelled)
        run.finish("failed", error=refusal.detail, code=refusal.code)
        raise refusal from error


def anything_to_do(workspace: Workspace, kinds: tuple[str, ...]) -> bool:
    """Whether `claim` would find something: asked without writing, so that an idle worker disturbs nobody."""
    with workspace.read() as tx:
        table = tx.tables.own.job
        waits = sa.and_(table.c.state == "queued", table.c.run_after <= tx.now)
        orphaned = sa.and_(table.c.state == "running", table.c.lease <= tx.now)
        found = sa.select(table.c.id).where(table.c.kind.in_(kinds), sa.or_(waits, orphaned)).limit(1)
        return tx.connection.execute(found).first() is not None


class Run:
    """One run of a job by one worker: its handler works through this.

    The handler does its work in chunks, each by `write`, which commits the data, the progress and the place to go
    on in one transaction, and only while the job is still this worker's. So after a crash nothing is done twice.
    """

    def __init__(
        self, workspace: Workspace, job: Job, worker: str, pausing: Callable[[], bool] = lambda: False
    ) -> None:
        self.workspace = workspace
        self.job = job
        self.saved: Any = job.saved
        """What the last chunk saved, by this run or the one before it."""
        self.done = job.done
        self.total = job.total
        self._worker = worker
        self._pausing = pausing

    def write(
        self, action: Callable[[Transaction], T], *, saved: Any = _AS_IT_IS, done: int | None = None
    ) -> T:
        """Do a chunk: ``action``, the number of things ``done`` in all, and what to keep in ``saved``.

        `JobLost`, `JobCancelled` and `JobPaused` are for the worker: they end the handler, and nothing of this
        chunk stays.
        """
        keep = self.saved if saved is _AS_IT_IS else saved
        count = self.done if done is None else done

        def chunk(tx: Transaction) -> T:
            self._hold(tx, {"done": count, "saved": keep, "total": self.total})
            return action(tx)

        result = self.workspace.write(chunk)
        self.saved, self.done = keep, count
        return result

    def keep(self, tx: Transaction, saved: Any, *, done: int, total: int | None = None) -> None:
        """Within a chunk's own transaction: what to keep when it commits, known only at its end."""
        self.total = self.total if total is None else total
        self._hold(tx, {"done": done, "saved": saved, "total": self.total})

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is, without a chunk of data (the place to go on stays)."""
        self.total = self.total if total is None else total
        self.workspace.write(lambda tx: self._hold(tx, {"done": done, "total": self.total}))
        self.done = done

    def beat(self) -> None:
        """Give a sign of life: nobody else takes the job for a while."""
        self.workspace.write(lambda tx: self._hold(tx, {}, heed=False))

    def pause(self) -> None:
        """Give the job back as it is: the next worker goes on with it."""

        def action(tx: Transaction) -> None:
            table = tx.tables.own.job
            tx.connection.execute(
                self._mine(table.update(), table).values(
                    state="queued", lease=None, worker=None, attempts=self.job.attempts - 1
                )
            )

        self.workspace.write(action)

    def finish(
        self,
        state: State,
        *,
        result: Any = None,
        error: Message | None = None,
        code: str = "",
        errors_file: str | None = None,
    ) -> None:
        """End the job in that state, when it is still ours."""
        words = None if error is None else {"code": code, "text": error.text, "shown": str(error)}

        def action(tx: Transaction) -> None:
            table = tx.tables.own.job
            tx.connection.execute(
                self._mine(table.update(), table).values(
                    state=state,
                    finished_at=tx.now,
                    result=result,
                    error=words,
                    errors_file=errors_file,
                    lease=None,
                    worker=None,
                    saved=None,
                )
            )

        self.workspace.write(action)

    def _hold(self, tx: Transaction, values: dict[str, Any], *, heed: bool = True) -> None:
        """Take the job's row for this transaction, renew the lease, and stop when it is lost or cancelled."""
        table = tx.tables.own.job
        row = tx.connection.execute(
            self._mine(table.update(), table).values(lease=tx.now + LEASE, **values).returning(table.c.cancel)
        ).one_or_none()
        if row is None:
            raise JobLost(f"job {self.job.id}")
        if heed and row.cancel:
            raise JobCancelled(f"job {self.job.id}")
        if heed and self._pausing():
            raise JobPaused(f"job {self.job.id}")

    def _mine(self, update: sa.Update, table: sa.Table) -> sa.Update:
        return update.where(
            table.c.id == self.job.id,
            table.c.state == "running",
            table.c.worker == self._worker,
            table.c.attempts == self.job.attempts,
        )
