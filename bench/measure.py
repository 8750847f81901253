"""Taking times and telling them: medians of many calls, ratios to a limit, one line a figure."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bench.cpu import cpu_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured thing, beside what it is compared with; ``limit`` is the highest good ratio."""

    name: str
    ours: float
    theirs: float
    limit: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def good(self) -> bool:
        return self.limit is None or self.ratio <= self.limit

    def line(self) -> str:
        """The figure for people: name, both times, the ratio and whether it keeps its limit."""
        verdict = "" if self.limit is None else f"  limit {self.limit:g}  {'ok' if self.good else 'OVER'}"
        return f"  {self.name:<58} {self.ours:9.3f} {self.unit} {self.theirs:9.3f} {self.unit}  x{self.ratio:5.2f}{verdict}"


@dataclass(slots=True)
class Results:
    """What a benchmark found; printed as it goes."""

    figures: list[Figure] = field(default_factory=list)

    def add(
        self, name: str, ours: float, theirs: float, limit: float | None = None, unit: str = "ms"
    ) -> Figure:
        figure = Figure(name=name, ours=ours, theirs=theirs, limit=limit, unit=unit)
        self.figures.append(figure)
        print(figure.line(), flush=True)
        return figure

    @property
    def good(self) -> bool:
        return all(figure.good for figure in self.figures)


def head(title: str, ours: str = "Kubik", theirs: str = "hand-written") -> None:
    """The head of a group of figures."""
    print(f"\n{title}\n  {'':<58} {ours:>12} {theirs:>12}  ratio", flush=True)


def milliseconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def pair(ours: Callable[[], object], theirs: Callable[[], object], times: int = 200) -> tuple[float, float]:
    """Medians of both, taken in turn so that whatever else the machine does falls on both alike."""
    for _ in range(max(3, times // 20)):
        ours()
        theirs()
    gc.collect()
    mine, other = [], []
    for _ in range(times):
        mine.append(milliseconds(ours))
        other.append(milliseconds(theirs))
    return statistics.median(mine), statistics.median(other)


BLOCK = 10
"""Calls between two looks at a clock of CPU: what a server does behind its answer is counted with the call."""

TURN = 5
"""The same where two are compared: the shorter the turns, the more alike is what else the machine does meanwhile."""

CHEAPEST = 3
"""Turns that tell what a call costs: whatever else the machine does makes one dearer, never cheaper. Of all that was tried
their mean moves least from run to run (`docs/contributors/benchmarks.md`)."""


def costs(
    ours: Callable[[], object], theirs: Callable[[], object], roots: Iterable[int], turns: int
) -> tuple[float, float]:
    """CPU milliseconds of one call of both, spent by the processes ``roots`` and below, in turn: the mean of the cheapest
    turns of each."""
    for _ in range(BLOCK):
        ours()
        theirs()
    clock = cpu_clock(roots)
    mine: list[float] = []
    other: list[float] = []
    for _ in range(turns):
        for call, found in ((ours, mine), (theirs, other)):
            start = clock()
            for _ in range(TURN):
                call()
            found.append((clock() - start) * 1000 / TURN)
    return _cheapest(mine), _cheapest(other)


def _cheapest(found: list[float]) -> float:
    return statistics.mean(sorted(found)[:CHEAPEST])
