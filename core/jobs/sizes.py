"""How much one step of a job takes, so that nobody else who writes waits for long."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_STEP = 0.05
"""Seconds that one step holds the write lock, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What a step takes (records, rows, lines): at least, at first, at most."""

    fewest: int = 10
    first: int = 50
    most: int = 1_000

    def following(self, size: int, spent: float, longest: float = LONGEST_STEP) -> int:
        """What the next step takes, when one of ``size`` kept others waiting for ``spent`` seconds: twice as much at most."""
        return max(self.fewest, min(self.most, int(size * min(2.0, longest / max(spent, 0.001)))))
