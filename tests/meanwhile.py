"""What another thread does while a transaction is open (PostgreSQL): begun in it, and left alone once it waits for a lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import sqlalchemy as sa

from core.storage.workspace import Workspace

T = TypeVar("T")

_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
)


class Meanwhile(Generic[T]):
    """An action to be begun once, by whoever holds a transaction open; `result` is for when that has ended."""

    def __init__(self, workspace: Workspace, action: Callable[[], T]) -> None:
        self._workspace = workspace
        self._action = action
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._results: list[T] = []
        self.begun = False

    def begin(self) -> None:
        """Begin it and go on when it has ended, or waits for somebody's lock."""
        if self.begun:
            return
        self.begun = True
        self._thread.start()
        while self._thread.is_alive() and not self._waits():
            self._thread.join(0.01)

    def result(self) -> T:
        """What it gave."""
        self._thread.join()
        (result,) = self._results
        return result

    def _run(self) -> None:
        self._results.append(self._action())

    def _waits(self) -> bool:
        with self._workspace.read() as tx:
            return bool(tx.connection.execute(_WAITING).scalar())
