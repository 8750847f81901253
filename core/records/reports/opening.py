"""What a report says, in names of today, and how it opens for a reader: what they cannot have is left out and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.filters import parse_filter
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.resolving import resolve
from metamodel.expression import print_expression
from metamodel.messages import Message, message
from metamodel.model import Entity, Model
from metamodel.reports import (
    Report,
    ReportChart,
    ReportSort,
    axis_parts,
    axis_text,
    value_parts,
    value_text,
)

OfValue = TypeVar("OfValue", ReportChart, ReportSort)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportState:
    """A report as it is asked for: axes such as ``closes_on:month``, values such as ``sum(amount)``."""

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ("count",)
    filter: str | None = None
    search: str | None = None
    subtotals: bool = False
    heat: bool = False
    chart: ReportChart | None = None
    sort: ReportSort | None = None
    sort_columns: ReportSort | None = None

    def query(self, entity: str) -> PivotQuery:
        """The pivot of it, over an entity (name)."""
        return PivotQuery(
            entity=entity,
            rows=tuple(map(_axis, self.rows)),
            columns=tuple(map(_axis, self.columns)),
            values=tuple(map(_measure, self.values)),
            filter=self.filter,
            search=self.search,
            subtotals=self.subtotals,
            sort=self.sort,
            sort_columns=self.sort_columns,
        )


def _axis(text: str) -> Axis:
    parts = axis_parts(text)
    return Axis(field=parts["field"], by=parts.get("by"))


def _measure(text: str) -> Measure:
    parts = value_parts(text)
    return Measure(aggregate=parts["aggregate"], field=parts.get("field"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A report as its reader has it: ``wrong`` tells what was left out, in words."""

    entity: str
    state: ReportState
    wrong: tuple[Message, ...] = ()


ROWS = message("A field of the rows is left out: it was deleted, or you may not see it.")
COLUMNS = message("A field of the columns is left out: it was deleted, or you may not see it.")
VALUES = message("A value is left out: its field was deleted, or you may not see it.")
FILTER = message("The filter is left out: it names what was deleted, or what you may not see.")


def defined_reports(model: Model, actor: Actor) -> tuple[Report, ...]:
    """The reports of the configuration that somebody has, in their order: those of entities they may read."""
    grants = grants_of(model, actor)
    held = frozenset(actor.roles)
    seen = (
        report
        for report in model.reports.values()
        if not report.off
        and grants.may(report.entity, "read")
        and (report.roles is None or grants.everything or report.roles & held)
    )
    return tuple(sorted(seen, key=lambda r: (r.order is None, r.order or 0, r.name)))


def open_report(model: Model, grants: Grants, report: Report) -> Opened:
    """A report of the configuration as this reader has it."""
    state = ReportState(
        rows=tuple(axis_text(each.path, each.by, descending=each.descending) for each in report.rows),
        columns=tuple(axis_text(each.path, each.by, descending=each.descending) for each in report.columns),
        values=tuple(value_text(each.aggregate, each.path, totals_only=each.totals_only) for each in report.values),
        filter=None if report.filter is None else print_expression(report.filter, model),
        search=report.search, subtotals=report.subtotals, heat=report.heat, chart=report.chart,
        sort=report.sort, sort_columns=report.sort_columns,
    )  # fmt: skip
    return open_state(model, grants, model.entity_by_uid[report.entity], state)


def open_state(
    model: Model, grants: Grants, entity: Entity, state: ReportState, wrong: Sequence[Message] = ()
) -> Opened:
    """A state without the parts that the reader cannot have, each told once; KBK2006 for an entity they may not read.

    A report without its last value counts records. ``wrong`` is what is known to be missing already.
    """
    told = list(wrong)
    nothing = replace(
        state, rows=(), columns=(), values=("count",), filter=None, chart=None, sort=None, sort_columns=None
    )

    def kept(part: str, texts: Iterable[str], words: Message) -> tuple[str, ...]:
        found = []
        for text in texts:
            alone: dict[str, Any] = {part: (text,)}
            if _refused(partial(resolve, replace(nothing, **alone).query(entity.name), model, grants)):
                told.append(words)
            else:
                found.append(text)
        return tuple(found)

    resolve(nothing.query(entity.name), model, grants)
    rows, columns = kept("rows", state.rows, ROWS), kept("columns", state.columns, COLUMNS)
    values = kept("values", state.values, VALUES)
    filter = state.filter
    if filter is not None and _refused(lambda: parse_filter(model, grants, entity, filter)):
        told.append(FILTER)
        filter = None
    made = replace(
        state, rows=rows, columns=columns, values=values or ("count",), filter=filter,
        chart=_still(state, state.chart, values), sort=_still(state, state.sort, values),
        sort_columns=_still(state, state.sort_columns, values),
    )  # fmt: skip
    return Opened(entity=entity.uid, state=made, wrong=each_once(told))


def _refused(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except KubikError as error:
        if error.status >= 500:
            raise
        return True
    return False


def _still(state: ReportState, part: OfValue | None, values: Sequence[str]) -> OfValue | None:
    """The chart or order of the same value wherever it stands now; none without it."""
    if part is None or part.value >= len(state.values):
        return None
    shown = state.values[part.value]
    return replace(part, value=values.index(shown)) if shown in values else None


def each_once(words: Iterable[Message]) -> tuple[Message, ...]:
    """The same sentences, none of them twice."""
    found: list[Message] = []
    for each in words:
        if each not in found:
            found.append(each)
    return tuple(found)
