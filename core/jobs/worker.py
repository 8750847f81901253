"""The worker: a thread that takes jobs one by one and gives each to the handler of its kind."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from core.errors import KubikError, refused
from core.jobs.jobs import forget_jobs
from core.jobs.running import (
    LEASE,
    MOST_ATTEMPTS,
    JobCancelled,
    JobLost,
    JobPaused,
    Run,
    anything_to_do,
    claim,
)
from core.storage.workspace import Workspace
from metamodel.errors import ProblemsFound
from metamodel.messages import message

_LOG = structlog.get_logger()

POLL_SECONDS = 1.0

TIDY_SECONDS = 3600.0

COUNT_SECONDS = 60.0
"""How long what the planner of SQLite goes by may be behind what was written."""

STOPPING = 8.0
"""Seconds that a stopping worker waits for its job to reach the end of a chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a handler leaves: a JSON result, and the name of a file that lists what could not be done."""

    result: Any = None
    errors_file: str | None = None


Handler = Callable[[Run], Outcome]

Chore = Callable[[Workspace], object]
"""What is to be done once an hour, by every worker, in as many transactions as it likes."""


class Worker:
    """Runs jobs of the kinds in ``handlers`` until it is stopped; as many workers as wished, anywhere."""

    def __init__(
        self,
        workspace: Workspace,
        handlers: Mapping[str, Handler],
        *,
        poll: float = POLL_SECONDS,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._workspace = workspace
        self._handlers = dict(handlers)
        self._kinds = tuple(sorted(handlers))
        self._name = f"{socket.gethostname()} {secrets.token_hex(8)}"
        self._poll = poll
        self._chores = tuple(chores)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="kubik-jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more jobs; the one that runs stops at its next chunk and is gone on with by who comes next."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOPPING)

    def run_one(self) -> bool:
        """Take and run one job; whether there was one."""
        if not self._kinds or not anything_to_do(self._workspace, self._kinds):
            return False
        job = claim(self._workspace, self._name, self._kinds)
        if job is None:
            return False
        run = Run(self._workspace, job, self._name, self._stop.is_set)
        if job.attempts > MOST_ATTEMPTS:
            run.finish("failed", error=message("its worker died each time"), code="KBK9000")
        else:
            self._run(run)
        return True

    def _run(self, run: Run) -> None:
        try:
            with self._beating(run):
                outcome = self._handlers[run.job.kind](run)
            run.finish("done", result=outcome.result, errors_file=outcome.errors_file)
        except JobLost:
            _LOG.warning("a job was taken by another worker", job=run.job.id)
        except JobPaused:
            run.pause()
        except JobCancelled as stopped:
            run.finish("cancelled", result=stopped.result)
        except KubikError as error:
            run.finish("failed", error=error.detail, code=error.code)
        except ProblemsFound as problems:
            run.finish("failed", error=problems.problems[0].message, code=refused(problems).code)
        except Exception:
            _LOG.exception("a job failed", job=run.job.id, kind=run.job.kind)
            run.finish("failed", error=message("an unexpected fault; it is in the log"), code="KBK9000")

    @contextmanager
    def _beating(self, run: Run) -> Iterator[None]:
        """Give signs of life from beside while the handler thinks longer than the lease."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(LEASE.total_seconds() / 3):
                try:
                    run.beat()
                except JobLost:
                    return  # the handler learns of it at its next chunk
                except KubikError as error:
                    _LOG.warning("a sign of life of a job failed", job=run.job.id, error=str(error))

        thread = threading.Thread(target=beat, name="kubik-job-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _work(self) -> None:
        tidied, counted = -TIDY_SECONDS, -COUNT_SECONDS
        while not self._stop.is_set():
            if time.monotonic() - tidied >= TIDY_SECONDS:
                self._tidy()
                tidied = time.monotonic()
            if time.monotonic() - counted >= COUNT_SECONDS:
                self._count()
                counted = time.monotonic()
            try:
                found = self.run_one()
            except Exception:
                _LOG.exception("the worker of jobs stumbled")
                found = False
            if not found:
                self._stop.wait(self._poll)

    def _tidy(self) -> None:
        try:
            self._workspace.write(forget_jobs)
            for chore in self._chores:
                chore(self._workspace)
        except Exception:
            _LOG.exception("tidying failed")

    def _count(self) -> None:
        try:
            self._workspace.database.tidy()
        except Exception:
            _LOG.exception("counting for the planner failed")
