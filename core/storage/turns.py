"""Turns: those who want the same thing of a process one after another wait for each other, by its name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Locks by name, kept while somebody holds or awaits them."""

    def __init__(self) -> None:
        self._locks: dict[object, tuple[threading.Lock, int]] = {}
        self._guard = threading.Lock()

    @contextmanager
    def of(self, name: object) -> Iterator[bool]:
        """Hold the turn of that name; whether somebody else had it, so that what was known before may be old."""
        with self._guard:
            lock, others = self._locks.get(name, (threading.Lock(), 0))
            self._locks[name] = lock, others + 1
        lock.acquire()
        try:
            yield others > 0
        finally:
            lock.release()
            with self._guard:
                lock, others = self._locks[name]
                if others == 1:
                    del self._locks[name]
                else:
                    self._locks[name] = lock, others - 1

    def close(self) -> None:
        """Nothing is held that would have to be let go."""
