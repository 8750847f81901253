"""The CPU that a server and its database use: what a page costs, however busy the machine is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

Clock = Callable[[], float]

PROC = Path("/proc")


def cpu_clock(roots: Iterable[int]) -> Clock:
    """A clock in seconds that goes while these processes, or any below them, run, with all threads that they have, had or
    make; where there is no ``/proc`` (Linux), it is that of the wall.

    Processes that are made later are not in it: warm up first.
    """
    if not (PROC / "self/stat").exists():
        return time.perf_counter
    taken = dict.fromkeys(map(_clock_of, _family(roots)), 0.0)

    def used() -> float:
        for clock in taken:
            with suppress(OSError):  # it ended, and keeps what it took
                taken[clock] = time.clock_gettime(clock)
        return sum(taken.values())

    return used


def _clock_of(pid: int) -> int:
    """What Linux calls the clock of a process's CPU (clock_getcpuclockid)."""
    return (~pid << 3) | 2


def ended_below(roots: Iterable[int]) -> float:
    """Seconds of CPU of processes that these had begun and that have ended; 0 where there is no ``/proc``."""
    total = 0
    for pid in roots:
        stat = PROC / str(pid) / "stat"
        if stat.exists():
            total += sum(map(int, stat.read_text().rpartition(")")[2].split()[13:15]))
    return total / os.sysconf("SC_CLK_TCK")


def _family(roots: Iterable[int]) -> set[int]:
    """The processes and all below them."""
    below: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        below.setdefault(parent, []).append(int(entry.parent.name))
    found: set[int] = set()
    left = list(roots)
    while left:
        pid = left.pop()
        found.add(pid)
        left += below.get(pid, [])
    return found
