"""Shades of figures by their size, in a few classes: the style allows no colour of its own for each cell."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

STEPS = 8
LOSS_STEPS = 4
BEND = 1.4
"""Middle values are shaded less than their share, so that the great ones stand out."""


class Heat:
    """The shades of one value's figures."""

    def __init__(self, figures: Iterable[Decimal | None]) -> None:
        known = [figure for figure in figures if figure is not None]
        self._most = max(known, default=Decimal(0))
        self._least = min(known, default=Decimal(0))

    def css(self, figure: Decimal | None) -> str:
        """The class of a figure: blue by how much there is, red where something is lost; empty for none."""
        if figure is None or not figure:
            return ""
        if figure < 0:
            return f"loss{_step(figure / self._least, LOSS_STEPS)}"
        return f"heat{_step(figure / self._most, STEPS)}" if self._most > 0 else ""


def _step(share: Decimal, steps: int) -> int:
    bent: float = float(share) ** BEND
    return max(1, min(steps, round(bent * steps)))
