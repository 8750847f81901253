"""What happened to a record as a feed: who did what, by days, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from core.access.grants import Grants
from core.i18n import Texts
from core.query.history import HistoryPage
from core.query.query import Link
from core.query.timeline import ATTACHMENT, TimelineEvent, TimelinePage
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from renderers.cards.shown import Shown
from renderers.cards.view import Change, CommentView, Day, Detail, Event, Feed
from renderers.cards.words import comment_html, logins_of
from renderers.history.lines import issued_words
from renderers.pages.cells import Cells
from renderers.pages.icons import icon_name
from renderers.pages.people import Person, person
from renderers.pages.titles import title_words

_WORDS: Mapping[str, Message] = {
    "created": message("created the record"),
    "updated": message("changed"),
    "deleted": message("moved to the bin"),
    "restored": message("restored from the bin"),
    "revealed": message("was told a secret"),
    "issued": message("issued a document"),
}
_ROWS = message("changed the rows")
_MOVED = message("moved")
_FILE = message("added a file")


def history_feed(shown: Shown, page: HistoryPage, day: str) -> Feed:
    """All changes of the record itself; ``day`` is the one that the page before ended with."""
    events = [(item["at"], change_event(shown, shown.entity, item, "change")) for item in page.items]
    last = page.items[-1]["at"].astimezone(shown.who.zone).date().isoformat() if page.items else ""
    more = f"{shown.here}/panel/history?more={page.next}&day={last}" if page.next else ""
    return Feed(
        days=tuple(by_days(shown, events, day)), more_href=more, empty=shown.texts.gettext("No changes yet")
    )


def last_day(shown: Shown, events: Sequence[TimelineEvent]) -> str:
    """The day of the last of the events, as the next page is told it."""
    return events[-1].at.astimezone(shown.who.zone).date().isoformat() if events else ""


def timeline_days(shown: Shown, page: TimelinePage, day: str) -> tuple[Day, ...]:
    """The events of a page of the timeline; ``day`` is the one that the page before ended with."""
    named = [
        link.id
        for event in page.events
        if event.kind == "comment"
        for link in event.item.get("mentions") or ()
        if link.id is not None
    ]
    people = logins_of(shown.tx, shown.actor, named)
    return tuple(by_days(shown, [(event.at, _event(shown, event, people)) for event in page.events], day))


def by_days(shown: Shown, events: Sequence[tuple[datetime, Event]], before: str) -> Iterator[Day]:
    """Events under the days on which they were, in the reader's own zone; a day that goes on needs no label."""
    zone = shown.who.zone
    today = shown.tx.now.astimezone(zone).date()
    for day, found in groupby(events, key=lambda pair: pair[0].astimezone(zone).date()):
        label = "" if day.isoformat() == before else _day(day, today, shown.texts)
        yield Day(label=label, events=tuple(event for _, event in found))


def _day(day: date, today: date, texts: Texts) -> str:
    if day == today:
        return texts.gettext("Today")
    return texts.gettext("Yesterday") if (today - day).days == 1 else texts.date(day)


def _event(shown: Shown, event: TimelineEvent, people: Mapping[str, str]) -> Event:
    if event.kind == "comment":
        return comment_event(shown, event.item, people)
    if event.kind in ("change", "move"):
        return change_event(shown, event.entity, event.item, event.kind)
    if event.kind == "file":
        return _file_event(shown, event)
    return _record_event(shown, event)


def somebody(by: object, texts: Texts) -> Person:
    """Who did it; without a known person the system."""
    if isinstance(by, Link) and by.id is not None:
        return person(by.id, by.title)
    return person(None, texts.gettext("System") if by is None else texts.gettext("Somebody"))


def _time(shown: Shown, at: datetime) -> str:
    return shown.texts.time(at.astimezone(shown.who.zone).time())


def comment_event(shown: Shown, item: Mapping[str, Any], people: Mapping[str, str]) -> Event:
    """A comment with what its reader may do with it."""
    here, by = f"{shown.here}/comments/{item['id']}", item["created_by"]
    own = isinstance(by, Link) and by.id is not None and by.id == shown.actor.person and not shown.deleted
    edited = item["edited_at"]
    view = CommentView(
        id=item["id"],
        html=comment_html(item.get("text") or "", people),
        text=item.get("text") or "",
        version=item["version"],
        edited=shown.texts.gettext("edited") if edited else "",
        history_href=f"{here}/edits" if edited else "",
        edit_href=f"{here}?edit=1" if own else "",
        delete_href=f"{here}/delete" if own or (shown.grants.everything and not shown.deleted) else "",
    )
    return Event(
        kind="comment",
        person=somebody(by, shown.texts),
        words="",
        at=_time(shown, item["created_at"]),
        comment=view,
    )


def change_event(shown: Shown, entity: Entity, item: Mapping[str, Any], kind: str) -> Event:
    """A change of the record."""
    changes = tuple(changes_of(item, entity, shown.cells, shown.texts.language))
    words = _WORDS.get(item["kind"], message("changed"))
    if kind == "move" and len(changes) == 1:
        words = _MOVED
    elif item["kind"] == "updated" and not changes:
        words = _ROWS
    action = shown.model.actions.get(item.get("action") or "")
    document = item.get("document")
    if document is not None:
        words = issued_words(document)
    elif action is not None:
        words = message("{what}: {action}", what=words, action=action.label)
    return Event(
        kind=kind,
        person=somebody(item["by"], shown.texts),
        words=""
        if item["kind"] == "updated" and kind == "change" and changes and action is None
        else shown.texts.render(words),
        at=_time(shown, item["at"]),
        changes=() if item["kind"] in ("deleted", "restored") else changes,
        folded=item["kind"] == "created",
        icon="file-text" if document is not None else "",
        document_href=f"/documents/{document['id']}" if document is not None else "",
    )


def changes_of(item: Mapping[str, Any], entity: Entity, cells: Cells, language: str) -> Iterable[Change]:
    """The changed fields as they are drawn."""
    for name, change in item["changes"].items():
        field = entity.by_name.get(name)
        if field is None or field.system:
            continue
        yield Change(
            label=field.label.in_language(language) or field.name,
            before=None if change["from"] in (None, "", [], ()) else cells.told(field, change["from"]),
            after=cells.told(field, change["to"]),
        )


def _file_event(shown: Shown, event: TimelineEvent) -> Event:
    field = event.entity.by_name["file"]
    return Event(
        kind="file",
        icon="paperclip",
        person=somebody(event.by, shown.texts),
        words=shown.texts.render(_FILE),
        at=_time(shown, event.at),
        file=shown.cells.one(field, field.result, event.item.get("file")),
    )


def _record_event(shown: Shown, event: TimelineEvent) -> Event:
    entity, language = event.entity, shown.texts.language
    title = event.title.title if event.title is not None and event.title.id is not None else ""
    details = []
    for name in told_fields(shown.model, shown.grants)(entity):
        value, field = event.item.get(name), entity.by_name[name]
        if value not in (None, "", (), []):
            long = field.type.name == "long_text"
            speaks = long or field.result.kind in ("choice", "link")
            label = "" if speaks else field.label.in_language(language) or field.name
            details.append(Detail(html=shown.cells.one(field, field.result, value), label=label, long=long))
    return Event(
        kind="record",
        icon=icon_name(entity.icon),
        person=somebody(event.by, shown.texts),
        words=entity.label.in_language(language) or entity.name,
        at=_time(shown, event.at),
        href=f"/e/{entity.name}/{event.id}",
        title=title_words(title, event.id, shown.texts),
        details=tuple(details),
    )


def told_fields(model: Model, grants: Grants) -> Any:
    """Which fields of a linked record a feed tells: a choice or two, a date, a person, the longest text."""

    def fields(entity: Entity) -> tuple[str, ...]:
        readable = grants.readable(entity.uid)
        if entity.name == ATTACHMENT:
            return ("file",) if entity.by_name["file"].uid in readable else ()
        own = [f for f in entity.fields if f.uid in readable and not f.system and not f.off and f.stored]
        user = model.entities["user"].uid
        kinds: tuple[tuple[int, list[Field]], ...] = (
            (2, [f for f in own if f.type.name == "choice"]),
            (1, [f for f in own if f.result.kind in ("date", "datetime")]),
            (1, [f for f in own if f.result.kind == "link" and f.target == user and not f.listed]),
            (1, [f for f in own if f.type.name == "long_text"]),
        )
        return tuple(f.name for most, found in kinds for f in found[:most])

    return fields
