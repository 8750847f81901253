"""Reports that are kept, of solutions and of people, as the page opens them."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError
from core.records.reports import (
    Opened,
    ReportState,
    SavedReport,
    defined_reports,
    open_report,
    saved_report,
    saved_reports,
)
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import Message
from metamodel.model import Entity, Model
from metamodel.reports import Report, ReportChart
from renderers.pages.icons import icon_name
from renderers.pivots.address import Address, read_axis, read_sort, read_value, sort_text

MARK = "my-"
"""What the name of a report that somebody saved begins with in addresses; names of definitions hold no hyphen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A report as it is kept: its name in addresses, its label, its ``state`` said whole, what of it is gone."""

    name: str
    label: str
    entity: str
    icon: str
    state: Address
    help: str = ""
    uid: str = ""
    mine: bool = False
    roles: tuple[str, ...] = ()
    wrong: tuple[Message, ...] = ()


def base_named(tx: Transaction, who: Visit, grants: Grants, name: str) -> Base:
    """The report of that name in an address; KBK2006 when the person has none."""
    if name.startswith(MARK):
        return _of_saved(tx.model, grants, saved_report(tx, who.actor, name.removeprefix(MARK)))
    found = next((each for each in defined_reports(tx.model, who.actor) if each.name == name), None)
    if found is None:
        raise KubikError("KBK2006")
    return _of_defined(tx.model, grants, found, who.language)


def bases(tx: Transaction, who: Visit, grants: Grants) -> tuple[Base, ...]:
    """Every report that the person has: those of solutions, their own, those shared with them."""
    defined = [
        _of_defined(tx.model, grants, each, who.language) for each in defined_reports(tx.model, who.actor)
    ]
    return (*defined, *(_of_saved(tx.model, grants, each) for each in saved_reports(tx, who.actor)))


def _of_defined(model: Model, grants: Grants, report: Report, language: str) -> Base:
    entity = model.entity_by_uid[report.entity]
    opened = open_report(model, grants, report)
    return Base(
        name=report.name, label=report.label.in_language(language) or report.name, entity=entity.uid,
        icon=icon_name(report.icon, icon_name(entity.icon)), state=address_of(entity, report.name, opened),
        help=report.help.in_language(language) if report.help else "", wrong=opened.wrong,
    )  # fmt: skip


def _of_saved(model: Model, grants: Grants, report: SavedReport) -> Base:
    entity = model.entity_by_uid[report.entity]
    opened = report.opened(model, grants)
    name = MARK + report.uid
    return Base(
        name=name, label=report.label, entity=entity.uid, icon=icon_name(entity.icon), uid=report.uid,
        state=address_of(entity, name, opened), mine=report.mine, roles=report.roles, wrong=opened.wrong,
    )  # fmt: skip


def address_of(entity: Entity, name: str, opened: Opened) -> Address:
    """The state of a report as its address would say it whole."""
    state = opened.state
    values = tuple(map(read_value, state.values))
    return Address(
        entity=entity.name, report=name,
        rows=tuple(map(read_axis, state.rows)), columns=tuple(map(read_axis, state.columns)),
        values=values, filter=state.filter or "", search=state.search or "",
        chart="none" if state.chart is None else chart_text(state.chart), heat=state.heat,
        sort=sort_text(values, state.sort), sort_columns=sort_text(values, state.sort_columns),
    )  # fmt: skip


def chart_text(chart: ReportChart) -> str:
    """A chart as the address has it."""
    return f"{chart.kind}:{chart.value}" if chart.value else chart.kind


def state_of(address: Address, chart: ReportChart | None) -> ReportState:
    """What an address that says everything is kept as."""
    return ReportState(
        rows=tuple(axis.text for axis in address.rows or ()),
        columns=tuple(axis.text for axis in address.columns or ()),
        values=tuple(value.text for value in address.values or ()),
        filter=address.filter or None, search=address.search or None, subtotals=True, heat=address.heat is not False, chart=chart,
        sort=read_sort(address.values or (), address.sort or ""),
        sort_columns=read_sort(address.values or (), address.sort_columns or ""),
    )  # fmt: skip
