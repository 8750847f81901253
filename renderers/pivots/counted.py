"""A report that was counted: the engine's answer in the order of the page, its keys in words, its figures in their formats."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from core.access.actor import Actor
from core.query.pivot.asking import PivotQuery
from core.query.pivot.pivot import Pivot, pivot
from core.query.query import Link
from core.storage.workspace import Transaction
from core.web.context import Visit
from renderers.filters.parts import holds_together
from renderers.pivots.address import AxisText
from renderers.pivots.asking import Asked
from renderers.pivots.numbers import Writer, writer
from renderers.pivots.words import Name, naming


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The answer; ``names`` are of the keys of rows, then of columns. ``count`` is of how many records it is made."""

    asked: Asked
    who: Visit
    found: Pivot
    names: tuple[tuple[Name, ...], tuple[Name, ...]]
    writers: tuple[Writer, ...]
    today: dt.date
    seconds: float
    count: int | None
    condition: str
    """The filter, so that it can stand beside other conditions."""

    @property
    def nothing(self) -> bool:
        """Whether there is no record at all."""
        return not self.found.rows or not self.found.columns or self.count == 0

    def column_name(self, column: Sequence[Any]) -> str:
        """All keys of a column in words."""
        return " · ".join(name(value) for name, value in zip(self.names[1], column, strict=True))


Ask = Callable[[Transaction, Actor, PivotQuery], Pivot]


def counted(who: Visit, tx: Transaction, asked: Asked, ask: Ask = pivot) -> Counted:
    """Ask the engine; its refusals go to the caller."""
    begun = time.perf_counter()
    found = ask(tx, who.actor, asked.query())
    seconds = time.perf_counter() - begun
    # what is sorted by a value is not turned round by its keys
    found = ordered(found, () if asked.sort else asked.rows, () if asked.sort_columns else asked.columns)
    today = tx.now.astimezone(tx.workspace.zone).date()
    texts, model = who.texts, tx.model
    keys = found.plan.rows, found.plan.columns
    groups = found.rows, found.columns
    names = tuple(
        tuple(
            naming(model, key, [group[place] for group in listed], texts, today)
            for place, key in enumerate(side)
        )
        for side, listed in zip(keys, groups, strict=True)
    )
    writers = tuple(
        writer(model, figure, _all_of(found, place), texts, tx.workspace.zone)
        for place, figure in enumerate(asked.figures)
    )
    extra = len(found.values) > len(asked.values)
    return Counted(
        asked=asked, who=who, found=found, names=(names[0], names[1]), writers=writers, today=today, seconds=seconds,
        count=found.grand_total[-1] if extra else None, condition=_together(asked.filter),
    )  # fmt: skip


def _together(filter: str | None) -> str:
    return "" if filter is None else filter if holds_together(filter) else f"({filter})"


def _all_of(found: Pivot, place: int) -> Iterator[Any]:
    """Everything that is shown of a value."""
    for row in found.cells:
        yield from (cell[place] for cell in row if cell is not None)
    for listed in (
        found.row_totals,
        found.column_totals,
        [found.grand_total],
        (s.total for s in found.subtotals),
    ):
        yield from (total[place] for total in listed)
    for subtotal in found.subtotals:
        yield from (cell[place] for cell in subtotal.cells if cell is not None)


def ordered(found: Pivot, rows: Sequence[AxisText], columns: Sequence[AxisText]) -> Pivot:
    """The answer with those keys turned round that are wanted descending; empty and hidden ones stay last."""
    if not any(axis.descending for axis in (*rows, *columns)):
        return found
    down = _order(found.rows, [axis.descending for axis in rows])
    across = _order(found.columns, [axis.descending for axis in columns])
    placed = {old: new for new, old in enumerate(down)}

    def turned(cells: list[Any]) -> list[Any]:
        return [cells[at] for at in across]

    return replace(
        found,
        rows=[found.rows[at] for at in down],
        columns=turned(found.columns),
        cells=[turned(found.cells[at]) for at in down],
        row_totals=[found.row_totals[at] for at in down],
        column_totals=turned(found.column_totals),
        drill_rows=[found.drill_rows[at] for at in down],
        drill_columns=turned(found.drill_columns),
        subtotals=[
            replace(
                each,
                first=min(placed[at] for at in range(each.first, each.last + 1)),
                last=max(placed[at] for at in range(each.first, each.last + 1)),
                cells=turned(each.cells),
            )
            for each in found.subtotals
        ],
    )


def _order(groups: Sequence[tuple[Any, ...]], descending: Sequence[bool]) -> list[int]:
    """The places of groups, each level turned round that is descending."""

    def arranged(places: list[int], level: int) -> list[int]:
        if level == len(descending):
            return places
        runs = [list(run) for _, run in groupby(places, key=lambda at: _marked(groups[at][level]))]
        if descending[level]:
            last = [run for run in runs if _is_last(groups[run[0]][level])]
            runs = [*reversed([run for run in runs if run not in last]), *last]
        return [at for run in runs for at in arranged(run, level + 1)]

    return arranged(list(range(len(groups))), 0)


def _marked(value: Any) -> Any:
    """What tells neighbouring keys apart: two records may have one title."""
    return (value.id, value.hidden) if isinstance(value, Link) else value


def _is_last(value: Any) -> bool:
    return value is None or (isinstance(value, Link) and value.hidden)
