"""What a card shows besides fields: timeline, comments, files, history, records that lead here; in the rail or a tab."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from core.query.comments import COMMENT
from core.query.history import history
from core.query.issued import documents_of
from core.query.query import Leading, Query
from core.query.read import count, read
from core.query.timeline import ATTACHMENT, streams, timeline
from metamodel.layout import Panel
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from renderers.cards.feed import history_feed, last_day, timeline_days, told_fields
from renderers.cards.linked import linked_records
from renderers.cards.shown import Shown
from renderers.cards.tables import child_table
from renderers.cards.view import Choice, Feed, PanelTab, PanelView
from renderers.documents.buttons import prints
from renderers.documents.kept import kept_lines

EVENTS = 30
MOST_DOCUMENTS = 100
"""Documents that a panel shows, the newest."""
MOST_COUNTED = 99
"""Things in a panel that are counted for its tab."""

_LABELS: dict[str, Message] = {
    "timeline": message("Timeline"),
    "comments": message("Comments"),
    "files": message("Files"),
    "history": message("History"),
    "documents": message("Documents"),
}
_CHOICES: dict[str, Message] = {
    COMMENT: message("Comments"),
    ATTACHMENT: message("Files"),
    "change": message("Changes"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a panel is to be shown: events behind a place, of one kind; a comment that was refused, with its reason."""

    more: str | None = None
    only: str = ""
    day: str = ""
    """The day (ISO) at whose events the part before ended."""
    drafted: str = ""
    error: str = ""


DOCUMENTS = Panel(kind="documents")
"""What stands in the rail of a record whose documents somebody may have, whatever its layout says."""


def rail_of(shown: Shown) -> tuple[Panel, ...]:
    """The panels beside the sheet: those of the layout, and the record's documents."""
    rail = shown.entity.rail
    return rail if any(panel.kind == "documents" for panel in rail) else (*rail, DOCUMENTS)


def panels_seen(shown: Shown, panels: Iterable[Panel]) -> tuple[Panel, ...]:
    """Those of the panels that show this reader anything."""
    return tuple(panel for panel in panels if _seen(shown, panel))


def _seen(shown: Shown, panel: Panel) -> bool:
    if panel.kind == "rows":
        entity = shown.model.entity_by_uid[panel.entity or ""]
        return not entity.off and shown.grants.may(entity.uid, "read")
    if panel.kind == "files":
        return about(shown, ATTACHMENT) is not None
    if panel.kind == "documents":
        return not shown.deleted and _has_documents(shown)
    return panel.kind != "comments" or about(shown, COMMENT) is not None


def _has_documents(shown: Shown) -> bool:
    """Whether the reader may have documents of this record made, or has some that they may open."""
    if not shown.model.documents_of[shown.entity.uid]:
        return False
    if prints(shown.model, shown.actor, shown.entity):
        return True
    return bool(documents_of(shown.tx, shown.actor, shown.entity.uid, shown.id, limit=1))


def about(shown: Shown, name: str) -> Entity | None:
    """The entity of comments or files, when its records can be about this one and the reader may read them."""
    entity = shown.model.entities.get(name)
    if entity is None or entity.follows is None or not shown.grants.may(entity.uid, "read"):
        return None
    return entity if shown.entity.uid in entity.by_uid[entity.follows].targets else None


def key_of(shown: Shown, panel: Panel) -> str:
    """What a panel is called in addresses."""
    if panel.kind != "rows":
        return panel.kind
    entity = shown.model.entity_by_uid[panel.entity or ""]
    return f"{entity.name}.{entity.by_uid[panel.through or ''].name}"


def rail_tabs(shown: Shown, current: str) -> tuple[PanelTab, ...]:
    """The panels beside the sheet by name."""
    return tuple(
        PanelTab(
            key=(key := key_of(shown, panel)),
            label=label_of(shown, panel),
            href=f"{shown.here}?panel={key}#rail",
            fragment=f"{shown.here}/panel/{key}",
            current=key == current,
            count=_count(shown, panel),
        )
        for panel in panels_seen(shown, rail_of(shown))
    )


def label_of(shown: Shown, panel: Panel) -> str:
    """What a panel is called before people."""
    language = shown.texts.language
    if panel.label is not None and panel.label.in_language(language):
        return panel.label.in_language(language)
    if panel.kind != "rows":
        return shown.texts.render(_LABELS[panel.kind])
    entity = shown.model.entity_by_uid[panel.entity or ""]
    return entity.label_many.in_language(language) or entity.name


def _count(shown: Shown, panel: Panel) -> str:
    """How many things are in a panel, where that costs one look into an index; of documents those that the reader may
    open."""
    if panel.kind == "documents":
        there = len(documents_of(shown.tx, shown.actor, shown.entity.uid, shown.id, limit=MOST_COUNTED + 1))
        return f"{MOST_COUNTED}+" if there > MOST_COUNTED else str(there or "")
    names = {"files": ATTACHMENT, "comments": COMMENT, "timeline": COMMENT}
    if panel.kind == "rows":
        entity, through = shown.model.entity_by_uid[panel.entity or ""], panel.through or ""
    elif panel.kind in names and (found := about(shown, names[panel.kind])) is not None:
        entity, through = found, found.follows or ""
    else:
        return ""
    leading = Leading(field=through, entity=shown.entity.uid, id=shown.id)
    question = Query(entity=entity.name, fields=(), leading=leading)
    found_count = count(shown.tx, shown.actor, question, cap=MOST_COUNTED + 1)
    if found_count > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(found_count) if found_count else ""


def panel_view(shown: Shown, panel: Panel, asked: Asked | None = None) -> PanelView:
    """A panel with what is in it."""
    given, key = asked or Asked(), key_of(shown, panel)
    made = PanelView(
        key=key,
        kind=panel.kind,
        label=label_of(shown, panel),
        fragment=f"{shown.here}/panel/{key}",
        count="" if given.more else _count(shown, panel),
    )
    match panel.kind:
        case "history":
            return replace(made, feed=_history(shown, given))
        case "rows":
            own = _own_rows(shown, panel)
            if own is not None:
                return replace(made, table=child_table(shown, own, headed=False))
            return replace(made, linked=linked_records(shown, panel))
        case "documents":
            found = documents_of(shown.tx, shown.actor, shown.entity.uid, shown.id, limit=MOST_DOCUMENTS)
            return replace(made, documents=kept_lines(shown.who, shown.tx, shown.actor, found))
        case "files":
            return replace(made, files=_files(shown), upload_href=_upload_href(shown))
    comment = _comment_href(shown)
    return replace(
        made,
        feed=_timeline(shown, given, key, only_comments=panel.kind == "comments"),
        comment_href=comment,
        people_href=f"{shown.here}/people" if comment else "",
        drafted=given.drafted,
        error=given.error,
    )


def _own_rows(shown: Shown, panel: Panel) -> Field | None:
    """The children field whose rows a panel shows, when they are the record's own."""
    return next(
        (f for f in shown.entity.fields if f.target == panel.entity and f.through == panel.through), None
    )


def _comment_href(shown: Shown) -> str:
    comment = about(shown, COMMENT)
    if shown.deleted or comment is None or not shown.grants.may(comment.uid, "create"):
        return ""
    return f"{shown.here}/comments"


def _upload_href(shown: Shown) -> str:
    attachment = about(shown, ATTACHMENT)
    if shown.deleted or attachment is None or not shown.grants.may(attachment.uid, "create"):
        return ""
    return f"/api/records/{shown.entity.name}/{shown.id}/files"


def _history(shown: Shown, asked: Asked) -> Feed:
    page = history(shown.tx, shown.actor, shown.entity.name, shown.id, asked.more, EVENTS)
    return history_feed(shown, page, asked.day)


def _timeline(shown: Shown, asked: Asked, key: str, *, only_comments: bool) -> Feed:
    known = [s.name for s in streams(shown.tx, shown.actor, shown.entity, shown.id)]
    names = list(dict.fromkeys(known)) if not only_comments else [COMMENT]
    only = [COMMENT] if only_comments else [asked.only] if asked.only in names else []
    page = timeline(
        shown.tx, shown.actor, shown.entity.name, shown.id, shown=told_fields(shown.model, shown.grants),
        only=only, cursor=asked.more, limit=EVENTS,
    )  # fmt: skip
    here = f"{shown.here}/panel/{key}"
    narrowed = f"&only={only[0]}" if only and not only_comments else ""
    return Feed(
        days=timeline_days(shown, page, asked.day),
        more_href=f"{here}?more={page.next}{narrowed}&day={last_day(shown, page.events)}"
        if page.next
        else "",
        choices=_choices(shown, names, only, here) if len(names) > 2 and not only_comments else (),
        empty=shown.texts.gettext("Nothing yet"),
    )


def _choices(shown: Shown, names: list[str], only: list[str], here: str) -> tuple[Choice, ...]:
    language = shown.texts.language
    made = [Choice(label=shown.texts.gettext("All"), href=here, on=not only)]
    for name in names:
        words = _CHOICES.get(name)
        label = (
            shown.texts.render(words)
            if words
            else shown.model.entities[name].label_many.in_language(language)
        )
        made.append(Choice(label=label or name, href=f"{here}?only={name}", on=name in only))
    return tuple(made)


def _files(shown: Shown) -> tuple[Markup, ...]:
    attachment = about(shown, ATTACHMENT)
    if attachment is None or attachment.by_name["file"].uid not in shown.grants.readable(attachment.uid):
        return ()
    field = attachment.by_name["file"]
    leading = Leading(field=attachment.follows or "", entity=shown.entity.uid, id=shown.id)
    question = Query(entity=ATTACHMENT, fields=("file",), leading=leading, sort=("-id",), limit=200)
    page = read(shown.tx, shown.actor, question)
    href = _upload_href(shown)

    def line(item: Mapping[str, Any]) -> Markup:
        chip = shown.cells.one(field, field.result, item.get("file"))
        return Markup(
            shown.cells.frame("_attachment", chip=chip, href=f"{href}/{item['id']}" if href else "")
        )

    return tuple(map(line, page.items))
