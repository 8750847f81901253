"""Templates that took too long again and again: they are refused at once for a while, so that others get their turn."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from core.errors import KubikError
from metamodel.messages import message

TIMES = 2
"""Overruns in a row, with no document in between."""

REST = 300.0
"""Seconds until such a template is tried again."""

MOST_KNOWN = 1000


class Overruns:
    """Of each template (by the hash of its contents) how often it overran in a row, and when it did last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def check(self, key: str, name: str, seconds: float) -> None:
        """Refuse a template that is to rest (KBK5012)."""
        with self._lock:
            times, last = self._known.get(key, (0, 0.0))
        if times >= TIMES and self._clock() < last + REST:
            words = message(
                "“{name}” was not ready within {seconds} s several times: look for a loop without end in it. The file as it"
                " is will be tried again in {minutes} min, a mended one at once.",
                name=name, seconds=round(seconds), minutes=max(1, round((last + REST - self._clock()) / 60)),
            )  # fmt: skip
            raise KubikError("KBK5012", words)

    def failed(self, key: str) -> None:
        """It overran."""
        with self._lock:
            times, _ = self._known.pop(key, (0, 0.0))
            self._known[key] = (times + 1, self._clock())
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def ended(self, key: str) -> None:
        """It came to an end: with a document, or with what is wrong."""
        with self._lock:
            self._known.pop(key, None)
