"""The feed: what happened everywhere, by person, entity, kind, action and day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get

from core.access.grants import grants_of
from core.history.journal import KINDS
from core.query.feed import BESIDE, Asked, FeedPage, feed
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import render
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.fields.moments import parse_day, write_day
from metamodel.messages import message
from metamodel.text import number_of
from renderers.history.lines import WORDS, last_day, people_options, telling, told_days
from renderers.history.view import FeedView
from renderers.pages.options import Option
from renderers.pages.shell import make_shell

EVENTS = 50


@get("/feed", sync_to_thread=True, include_in_schema=False)
def feed_page(request: AnyRequest) -> Response[Any]:
    """What happened to records that the visitor sees, the newest first."""
    given = request.query_params
    with reading(request) as (who, tx):
        asked, kept = _asked(who, tx, {name: given.get(name, "") for name in _NAMES})
        page = feed(tx, who.actor, asked, given.get("more") or None, EVENTS)
        view = _view(who, tx, asked, kept, page, given.get("day", ""))
        name = "history/_lines.html" if who.htmx and given.get("more") else "history/feed.html"
        answer = render(who, name, page=view, shell=make_shell(request, who, tx, place="/feed"))
        answer.headers["Vary"] = "HX-Request, Cookie"
        return answer


_NAMES = ("entity", "by", "kind", "action", "from", "to")


def _asked(who: Visit, tx: Transaction, given: dict[str, str]) -> tuple[Asked, dict[str, str]]:
    """What of an address exists for this visitor, as a question and as parameters again."""
    entities = {option.value for option in _entities(who, tx, "")}
    actions = {option.value for option in _actions(who, tx, "")}
    entity = given["entity"] if given["entity"] in entities else ""
    kind = given["kind"] if given["kind"] in KINDS else ""
    action = given["action"] if given["action"] in actions else ""
    by, begins, ends = number_of(given["by"]), _day(who, given["from"]), _day(who, given["to"])
    asked = Asked(
        entities=(entity,) if entity else (), by=by, kind=kind or None, action=action or None,
        begins=_midnight(begins, who.zone), ends=_midnight(ends and ends + timedelta(days=1), who.zone),
    )  # fmt: skip
    kept = {
        "entity": entity, "by": str(by or ""), "kind": kind, "action": action,
        "from": begins.isoformat() if begins else "", "to": ends.isoformat() if ends else "",
    }  # fmt: skip
    return asked, {name: value for name, value in kept.items() if value}


def _view(
    who: Visit, tx: Transaction, asked: Asked, kept: dict[str, str], page: FeedPage, day: str
) -> FeedView:
    told = telling(who, tx)
    ended = last_day(told, page.items) or day
    more = {**kept, "more": page.next, "day": ended} if page.next else None
    looked = ""
    if page.next and not page.more and page.looked_to is not None:
        looked = who.texts.render(
            message(
                "Looked through back to {day}.",
                day=who.texts.date(page.looked_to.astimezone(who.zone).date()),
            )
        )
    return FeedView(
        here="/feed",
        days=told_days(told, page.items, day),
        entities=_entities(who, tx, kept.get("entity", "")),
        people=people_options(tx, who.actor, asked.by),
        kinds=tuple(
            Option(value=kind, label=who.texts.render(WORDS[kind]), chosen=kind == asked.kind) for kind in KINDS
        ),
        actions=_actions(who, tx, kept.get("action", "")),
        begins=_written(kept.get("from", ""), who.language), ends=_written(kept.get("to", ""), who.language),
        more_href=f"/feed?{urlencode(more)}" if more else "",
        more_words=who.texts.gettext("Look further back") if looked else who.texts.gettext("Show earlier"),
        looked=looked, narrowed=bool(kept),
    )  # fmt: skip


def _entities(who: Visit, tx: Transaction, chosen: str) -> tuple[Option, ...]:
    grants = grants_of(tx.model, who.actor)
    found = [
        Option(value=e.name, label=e.label_many.in_language(who.language) or e.name, chosen=e.name == chosen)
        for e in tx.model.entities.values()
        if e.parent is None and e.name not in BESIDE and not e.off and grants.may(e.uid, "read")
    ]
    return tuple(sorted(found, key=lambda option: option.label))


def _actions(who: Visit, tx: Transaction, chosen: str) -> tuple[Option, ...]:
    grants = grants_of(tx.model, who.actor)
    return tuple(
        Option(value=a.name, label=a.label.in_language(who.language) or a.name, chosen=a.name == chosen)
        for a in tx.model.actions.values()
        if grants.may(a.entity, "read")
    )


def _day(who: Visit, text: str) -> date | None:
    """A day as people type it, or as an address has it; None for anything else."""
    try:
        return (
            parse_day(text, Context(medium="form", language=who.language, zone=who.zone.key))
            if text.strip()
            else None
        )
    except ValueRefused:
        return None


def _written(day: str, language: str) -> str:
    return write_day(date.fromisoformat(day), Context(medium="form", language=language)) if day else ""


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
