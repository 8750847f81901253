"""A pivot under the reader's rights: rows, columns, cells, totals, and the expressions that find a cell's records.

Every total is computed from records or from exact sums of groups, never from what is shown of the cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.execute import parameters, reader_of
from core.query.noting import note_gathered, personal_fields
from core.query.pivot.asking import MAX_CELLS, PivotQuery
from core.query.pivot.drilling import drill
from core.query.pivot.figures import Cell, amount, average, by_code, merged, middle, share
from core.query.pivot.labels import Labels, labels_of
from core.query.pivot.reading import Cells, Group, Texts, fill, too_many
from core.query.pivot.resolving import Figure, Key, PivotPlan, resolve
from core.query.pivot.slicing import Margin, margins, parts
from core.query.query import Query
from core.query.read import titles
from core.query.relations import choices_of
from core.storage.workspace import Transaction
from metamodel.model import Model

Values = list[Any]
"""The figures of a cell, in the order they were asked for; sums in several currencies are lists of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtotal:
    """The figures of the rows ``first`` to ``last`` (inclusive), which have their first ``depth`` keys in common."""

    depth: int
    first: int
    last: int
    cells: list[Values | None]
    total: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot:
    """The answer: keys as people of the API read them, ascending, empty last; ``cells`` are None without a record."""

    plan: PivotPlan
    rows: list[Group]
    columns: list[Group]
    values: list[str]
    cells: list[list[Values | None]]
    row_totals: list[Values]
    column_totals: list[Values]
    grand_total: Values
    drill_rows: list[str]
    drill_columns: list[str]
    subtotals: list[Subtotal] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """All groups by margin; a missing one has no record."""

    plan: PivotPlan
    groups: dict[Margin, Cells]
    written: dict[Figure, Callable[[Any], Any]]
    """How values of records that are told as they are, the first and the last, are written."""

    def values(self, row: Group, column: Group) -> Values | None:
        """The figures of the group with these first row keys and column keys (all of them, or none)."""
        cell = self._cell(row, column)
        if cell is None:
            return None
        return [self._value(figure, cell, row, column) for figure in self.plan.figures]

    def total(self, row: Group, column: Group) -> Values:
        """The same of a total: of nothing there is nothing, but a total."""
        cell = self._cell(row, column) or Cell()
        return [self._value(figure, cell, row, column) for figure in self.plan.figures]

    def _cell(self, row: Group, column: Group) -> Cell | None:
        return self.groups[len(row), len(column)].get((*row, *column))

    def _value(self, figure: Figure, cell: Cell, row: Group, column: Group) -> Any:
        match figure.aggregate:
            case "share_of_row":
                return _share(figure, cell, self._cell(row, ()))
            case "share_of_column":
                return _share(figure, cell, self._cell((), column))
            case "share_of_total":
                return _share(figure, cell, self._cell((), ()))
            case "first" | "last":
                taken = cell.taken.get((figure.aggregate, figure.place), {})
                return _each(figure, taken, lambda values: self.written[figure](values[0]))
            case _:
                return finished(figure, cell)


def pivot(tx: Transaction, actor: Actor, query: PivotQuery) -> Pivot:
    """The pivot of the records that the reader sees.

    Refuses as `core.query.read` does; KBK2011 for more than `MAX_CELLS` cells.
    """
    grants = grants_of(tx.model, actor)
    plan = resolve(query, tx.model, grants)
    groups, texts = _groups(tx, actor, query, plan)
    labels = labels_of(tx, actor, plan, groups[len(plan.rows), len(plan.columns)], texts)
    finest = groups[len(plan.rows), len(plan.columns)]
    rows = _keys(finest, 0, plan.rows, labels)
    columns = _keys(finest, len(plan.rows), plan.columns, labels)
    if len(rows) * len(columns) > MAX_CELLS:
        raise too_many()
    table = _Table(plan=plan, groups=groups, written=_written(tx, actor, plan, groups))
    if rows and columns:
        note_gathered(tx, actor, _personal(tx.model, plan))
    return Pivot(
        plan=plan,
        rows=[labels.shown(row, 0) for row in rows],
        columns=[labels.shown(column, len(plan.rows)) for column in columns],
        values=[figure.measure.name for figure in plan.figures],
        cells=[[table.values(row, column) for column in columns] for row in rows],
        row_totals=[table.total(row, ()) for row in rows],
        column_totals=[table.total((), column) for column in columns],
        grand_total=table.total((), ()),
        drill_rows=[drill(plan.rows, row, 0, labels) for row in rows],
        drill_columns=[drill(plan.columns, column, len(plan.rows), labels) for column in columns],
        subtotals=list(_subtotals(table, rows, columns)) if query.subtotals else [],
    )


TELLING = ("min", "max", "median", "first", "last")
"""Aggregates that tell a value as it stands in a record."""


def _personal(model: Model, plan: PivotPlan) -> dict[str, dict[str, None]]:
    """The personal fields (uids, by uid of their entity) whose very values the pivot tells."""
    told = [key.place for key in plan.keys]
    told += [f.place for f in plan.figures if f.place is not None and f.aggregate in TELLING]
    found: dict[str, dict[str, None]] = {}
    for place in told:
        entity, field_ = place.steps[-1]
        if field_ in personal_fields(model, model.entity_by_uid[entity]):
            found.setdefault(entity, {})[field_] = None
    return found


def _groups(
    tx: Transaction, actor: Actor, query: PivotQuery, plan: PivotPlan
) -> tuple[dict[Margin, Cells], Texts]:
    asked = Query(entity=query.entity, fields=(), filter=query.filter, search=query.search)
    reader, values = reader_of(tx, actor, asked), parameters(tx, actor, asked)
    wanted = margins(plan, subtotals=query.subtotals)
    groups: dict[Margin, Cells] = {margin: {} for margin in wanted}
    texts = Texts()
    for part in parts(plan, wanted):
        found = {} if part.adds else groups[part.margin]
        places = _places(plan, part.margin)
        main = part.slice.what == "sums" and part.slice.owner is None
        fill(tx, reader, values, part.slice, found, places, texts, main=main)
        if part.adds:
            _add_up(plan, found, groups)
    return groups, texts


def _places(plan: PivotPlan, margin: Margin) -> tuple[int, ...]:
    """Which of all keys those of a margin are."""
    rows = len(plan.rows)
    return (*range(margin[0]), *range(rows, rows + margin[1]))


def _add_up(plan: PivotPlan, found: Cells, groups: dict[Margin, Cells]) -> None:
    """Figures of the finest groups into all margins."""
    for margin, cells in groups.items():
        places = _places(plan, margin)
        gathered: dict[Group, list[Cell]] = {}
        for group, cell in found.items():
            gathered.setdefault(tuple(group[p] for p in places), []).append(cell)
        for group, several in gathered.items():
            cells.setdefault(group, Cell()).add(merged(several))


def _keys(finest: Cells, start: int, keys: Sequence[Key], labels: Labels) -> list[Group]:
    """The row or column keys that have records, in order; one without any key when there are none to be had."""
    if not keys:
        return [()]
    found = dict.fromkeys(group[start : start + len(keys)] for group in finest)
    return sorted(found, key=lambda group: labels.order(group, start))


def _subtotals(table: _Table, rows: Sequence[Group], columns: Sequence[Group]) -> list[Subtotal]:
    made: list[Subtotal] = []
    for depth in range(1, len(table.plan.rows)):
        first = 0
        for index, row in enumerate(rows):
            if index + 1 < len(rows) and rows[index + 1][:depth] == row[:depth]:
                continue
            made.append(
                Subtotal(
                    depth=depth,
                    first=first,
                    last=index,
                    cells=[table.values(row[:depth], column) for column in columns],
                    total=table.total(row[:depth], ()),
                )
            )
            first = index + 1
    return made


def finished(figure: Figure, cell: Cell) -> Any:
    """One figure of a group as it is told."""
    place, field_ = figure.place, figure.field
    if place is None or field_ is None:
        return cell.count
    match figure.aggregate:
        case "count_distinct":
            return cell.counted.get(place, 0)
        case "median":
            taken = cell.taken.get((figure.aggregate, place), {})
            return _each(figure, taken, lambda values: middle(values, place.type))
    stats = cell.stats.get(place, {})
    match figure.aggregate:
        case "count":
            return sum(stat.filled for stat in stats.values())
        case "sum":
            return _each(figure, stats, lambda stat: amount(stat.units, place.type))
        case "avg":
            return _each(figure, stats, lambda stat: average(stat.units, stat.filled, place.type))
        case "min":
            return _each(figure, stats, lambda stat: _end(stat.least, figure))
        case _:
            return _each(figure, stats, lambda stat: _end(stat.greatest, figure))


def _written(
    tx: Transaction, actor: Actor, plan: PivotPlan, groups: dict[Margin, Cells]
) -> dict[Figure, Callable[[Any], Any]]:
    found: dict[Figure, Callable[[Any], Any]] = {}
    for figure in plan.figures:
        if figure.aggregate not in ("first", "last") or figure.place is None or figure.field is None:
            continue
        type_ = figure.place.type
        if type_.kind == "choice":
            names = {c.uid: c.name for c in choices_of(tx.model, figure.field)}
            found[figure] = partial(_named, names)
        elif type_.kind == "link":
            cells = (cell for cells in groups.values() for cell in cells.values())
            taken = (cell.taken.get((figure.aggregate, figure.place), {}) for cell in cells)
            ids = {value for each in taken for values in each.values() for value in values}
            known = titles(tx, actor, tx.model.entity_by_uid[type_.entity or ""], sorted(ids))
            found[figure] = known.__getitem__
        else:
            found[figure] = _as_it_is
    return found


def _named(names: dict[str, str], uid: str) -> str:
    return names.get(uid, uid)


def _as_it_is(value: Any) -> Any:
    return value


def _end(value: Any, figure: Figure) -> Any:
    assert figure.place is not None
    kind = figure.place.type.kind
    return amount(value, figure.place.type) if value is not None and kind in ("number", "duration") else value


def _each(figure: Figure, found: dict[str | None, Any], finish: Callable[[Any], Any]) -> Any:
    """The figure, or a list of it for each currency where they vary."""
    if not found:
        return None
    if None in found:
        return finish(found[None])
    return by_code({code: finish(value) for code, value in found.items()})


def _share(figure: Figure, cell: Cell, whole: Cell | None) -> Any:
    if whole is None:
        return None
    if figure.place is None:
        return share(cell.count, whole.count)
    parts_, wholes = cell.stats.get(figure.place, {}), whole.stats.get(figure.place, {})
    if not parts_:
        return None
    if None in parts_:
        return share(parts_[None].units, wholes[None].units if None in wholes else None)
    return by_code(
        {code: share(stat.units, wholes[code].units) for code, stat in parts_.items() if code in wholes}
    )
