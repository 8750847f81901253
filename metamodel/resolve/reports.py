"""Reports, resolved: every path, step and aggregate of them checked."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.aggregates import AGGREGATES, SHARES, fits, groups_by
from metamodel.definitions import Document
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.model import Entity, Role
from metamodel.report_definitions import AxisDefinition, MeasureDefinition, ReportDefinition, SortDefinition
from metamodel.reports import (
    Astray,
    PathEnd,
    Report,
    ReportAxis,
    ReportChart,
    ReportSort,
    ReportValue,
    walk_path,
)
from metamodel.resolve.drafts import EntityDraft
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.naming import default_label
from metamodel.resolve.parts import Parts
from metamodel.resolve.screens import role_uids
from metamodel.value_steps import DATE_STEPS, step_of


def make_reports(
    checker: Checker, document: Document, roles: dict[str, Role], entities: dict[str, Entity], parts: Parts
) -> dict[str, Report]:
    """The reports by name."""
    made: dict[str, Report] = {}
    for index, written in enumerate(document.reports):
        spot = Spot("reports", index, written)
        if written.name in made:
            why = message("there is another report “{name}”", name=written.name)
            checker.faults.add(spot.under("name"), "KBK1003", why)
            continue
        entity = checker.drafts.entities.get(written.entity)
        if entity is None:
            why = unknown("there is no entity “{name}”", written.entity, checker.drafts.entities)
            checker.faults.add(spot.under("entity"), "KBK1002", why)
            continue
        off = parts.off(written.solution, written.of_part, spot)
        found = entities.get(written.entity)
        made[written.name] = _report(
            checker, written, entity, spot, off=off or (found is not None and found.off),
            roles=role_uids(written.roles, roles, spot, checker.faults),
        )  # fmt: skip
    return made


def _report(
    checker: Checker, written: ReportDefinition, entity: EntityDraft, spot: Spot, *, off: bool,
    roles: frozenset[str] | None,
) -> Report:  # fmt: skip
    paths = _Paths(checker, entity)
    chart = written.chart
    for key in ("chart", "sort", "sort_columns"):
        found = getattr(written, key)
        if found is not None and found.value >= len(written.values):
            why = message("the report has no value at this place")
            checker.faults.add(spot.under(key, "value"), "KBK1005", why)
    return Report(
        uid=written.uid, name=written.name, solution=written.solution,
        label=written.label or default_label(written.name), help=written.help, icon=written.icon,
        entity=entity.uid, rows=paths.axes(written.rows, spot, "rows"),
        columns=paths.axes(written.columns, spot, "columns"), values=paths.values(written.values, spot),
        filter=checker.condition(written.filter, spot.under("filter"), entity.uid), filter_text=written.filter,
        search=written.search, subtotals=written.subtotals, heat=written.heat,
        chart=None if chart is None else ReportChart(kind=chart.type, value=chart.value),
        sort=_sort(written.sort), sort_columns=_sort(written.sort_columns),
        roles=roles, order=written.order, off=off,
    )  # fmt: skip


def _sort(written: SortDefinition | None) -> ReportSort | None:
    return None if written is None else ReportSort(value=written.value, descending=written.descending)


class _Paths:
    """The paths of a report."""

    def __init__(self, checker: Checker, entity: EntityDraft) -> None:
        self.faults: Faults = checker.faults
        self.drafts, self.entity = checker.drafts, entity

    def axes(self, written: Sequence[AxisDefinition], spot: Spot, key: str) -> tuple[ReportAxis, ...]:
        made = (self.axis(each, spot.under(key, index)) for index, each in enumerate(written))
        return tuple(each for each in made if each is not None)

    def axis(self, written: AxisDefinition, spot: Spot) -> ReportAxis | None:
        end = self.end(written.field, spot.under("field"))
        if end is None or end.type is None:
            return None
        if not groups_by(end.type):
            why = message("records cannot be gathered by “{name}”", name=written.field)
            self.faults.add(spot.under("field"), "KBK1005", why)
            return None
        try:
            by = None if written.by is None else step_of(end.type, written.by)
        except ValueError:
            why = message("“{step}” is no step of “{field}”: dates have {steps}, numbers a size",
                          step=written.by, field=written.field, steps=list(DATE_STEPS))  # fmt: skip
            self.faults.add(spot.under("by"), "KBK1005", why)
            return None
        return ReportAxis(path=written.field, steps=end.steps, by=by, descending=written.descending)

    def values(self, written: Sequence[MeasureDefinition], spot: Spot) -> tuple[ReportValue, ...]:
        made = (self.value(each, spot.under("values", index)) for index, each in enumerate(written))
        return tuple(each for each in made if each is not None)

    def value(self, written: MeasureDefinition, spot: Spot) -> ReportValue | None:
        if written.aggregate not in AGGREGATES:
            why = unknown("there is no aggregate “{name}”", written.aggregate, AGGREGATES)
            self.faults.add(spot.under("aggregate"), "KBK1002", why)
            return None
        if written.field is None:
            if written.aggregate in ("count", *SHARES):
                return ReportValue(aggregate=written.aggregate, totals_only=written.totals_only)
            why = message("“{name}” needs a field", name=written.aggregate)
            self.faults.add(spot, "KBK1005", why)
            return None
        end = self.end(written.field, spot.under("field"))
        if end is None or end.type is None:
            return None
        if not fits(written.aggregate, end.type):
            why = message("“{aggregate}” of “{name}” is not possible", aggregate=written.aggregate,
                          name=written.field)  # fmt: skip
            self.faults.add(spot.under("field"), "KBK1005", why)
            return None
        return ReportValue(
            aggregate=written.aggregate, path=written.field, steps=end.steps, totals_only=written.totals_only
        )

    def end(self, path: str, spot: Spot) -> PathEnd | None:
        try:
            return walk_path(self.drafts, self.entity.uid, path)
        except Astray as astray:
            if astray.known is not None:
                why = unknown("there is no field “{name}”", astray.name, astray.known)
                self.faults.add(spot, "KBK1002", why)
            else:
                self.faults.add(spot, "KBK1005", message("“{field}” is not a link", field=astray.name))
            return None
