"""Reports kept by people: a new one, changes of one's own, its name, with whom it is shared, its end."""

from __future__ import annotations

from urllib.parse import parse_qsl

from litestar import Response, post
from litestar.params import FromPath

from core.errors import KubikError
from core.records.reports import (
    ReportState,
    delete_report,
    rename_report,
    save_report,
    save_report_state,
    share_report,
)
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, visit
from core.web.render import see_other
from metamodel.reports import ReportChart
from renderers.pivots.asking import NONE, asked_report
from renderers.pivots.kept import MARK, state_of

Pairs = list[tuple[str, str]]


@post("/e/{entity:str}/reports", sync_to_thread=True, include_in_schema=False)
def keep_report(request: AnyRequest, entity: FromPath[str]) -> Response[object]:
    """Save what is in force as a new report of one's own."""
    who, given = visit(request), dict(form_pairs(request))

    def save(tx: Transaction) -> str:
        return save_report(tx, who.actor, entity, given.get("label", ""), _state(who, tx, entity, given))

    return see_other(f"/reports/{MARK}{who.workspace.write(save)}")


@post("/e/{entity:str}/reports/{uid:str}", sync_to_thread=True, include_in_schema=False)
def change_report(request: AnyRequest, entity: FromPath[str], uid: FromPath[str]) -> Response[object]:
    """Do something with a report of one's own: ``do`` is save, rename, share or delete."""
    who, pairs = visit(request), form_pairs(request)
    return see_other(who.workspace.write(lambda tx: _change(tx, who, entity, uid, pairs)))


def _change(tx: Transaction, who: Visit, entity: str, uid: str, pairs: Pairs) -> str:
    given, actor = dict(pairs), who.actor
    match given.get("do"):
        case "save":
            save_report_state(tx, actor, uid, _state(who, tx, entity, given))
        case "rename":
            rename_report(tx, actor, uid, given.get("label", ""))
        case "share":
            share_report(tx, actor, uid, [value for name, value in pairs if name == "role"])
        case "delete":
            delete_report(tx, actor, uid)
            return "/reports"
        case _:
            raise KubikError("KBK2006")
    return f"/reports/{MARK}{uid}"


def _state(who: Visit, tx: Transaction, entity: str, given: dict[str, str]) -> ReportState:
    """What the address of a form says, whole."""
    asked = asked_report(who, tx, entity, parse_qsl(given.get("state", ""), keep_blank_values=True))
    chart = asked.chart
    drawn = None if chart.kind == NONE else ReportChart(kind=chart.kind, value=chart.value)  # type: ignore[arg-type]
    return state_of(asked.whole(), drawn)
