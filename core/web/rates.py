"""How many requests one caller may make a minute, when the installation limits it: a bucket for each, in this process."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import KubikError

MOST_CALLERS = 20_000
"""Callers that are remembered; whoever has a full bucket is forgotten first."""


@dataclass(slots=True, kw_only=True)
class Rates:
    """Buckets of ``limit`` requests that fill again within a minute."""

    limit: int
    clock: Callable[[], float] = time.monotonic
    _left: dict[bytes, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: bytes | None, address: bytes) -> None:
        """Count a request of a key or session that is known (`vouch`), otherwise of its address; KBK2010 when it is one
        too many. Kept as hashes; keys that are made up count for who makes them up.
        """
        who, now = _hash(key or address), self.clock()
        with self._lock:
            if key is not None and who not in self._left:
                who = _hash(address)
            left, since = self._left.get(who, (float(self.limit), now))
            left = min(float(self.limit), left + (now - since) * self.limit / 60)
            if left < 1:
                raise KubikError("KBK2010", retry_after=max(1, round((1 - left) * 60 / self.limit)))
            if len(self._left) >= MOST_CALLERS and who not in self._left:
                self._forget(now)
            self._left[who] = (left - 1, now)

    def vouch(self, key: bytes) -> None:
        """From now on requests of this key, which proved to be somebody's, are counted apart from their address."""
        who = _hash(key)
        with self._lock:
            if who not in self._left:
                if len(self._left) >= MOST_CALLERS:
                    self._forget(self.clock())
                self._left[who] = (self.limit - 1.0, self.clock())

    def _forget(self, now: float) -> None:
        """Drop those whose buckets are full by now; when there are none, all: nobody is locked out by others."""
        kept = {
            who: (left, since)
            for who, (left, since) in self._left.items()
            if left + (now - since) * self.limit / 60 < self.limit
        }
        self._left = kept if len(kept) < MOST_CALLERS else {}


def _hash(caller: bytes) -> bytes:
    return hashlib.sha256(caller).digest()[:16]
