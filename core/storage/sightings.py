"""Who saw personal data: gathered while pages are answered, written together a moment later, at the latest at the end.

An answer waits for nothing of this. What was gathered is lost only with the process itself, and then at most that of the
last seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

_LOG = structlog.get_logger()

PAUSE = 2.0
"""Seconds between two writes."""

MOST_WAITING = 200_000
"""Records seen that are kept while the database cannot be written to; beyond it the oldest go, and the log says so."""


MANY_WAITING = 50_000
"""Records seen after which a long export writes them before it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Somebody was shown personal data: which fields (uids) of which records of an entity (uid), and by which way."""

    at: datetime
    by: int | None
    behalf: int | None
    token: int | None
    way: str
    entity: str
    fields: tuple[str, ...]
    records: tuple[int, ...]


@dataclass(slots=True, eq=False)
class Sightings:
    """What is to be written, and the thread that writes it; it begins with the first sighting."""

    write: Callable[[Sequence[Sighting]], None]
    _waiting: list[Sighting] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _one_writer: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def note(self, seen: Sighting) -> None:
        """Remember it; nothing is written here."""
        with self._guard:
            self._waiting.append(seen)
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._work, name="kubik-sightings", daemon=True)
                self._thread.start()

    @property
    def many(self) -> bool:
        """Whether so much waits that who makes more should write it first."""
        return sum(len(each.records) for each in self._waiting) > MANY_WAITING

    def flush(self) -> None:
        """Write what waits, now; what cannot be written waits on."""
        with self._one_writer:
            with self._guard:
                taken, self._waiting = self._waiting, []
            if not taken:
                return
            try:
                self.write(taken)
            except Exception:
                with self._guard:
                    self._waiting[:0] = taken
                    self._limit()
                raise

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._flush_or_say()

    def _work(self) -> None:
        while not self._ended.wait(PAUSE):
            self._flush_or_say()

    def _flush_or_say(self) -> None:
        try:
            self.flush()
        except Exception:
            _LOG.exception("views of personal data could not be written yet")

    def _limit(self) -> None:
        kept = 0
        for number in range(len(self._waiting) - 1, -1, -1):
            kept += len(self._waiting[number].records)
            if kept > MOST_WAITING:
                _LOG.error("views of personal data are lost", count=number + 1)
                del self._waiting[: number + 1]
                return
