"""What somebody wants to see in a pivot, in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Aggregate = Literal[
    "count", "count_distinct", "sum", "avg", "min", "max", "median", "first", "last",
    "share_of_row", "share_of_column", "share_of_total",
]  # fmt: skip

AGGREGATES: tuple[str, ...] = get_args(Aggregate)

SHARES = ("share_of_row", "share_of_column", "share_of_total")

MAX_CELLS = 100_000
"""Cells of a pivot; more is refused: nobody reads them, and an export of the list is the way to them."""

MAX_AXES = 6
"""Fields in rows, and as many in columns."""

MAX_MEASURES = 12


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
        return self.aggregate if self.field is None else f"{self.aggregate}({self.field})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotQuery:
    """A pivot of one entity. ``filter`` is an expression, ``search`` as in a list.

    ``subtotals`` asks for the figures of the groups of rows that have the first fields in common.
    """

    entity: str
    rows: tuple[Axis, ...] = ()
    columns: tuple[Axis, ...] = ()
    values: tuple[Measure, ...] = (Measure(aggregate="count"),)
    filter: str | None = None
    search: str | None = None
    subtotals: bool = False
