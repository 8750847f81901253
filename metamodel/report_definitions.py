"""Definitions of reports: what stands in rows, columns and cells, and how it is shown."""

# ruff: noqa: RUF009 (part() and its like make dataclasses.field)

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from metamodel.codec import EXPRESSION, NAMES, Codec, one, part, read, whole, write
from metamodel.owned_definition import OwnedDefinition
from metamodel.reports import axis_parts, value_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisDefinition:
    """A field or path in rows or columns; ``by`` is the step of dates and numbers, ``descending`` the order it is drawn in."""

    field: str = whole()
    by: str | None = part(EXPRESSION)
    descending: bool = part(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDefinition:
    """A figure: an aggregate, of a field or path or of the records themselves; ``totals_only`` leaves it out of columns."""

    aggregate: str = whole()
    field: str | None = part()
    totals_only: bool = part(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartDefinition:
    """The chart beside the table; ``value`` is the place of the figure it shows."""

    type: Literal["bar", "line", "stacked", "funnel"] = part(default="bar", key="kind")
    value: int = part(default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortDefinition:
    """Rows or columns sorted by their totals of the figure at the place ``value``."""

    value: int = part(default=0)
    descending: bool = part(default=False)


def _written(definition: type, parts: Callable[[str], Mapping[str, Any]]) -> Codec:
    """A list of definitions each of which may be a text: ``closes_on:month``, ``sum(amount)``; written whole."""
    return Codec(
        lambda values: tuple(read(definition, parts(v) if isinstance(v, str) else v) for v in values),
        lambda items: [write(item) for item in items],
    )


_AXES = _written(AxisDefinition, axis_parts)
_VALUES = _written(MeasureDefinition, value_parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDefinition(OwnedDefinition):
    """A pivot report over an entity."""

    kind: ClassVar[str] = "report"
    icon: str | None = part()
    entity: str = whole()
    rows: tuple[AxisDefinition, ...] = part(_AXES, default=())
    columns: tuple[AxisDefinition, ...] = part(_AXES, default=())
    values: tuple[MeasureDefinition, ...] = part(_VALUES, default=(MeasureDefinition(aggregate="count"),))
    filter: str | None = part(EXPRESSION)
    search: str | None = part()
    subtotals: bool = part(default=False)
    heat: bool = part(default=False)
    chart: ChartDefinition | None = part(one(ChartDefinition))
    sort: SortDefinition | None = part(one(SortDefinition))
    sort_columns: SortDefinition | None = part(one(SortDefinition))
    roles: tuple[str, ...] | None = part(NAMES)
    order: int | None = part()
    of_part: str | None = part(key="part")
