"""The history of one record, and the record as it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath
from markupsafe import Markup

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.allowed import allowed
from core.query.history import history
from core.query.names import readable_entity, readable_fields
from core.query.past import Past, PastRecord, past
from core.query.query import A_SECRET
from core.query.read import record, titles
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import render
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.fields.moments import parse_instant, write_instant
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.text import number_of
from renderers.history.lines import last_day, one, people_options, somebody, telling, told_days
from renderers.history.view import Cell, Crumb, HistoryView, PastView, Rows
from renderers.pages.cells import Cells
from renderers.pages.options import Option
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words

EVENTS = 50


def standing(who: Visit, tx: Transaction, entity: str, identity: int) -> tuple[Entity, Crumb, int]:
    """The entity of a record that the visitor sees, in the bin or not, where the page stands, and its version."""
    found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
    item, _ = record(tx, who.actor, found.name, identity, ("version", "deleted_at"), deleted=True)
    title = titles(tx, who.actor, found, (identity,))[identity].title
    bin_of = "?bin=1" if item["deleted_at"] is not None else ""
    crumb = Crumb(
        list_href=f"/e/{found.name}{bin_of}",
        list_label=found.label_many.in_language(who.language) or found.name,
        href=f"/e/{found.name}/{identity}",
        title=title_words(title, identity, who.texts),
    )
    return found, crumb, item["version"]


@get("/e/{entity:str}/{identity:int}/history", sync_to_thread=True, include_in_schema=False)
def history_page(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Who changed what, of the record and of its child rows, the newest first."""
    given = request.query_params
    with reading(request) as (who, tx):
        found, crumb, version = standing(who, tx, entity, identity)
        grants = grants_of(tx.model, who.actor)
        named = tuple(f for f in readable_fields(grants, found) if _offered(f))
        field = given.get("field") if given.get("field") in {f.name for f in named} else None
        by = number_of(given.get("by"))
        page = history(
            tx, who.actor, entity, identity, given.get("more") or None, EVENTS, field=field, by=by, rows=True
        )
        changes = "update" in allowed(tx, who.actor, found.name, identity) and "bin" not in crumb.list_href
        told = telling(who, tx, about=(found, identity), changes=changes, last=version)
        kept = {name: value for name, value in (("field", field), ("by", by)) if value}
        more = {**kept, "more": page.next, "day": last_day(told, page.items)} if page.next else None
        view = HistoryView(
            crumb=crumb,
            here=f"{crumb.href}/history",
            days=told_days(told, page.items, given.get("day", "")),
            fields=tuple(
                Option(
                    value=f.name, label=f.label.in_language(who.language) or f.name, chosen=f.name == field
                )
                for f in named
            ),
            people=people_options(tx, who.actor, by),
            more_href=f"{crumb.href}/history?{urlencode(more)}" if more else "",
            narrowed=bool(kept),
            past_href=f"{crumb.href}/at?version={version}",
        )
        name = "history/_lines.html" if who.htmx and given.get("more") else "history/page.html"
        answer = render(who, name, page=view, shell=make_shell(request, who, tx, found.name))
        answer.headers["Vary"] = "HX-Request, Cookie"
        return answer


def _offered(field: Field) -> bool:
    """Whether changes of a field can be asked for."""
    return (field.valued and field.computed is None and not field.system and field.of_stage is None) or (
        field.type.name == "children"
    )


@get("/e/{entity:str}/{identity:int}/at", sync_to_thread=True, include_in_schema=False)
def past_page(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """The record as it was in a version, or at a moment of the visitor's own time."""
    given = request.query_params
    with reading(request) as (who, tx):
        found, crumb, last = standing(who, tx, entity, identity)
        version, moment = number_of(given.get("version")), _moment(who, given.get("moment"))
        missing = ""
        then = None
        try:
            if moment is not None:
                then = past(tx, who.actor, entity, identity, moment=moment)
            else:
                then = past(tx, who.actor, entity, identity, version=min(version or last, last))
        except KubikError as error:
            if error.code != "KBK2006":
                raise
            missing = who.texts.gettext("There was no such record then.")
        then = then or past(tx, who.actor, entity, identity, moment=tx.now)
        view = _past_view(who, tx, found, crumb, then, last, missing)
        return render(who, "history/past.html", page=view, shell=make_shell(request, who, tx, found.name))


def _moment(who: Visit, text: str | None) -> datetime | None:
    """A moment as people type it, in the visitor's zone, the whole of its minute; None for anything else."""
    try:
        context = Context(medium="form", language=who.language, zone=who.zone.key)
        return parse_instant(text, context) + timedelta(seconds=59) if text and text.strip() else None
    except ValueRefused:
        return None


def _past_view(
    who: Visit, tx: Transaction, entity: Entity, crumb: Crumb, then: PastRecord, last: int, missing: str
) -> PastView:
    told, stand = telling(who, tx), then.stand
    now = then if stand.present else past(tx, who.actor, entity.name, then.record.id, moment=tx.now)
    by = titles(tx, who.actor, tx.model.entities["user"], (stand.by,))[stand.by] if stand.by else None
    at = stand.at.astimezone(who.zone)
    here = f"{crumb.href}/at"
    changes = "update" in allowed(tx, who.actor, entity.name, then.record.id) and not now.record.deleted
    return PastView(
        crumb=crumb, here=here, version=stand.version, last=last,
        when=who.texts.render(message("{day}, {time}", day=who.texts.date(at.date()), time=who.texts.time(at.time()))),
        moment=write_instant(stand.at.replace(second=0), Context(medium="form", language=who.language, zone=who.zone.key)),
        by=somebody(by, who.texts).name,
        cells=tuple(_cells(told.cells, then.record, now.record, who.language)),
        rows=tuple(_rows(told.cells, then.record, who.language)),
        deleted=then.record.deleted, present=stand.present,
        earlier_href=f"{here}?version={stand.version - 1}" if stand.version > 1 else "",
        later_href=f"{here}?version={stand.version + 1}" if stand.version < last else "",
        back_href=f"{crumb.href}/revert?version={stand.version}" if changes and not stand.present else "",
        history_href=f"{crumb.href}/history", missing=missing,
    )  # fmt: skip


def _cells(cells: Cells, then: Past, now: Past, language: str) -> list[Cell]:
    made = []
    for field in then.entity.fields:
        if field.uid not in then.values or field.system or field.of_stage is not None or field.off:
            continue
        differs = then.values[field.uid] != now.values.get(field.uid)
        if then.values[field.uid] is None and not differs:
            continue
        made.append(
            Cell(
                label=field.label.in_language(language) or field.name,
                html=_whole(cells, field, then.item.get(field.name)),
                today=one(cells, field, now.item.get(field.name)) if differs else None,
            )
        )
    return made


def _whole(cells: Cells, field: Field, value: Any) -> Markup:
    return (
        cells.one(field, field.result, value)
        if value is A_SECRET
        else cells.whole(field, field.result, value)
    )


def _rows(cells: Cells, then: Past, language: str) -> list[Rows]:
    made = []
    for uid, rows in then.rows.items():
        field = then.entity.by_uid[uid]
        made.append(
            Rows(label=field.label.in_language(language) or field.name, **table_of(cells, rows, language))
        )
    return made


def table_of(cells: Cells, rows: tuple[Past, ...], language: str) -> dict[str, Any]:
    """Child rows as a table: the fields that any of them has a value of."""
    if not rows:
        return {"heads": (), "rows": ()}
    fields = [
        f for f in rows[0].entity.fields
        if f.name in rows[0].item and not f.system and f.type.name != "children" and f.of_stage is None
        and f.uid != rows[0].entity.parent and any(row.item.get(f.name) not in (None, "", []) for row in rows)
    ]  # fmt: skip
    return {
        "heads": tuple(f.label.in_language(language) or f.name for f in fields),
        "rows": tuple(tuple(one(cells, f, row.item.get(f.name)) for f in fields) for row in rows),
    }
