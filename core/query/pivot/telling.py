"""How the figures of groups are told: averages and shares finished, amounts of several currencies as lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from core.access.actor import Actor
from core.query.pivot.figures import Cell, Stat, amount, average, by_code, middle, share
from core.query.pivot.labels import any_titles
from core.query.pivot.reading import Cells, Group
from core.query.pivot.resolving import AMOUNTS, Figure, PivotPlan, Place
from core.query.pivot.slicing import Margin
from core.query.read import titles
from core.query.relations import choices_of
from core.storage.workspace import Transaction
from metamodel.aggregates import SHARES
from metamodel.expression.types import Type

Values = list[Any]
"""The figures of a cell, in the order they were asked for; sums in several currencies are lists of these."""

Teller = Callable[[Cell], Any]
"""Tells one figure of a group."""

Groups = Mapping[Margin, Cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All groups by margin; a missing one has no record. A figure without a teller is a share of another group's."""

    plan: PivotPlan
    groups: Groups
    tellers: Sequence[Teller | None]
    numbers: Mapping[Place, int]

    def values(self, row: Group, columns: Sequence[Group]) -> list[Values | None]:
        """The figures of the groups with these first row keys and each of these column keys (all of them, or none)."""
        if not columns:
            return []
        groups, tellers = self.groups[len(row), len(columns[0])], self.tellers
        cells = [groups.get(row + column) for column in columns]
        if None in tellers:
            placed = zip(cells, columns, strict=True)
            return [None if cell is None else self._told(cell, row, column) for cell, column in placed]
        told = [[None if cell is None else tell(cell) for cell in cells] for tell in tellers if tell]
        return [
            None if cell is None else list(each)
            for cell, each in zip(cells, zip(*told, strict=True), strict=True)
        ]

    def total(self, row: Group, column: Group) -> Values:
        """The same of a total: of nothing there is nothing, but a total."""
        return self._told(self._cell(row, column) or Cell(len(self.numbers)), row, column)

    def _cell(self, row: Group, column: Group) -> Cell | None:
        return self.groups[len(row), len(column)].get(row + column)

    def _told(self, cell: Cell, row: Group, column: Group) -> Values:
        return [
            teller(cell) if teller is not None else self._share(figure, cell, row, column)
            for figure, teller in zip(self.plan.figures, self.tellers, strict=True)
        ]

    def _share(self, figure: Figure, cell: Cell, row: Group, column: Group) -> Any:
        match figure.aggregate:
            case "share_of_row":
                whole = self._cell(row, ())
            case "share_of_column":
                whole = self._cell((), column)
            case _:
                whole = self._cell((), ())
        if whole is None:
            return None
        if figure.place is None:
            return share(cell.count, whole.count)
        number = self.numbers[figure.place]
        part = cell.stats[number]
        if part is not None:
            own = whole.stats[number]
            return share(part.units, None if own is None else own.units)
        parts, wholes = cell.money.get(number), whole.money.get(number, {})
        if not parts:
            return None
        return by_code({c: share(stat.units, wholes[c].units) for c, stat in parts.items() if c in wholes})


def tellers_of(tx: Transaction, actor: Actor, plan: PivotPlan, groups: Groups) -> list[Teller | None]:
    """What tells each figure; None for shares, which ask for another group as well."""
    return [
        None if figure.aggregate in SHARES else _teller(tx, actor, plan, figure, groups)
        for figure in plan.figures
    ]


def _teller(tx: Transaction, actor: Actor, plan: PivotPlan, figure: Figure, groups: Groups) -> Teller:
    place = figure.place
    if place is None:
        return lambda cell: cell.count
    number, type_ = plan.numbers[place], place.type
    match figure.aggregate:
        case "count_distinct":
            return lambda cell: cell.counted.get(number, 0)
        case "count":
            return lambda cell: _filled(cell, number)
        case "median":
            return _of_taken("median", number, lambda values: middle(values, type_))
        case "first" | "last":
            written = _written(tx, actor, figure, number, groups)
            return _of_taken(figure.aggregate, number, lambda values: written(values[0]))
        case _:
            return _of_stat(number, _FINISHES[figure.aggregate](type_))


def _filled(cell: Cell, number: int) -> int:
    own = cell.stats[number]
    return (own.filled if own else 0) + sum(stat.filled for stat in cell.money.get(number, {}).values())


def _of_stat(number: int, finish: Callable[[Stat], Any]) -> Teller:
    def told(cell: Cell) -> Any:
        stat = cell.stats[number]
        if stat is not None:
            return finish(stat)
        several = cell.money.get(number)
        return by_code({code: finish(each) for code, each in several.items()}) if several else None

    return told


def _of_taken(aggregate: str, number: int, finish: Callable[[list[Any]], Any]) -> Teller:
    def told(cell: Cell) -> Any:
        taken = cell.taken.get((aggregate, number))
        if not taken:
            return None
        if None in taken:
            return finish(taken[None])
        return by_code({code: finish(values) for code, values in taken.items()})

    return told


def _sum(type_: Type) -> Callable[[Stat], Any]:
    if type_.kind == "duration":
        return lambda stat: amount(stat.units, type_)
    digit = Decimal(1).scaleb(-type_.scale)
    return (lambda stat: stat.units * digit) if type_.scale else attrgetter("units")


def _average(type_: Type) -> Callable[[Stat], Any]:
    return lambda stat: average(stat.units, stat.filled, type_)


def _least(type_: Type) -> Callable[[Stat], Any]:
    return lambda stat: amount(stat.least, type_) if type_.kind in AMOUNTS else stat.least


def _greatest(type_: Type) -> Callable[[Stat], Any]:
    return lambda stat: amount(stat.greatest, type_) if type_.kind in AMOUNTS else stat.greatest


_FINISHES: Mapping[str, Callable[[Type], Callable[[Stat], Any]]] = {
    "sum": _sum, "avg": _average, "min": _least, "max": _greatest,
}  # fmt: skip


def _written(
    tx: Transaction, actor: Actor, figure: Figure, number: int, groups: Groups
) -> Callable[[Any], Any]:
    """How the first and last values of a figure are written: links with their titles, choices by their names."""
    assert figure.place is not None and figure.field is not None
    type_ = figure.place.type
    match type_.kind:
        case "choice":
            names = {c.uid: c.name for c in choices_of(tx.model, figure.field)}
            return lambda uid: names.get(uid, uid)
        case "link":
            ids = sorted(set(_taken(figure.aggregate, number, groups)))
            return titles(tx, actor, tx.model.entity_by_uid[type_.entity or ""], ids).__getitem__
        case "link_any":
            return any_titles(tx, actor, _taken(figure.aggregate, number, groups)).__getitem__
        case _:
            return lambda value: value


def _taken(aggregate: str, number: int, groups: Groups) -> Iterator[Any]:
    """The first or last values of a figure in every group."""
    for cells in groups.values():
        for cell in cells.values():
            for values in cell.taken.get((aggregate, number), {}).values():
                yield from values
