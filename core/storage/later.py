"""Small things that are done soon after, by one thread, each at most once while it waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import structlog

_LOG = structlog.get_logger()

MOST = 1000
"""More than that waiting is not taken: what is done here may be lost."""


class Later:
    """A queue with its thread, which begins with the first task."""

    def __init__(self) -> None:
        self._tasks: queue.Queue[tuple[object, Callable[[], object]] | None] = queue.Queue(MOST)
        self._waiting: set[object] = set()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, key: object, task: Callable[[], object]) -> None:
        """Do the task soon, unless one of the same key is waiting."""
        with self._guard:
            if self._closed or key in self._waiting or self._tasks.full():
                return
            self._waiting.add(key)
            self._tasks.put((key, task))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="kubik-later", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Do what waits and end the thread."""
        with self._guard:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._tasks.put(None)
            thread.join()

    def _work(self) -> None:
        while (item := self._tasks.get()) is not None:
            key, task = item
            with self._guard:
                self._waiting.discard(key)
            try:
                task()
            except Exception:
                _LOG.exception("a task left for later failed", task=str(key))
