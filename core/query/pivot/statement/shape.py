"""How the columns of a pivot's statements stand: what is read where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.query.pivot.asking import MAX_CELLS
from core.query.pivot.resolving import LINKS
from core.query.pivot.slicing import Slice

GROUPS = MAX_CELLS + 1
"""Groups that a statement answers at most."""

SUMS = ("filled", "sum", "low", "least", "greatest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the columns of a statement are read: of each key its value, whether there is one, and its text; then the
    currencies that vary; the count of owners; of each value what `SUMS` names (``low`` where sums are in two parts).

    Of these only the ones at the places ``selected`` are asked for, the others hold nothing.
    """

    keys: int
    currencies: int
    selected: tuple[int, ...]
    width: int
    halves: bool = False

    @property
    def count_at(self) -> int:
        return 3 * self.keys + self.currencies

    def whole(self, columns: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """The columns with those that were not asked for."""
        nothing = [None] * len(columns[0]) if columns else []
        found: list[Sequence[Any]] = [nothing] * self.width
        for place, column in zip(self.selected, columns, strict=True):
            found[place] = column
        return found


def shape_of_slice(slice: Slice, currencies: int, *, halves: bool) -> Shape:
    """The shape of the statement of a slice with so many currencies that vary."""
    wanted: list[bool] = []
    for key in slice.keys:
        wanted += [True, key.kind in LINKS, key.kind == "text"]
    wanted += [True] * currencies
    wanted.append(slice.counted or slice.what != "sums" or not slice.keys)
    if slice.what == "sums":
        for place in slice.values:
            summed, ends = place in slice.summed, place in slice.ends
            wanted += [place in slice.filled, summed, summed and halves, ends, ends]
    return Shape(
        keys=len(slice.keys), currencies=currencies, halves=halves, width=len(wanted),
        selected=tuple(place for place, asked in enumerate(wanted) if asked),
    )  # fmt: skip
