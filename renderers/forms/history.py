"""The history of a record as a feed: who changed what, by days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from core.i18n import Texts
from core.query.history import HistoryPage
from core.query.query import Link
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from renderers.forms.view import Change, Day, Event, History
from renderers.pages.cells import Cells
from renderers.pages.people import person

_WORDS: Mapping[str, Message] = {
    "created": message("created the record"),
    "updated": message("changed"),
    "deleted": message("moved to the bin"),
    "restored": message("restored from the bin"),
}
_ROWS = message("changed the rows")


def history_view(
    page: HistoryPage, entity: Entity, cells: Cells, texts: Texts, zone: ZoneInfo, today: date, address: str
) -> History:
    """The feed; a page of changes newest first."""
    made = [(item["at"].astimezone(zone), item) for item in page.items]
    days = tuple(
        Day(
            label=_day(day, today, texts),
            events=tuple(_event(at, item, entity, cells, texts) for at, item in events),
        )
        for day, events in groupby(made, key=lambda pair: pair[0].date())
    )
    return History(days=days, more_href=f"{address}?history={page.next}#history" if page.next else None)


def _day(day: date, today: date, texts: Texts) -> str:
    if day == today:
        return texts.gettext("Today")
    return texts.gettext("Yesterday") if (today - day).days == 1 else texts.date(day)


def _event(at: datetime, item: Mapping[str, Any], entity: Entity, cells: Cells, texts: Texts) -> Event:
    by = item["by"]
    known = isinstance(by, Link) and by.id is not None
    name = by.title if known else texts.gettext("System")
    changes = tuple(_changes(item, entity, cells, texts.language))
    words = (
        _ROWS if item["kind"] == "updated" and not changes else _WORDS.get(item["kind"], message("changed"))
    )
    return Event(
        person=person(by.id if known else None, name),
        words=texts.render(words),
        at=texts.time(at.time()),
        changes=() if item["kind"] in ("deleted", "restored") else changes,
        folded=item["kind"] == "created",
    )


def _changes(item: Mapping[str, Any], entity: Entity, cells: Cells, language: str) -> Iterable[Change]:
    for name, change in item["changes"].items():
        field = entity.by_name.get(name)
        if field is None or field.system:
            continue
        yield Change(
            label=field.label.in_language(language) or field.name,
            before=None if change["from"] in (None, "") else _drawn(cells, field, change["from"]),
            after=_drawn(cells, field, change["to"]),
        )


def _drawn(cells: Cells, field: Field, value: Any) -> Any:
    return cells.one(field, field.result, value)
