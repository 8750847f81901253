"""Changes as lines of a page: the words for what happened, values as cells, under the days on which it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from core.access.actor import Actor
from core.access.grants import grants_of
from core.i18n import Texts
from core.query.query import Link, Query
from core.query.read import read
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from renderers.history.view import Days, Line, Told
from renderers.pages.cells import Cells, cells_of
from renderers.pages.icons import icon_name
from renderers.pages.options import Option
from renderers.pages.people import Person, person
from renderers.pages.titles import title_words

MOST_PEOPLE = 300
"""People in a filter."""

WORDS: Mapping[str, Message] = {
    "created": message("created the record"),
    "updated": message("changed"),
    "deleted": message("moved to the bin"),
    "restored": message("restored from the bin"),
    "revealed": message("was told a secret"),
    "erased": message("erased personal data"),
    "issued": message("issued a document"),
}
_ROWS = message("changed the rows")
_JOBS: Mapping[str, Message] = {
    "import": message("by an import"),
    "bulk": message("together with others"),
    "merge": message("by a merge"),
    "take_back": message("by taking back"),
}
_JOB_PAGES = {"import": "/imports", "merge": "/merges"}
_ICONS = {
    "deleted": "trash",
    "restored": "restore",
    "revealed": "eye",
    "erased": "eraser",
    "issued": "file-text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """With what changes are told: the reader's language and zone, and the record they are about, if it is one."""

    model: Model
    texts: Texts
    zone: ZoneInfo
    cells: Cells
    today: date
    about: tuple[Entity, int] | None = None
    changes: bool = False
    """Whether the reader may bring values back."""
    last: int = 0
    """The present version of that record."""


def telling(who: Visit, tx: Transaction, **more: Any) -> Telling:
    """With what this visitor is told."""
    return Telling(
        model=tx.model, texts=who.texts, zone=who.zone,
        cells=cells_of(who.site.templates.environment, who.texts, who.zone, tx.model),
        today=tx.now.astimezone(who.zone).date(), **more,
    )  # fmt: skip


def told_days(telling: Telling, items: Sequence[Mapping[str, Any]], before: str = "") -> tuple[Days, ...]:
    """The changes by days; ``before`` is the day (ISO) at which the page before ended: it needs no label again."""
    days = []
    for day, found in groupby(items, key=lambda item: item["at"].astimezone(telling.zone).date()):
        label = "" if day.isoformat() == before else day_label(day, telling.today, telling.texts)
        days.append(Days(label=label, lines=tuple(_line(telling, item) for item in found)))
    return tuple(days)


def last_day(telling: Telling, items: Sequence[Mapping[str, Any]]) -> str:
    """The day of the last of the changes, as the next page is told it."""
    return items[-1]["at"].astimezone(telling.zone).date().isoformat() if items else ""


def day_label(day: date, today: date, texts: Texts) -> str:
    """A day as people say it."""
    if day == today:
        return texts.gettext("Today")
    return texts.gettext("Yesterday") if (today - day).days == 1 else texts.date(day)


def _line(telling: Telling, item: Mapping[str, Any]) -> Line:
    entity = (
        telling.about[0]
        if telling.about is not None and "entity" not in item
        else telling.model.entities[item["entity"]]
    )
    own = "entity" not in item
    changes = tuple(_told(telling, entity, item, own=own))
    version = item.get("version")
    kept = own and telling.about is not None and version is not None
    here = f"/e/{entity.name}/{telling.about[1]}" if telling.about is not None else ""
    behalf = item.get("behalf")
    return Line(
        person=somebody(item["by"], telling.texts),
        words=_words(telling, item, changes),
        at=telling.texts.time(item["at"].astimezone(telling.zone).time()),
        icon=_ICONS.get(item["kind"], ""),
        behalf=telling.texts.render(message("on behalf of {name}", name=somebody(behalf, telling.texts).name))
        if behalf is not None
        else "",
        job=telling.texts.render(_JOBS[job["kind"]]) if (job := item.get("job")) and job["kind"] in _JOBS else "",
        job_href=f"{_JOB_PAGES[job['kind']]}/{job['id']}" if job and job["mine"] and job["kind"] in _JOB_PAGES else "",
        document_href=f"/documents/{document['id']}" if (document := item.get("document")) else "",
        subject="" if own else title_words(item.get("title") or "", item["id"], telling.texts),
        subject_kind="" if own else entity.label.in_language(telling.texts.language) or entity.name,
        subject_href="" if own or entity.parent is not None else f"/e/{entity.name}/{item['id']}",
        changes=() if item["kind"] in ("deleted", "restored") else changes,
        folded=item["kind"] == "created" or len(changes) > 8,
        past_href=f"{here}/at?version={version}" if kept else "",
        back_href=f"{here}/revert?version={version}" if kept and telling.changes and version != telling.last else "",
    )  # fmt: skip


def issued_words(document: Mapping[str, Any]) -> Message:
    """What a line says of a document that was issued: its files' name, which bears its number."""
    return message("issued {document}", document=document["name"])


def _words(telling: Telling, item: Mapping[str, Any], changes: Sequence[Told]) -> str:
    if item.get("document"):
        return telling.texts.render(issued_words(item["document"]))
    action = telling.model.actions.get(item.get("action") or "")
    if item["kind"] == "updated" and changes and action is None:
        return ""
    words = _ROWS if item["kind"] == "updated" and not changes else WORDS.get(item["kind"], WORDS["updated"])
    if action is not None:
        words = message("{what}: {action}", what=words, action=action.label)
    return telling.texts.render(words)


def _told(telling: Telling, entity: Entity, item: Mapping[str, Any], *, own: bool) -> Iterator[Told]:
    before = (item.get("version") or 0) - 1
    for name, change in item["changes"].items():
        field = entity.by_name.get(name)
        if field is None or field.system or field.of_stage is not None:
            continue
        here = f"/e/{entity.name}/{telling.about[1]}/revert" if telling.about is not None else ""
        settable = field.writable and field.type.name != "secret"
        undoable = own and telling.changes and item["kind"] == "updated" and before > 0
        back = f"{here}?version={before}&field={name}" if settable and undoable else ""
        yield Told(
            label=field.label.in_language(telling.texts.language) or field.name,
            before=None
            if change["from"] in (None, "", [], ())
            else one(telling.cells, field, change["from"]),
            after=one(telling.cells, field, change["to"]),
            back=back,
        )


def one(cells: Cells, field: Field, value: Any) -> Markup:
    """A value as a cell."""
    return cells.told(field, value)


def somebody(by: object, texts: Texts) -> Person:
    """Who did it; without a known person the system."""
    if isinstance(by, Link) and by.id is not None:
        return person(by.id, by.title)
    return person(None, texts.gettext("System") if by is None else texts.gettext("Somebody"))


def people_options(tx: Transaction, actor: Actor, chosen: int | None) -> tuple[Option, ...]:
    """The people whom the reader may know, for a filter."""
    if not any(e.name == "user" for e in tx.model.entities.values()):
        return ()
    user = tx.model.entities["user"]
    if user.by_name["name"].uid not in grants_of(tx.model, actor).readable(user.uid):
        return ()
    page = read(tx, actor, Query(entity="user", fields=("id", "name"), sort=("name",), limit=MOST_PEOPLE))
    return tuple(
        Option(value=str(item["id"]), label=item["name"], chosen=item["id"] == chosen)
        for item in page.items
        if item.get("name")
    )


def icon_of(entity: Entity) -> str:
    """The icon of an entity."""
    return icon_name(entity.icon)
