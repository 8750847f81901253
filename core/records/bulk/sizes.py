"""How many records one step takes, so that nobody else who writes waits for long."""

from __future__ import annotations

LONGEST_STEP = 0.05
"""Seconds that one step holds the write lock, about."""

FEWEST, FIRST, MOST = 10, 50, 1_000
"""Records in one step: at least, at first, at most."""


def next_size(size: int, spent: float) -> int:
    """How many records the next step takes, when one of ``size`` kept others waiting for ``spent`` seconds."""
    return max(FEWEST, min(MOST, int(size * min(2.0, LONGEST_STEP / max(spent, 0.001)))))
