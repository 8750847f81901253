"""What somebody wants to see in a pivot, in their own words."""

from __future__ import annotations

from dataclasses import dataclass

from metamodel.aggregates import AGGREGATES, MAX_AXES, MAX_MEASURES, SHARES
from metamodel.reports import ReportSort, value_text

__all__ = [
    "AGGREGATES",
    "MAX_AXES",
    "MAX_CELLS",
    "MAX_MEASURES",
    "MAX_SECONDS",
    "SHARES",
    "Axis",
    "Measure",
    "PivotQuery",
]

MAX_CELLS = 100_000
"""Cells of a pivot; more is refused: nobody reads them, and an export of the list is the way to them."""


MAX_SECONDS = 30.0
"""How long the statements of a pivot may take together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A field or path that makes rows or columns; ``by`` is the step of dates and numbers."""

    field: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure of each cell: an aggregate of a field or path; ``count`` and the shares count records without one."""

    aggregate: str
    field: str | None = None

    @property
    def name(self) -> str:
        """As it stands in the answer: `count`, `sum(amount)`."""
        return value_text(self.aggregate, self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotQuery:
    """A pivot of one entity. ``filter`` is an expression, ``search`` as in a list.

    ``subtotals`` asks for the figures of the groups of rows that have the first fields in common.
    ``sort`` and ``sort_columns`` order rows and columns by their totals of a value instead of by their keys: rows at each
    level of groups, columns of one and the same group.
    """

    entity: str
    rows: tuple[Axis, ...] = ()
    columns: tuple[Axis, ...] = ()
    values: tuple[Measure, ...] = (Measure(aggregate="count"),)
    filter: str | None = None
    search: str | None = None
    subtotals: bool = False
    sort: ReportSort | None = None
    sort_columns: ReportSort | None = None
