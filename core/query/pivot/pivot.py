"""A pivot under the reader's rights: rows, columns, cells, totals, and the expressions that find a cell's records.

Every total is computed from records or from exact sums of groups, never from what is shown of the cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.query.noting import note_gathered, personal_fields
from core.query.pivot.asking import MAX_CELLS, MAX_SECONDS, PivotQuery
from core.query.pivot.drilling import drill
from core.query.pivot.gathering import answers, gathered
from core.query.pivot.labels import Labels, labels_of
from core.query.pivot.ordering import by_figures, by_last_figures
from core.query.pivot.reading import Cells, Group, Texts, too_many
from core.query.pivot.resolving import PivotPlan, resolve
from core.query.pivot.slicing import Margin
from core.query.pivot.telling import Table, Values, tellers_of
from core.storage.garbage import no_search
from core.storage.workspace import Transaction
from metamodel.model import Model

__all__ = ["Pivot", "Subtotal", "Values", "pivot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtotal:
    """The figures of the rows ``first`` to ``last`` (inclusive), which have their first ``depth`` keys in common;
    ``drill`` is the expression of their records."""

    depth: int
    first: int
    last: int
    cells: list[Values | None]
    total: Values
    drill: str


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


def pivot(
    tx: Transaction, actor: Actor, query: PivotQuery, *, narrowed: Grants | None = None, seconds: float = MAX_SECONDS
) -> Pivot:  # fmt: skip
    """The pivot of the records that the reader sees; of fewer where less than they may see is meant (``narrowed``).

    Refuses as `core.query.read` does; KBK2011 for more than `MAX_CELLS` cells, KBK2013 after so many seconds.
    """
    plan = resolve(query, tx.model, narrowed or grants_of(tx.model, actor))
    asked = answers(tx, actor, query, plan, narrowed, seconds)
    with no_search():
        return _made(tx, actor, query, plan, *gathered(query, plan, asked))


def _made(
    tx: Transaction, actor: Actor, query: PivotQuery, plan: PivotPlan, groups: Mapping[Margin, Cells], texts: Texts
) -> Pivot:  # fmt: skip
    """The answer, once all groups are there."""
    labels = labels_of(tx, actor, plan, groups[len(plan.rows), len(plan.columns)], texts)
    rows = sorted(groups[len(plan.rows), 0] if plan.rows else [()], key=lambda row: labels.order(row, 0))
    columns = sorted(
        groups[0, len(plan.columns)] if plan.columns else [()],
        key=lambda column: labels.order(column, len(plan.rows)),
    )
    if len(rows) * len(columns) > MAX_CELLS:
        raise too_many()
    tellers = tellers_of(tx, actor, plan, groups)
    table = Table(plan=plan, groups=groups, tellers=tellers, numbers=plan.numbers)
    if query.sort is not None:
        rows = by_figures(rows, query.sort, lambda row, at: table.total(row, ())[at])
    if query.sort_columns is not None:
        columns = by_last_figures(columns, query.sort_columns, lambda column, at: table.total((), column)[at])
    if rows and columns:
        note_gathered(tx, actor, _personal(tx.model, plan))
    return Pivot(
        plan=plan,
        rows=[labels.shown(row, 0) for row in rows],
        columns=[labels.shown(column, len(plan.rows)) for column in columns],
        values=[figure.measure.name for figure in plan.figures],
        cells=[table.values(row, columns) for row in rows],
        row_totals=[table.total(row, ()) for row in rows],
        column_totals=[table.total((), column) for column in columns],
        grand_total=table.total((), ()),
        drill_rows=[drill(plan.rows, row, 0, labels) for row in rows],
        drill_columns=[drill(plan.columns, column, len(plan.rows), labels) for column in columns],
        subtotals=_subtotals(table, rows, columns, labels) if query.subtotals else [],
    )


TELLING = ("min", "max", "median", "first", "last", "sum", "avg")
"""Aggregates that tell a value as it stands in a record; a sum of one record does, too."""


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


def _subtotals(
    table: Table, rows: Sequence[Group], columns: Sequence[Group], labels: Labels
) -> list[Subtotal]:
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
                    cells=table.values(row[:depth], columns),
                    total=table.total(row[:depth], ()),
                    drill=drill(table.plan.rows[:depth], row[:depth], 0, labels),
                )
            )
            first = index + 1
    return made
