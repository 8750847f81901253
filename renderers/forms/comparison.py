"""The comparison of a stale save: who saved first, what clashes, what was merged, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.i18n import Texts
from metamodel.messages import message
from metamodel.model import Entity, Field
from renderers.forms.desk import Desk
from renderers.forms.places import field_at, place
from renderers.forms.stale import Difference, Merge
from renderers.forms.view import Clash, Stale
from renderers.forms.widgets.base import widget_kind


def stale_view(desk: Desk, entity: Entity, merged: Merge, extra: Mapping[str, Any], zone: Any) -> Stale:
    """The comparison: who saved first and when, what to choose, what was merged."""
    texts = desk.texts
    name = author(extra, texts)
    at = extra.get("changed_at")
    when = texts.datetime(datetime.fromisoformat(at), zone) if isinstance(at, str) else ""
    conflicts = tuple(_clash(desk, entity, d) for d in merged.conflicts)
    if conflicts:
        words = message("{when}. Your changes are whole. Both of you changed the same: choose.", when=when)
    else:
        words = message(
            "{when}. Your changes are whole and do not clash with theirs: look and save.", when=when
        )
    return Stale(
        title=texts.render(message("While you were editing, the record was changed by {name}", name=name)),
        text=texts.render(words),
        theirs=name,
        conflicts=conflicts,
        merged=tuple(_clash(desk, entity, d) for d in merged.differences if d.by != "both"),
    )


def author(extra: Mapping[str, Any], texts: Texts) -> str:
    by = extra.get("changed_by")
    title = by.get("title") if isinstance(by, Mapping) else getattr(by, "title", None)
    return title if isinstance(title, str) and title else texts.gettext("somebody else")


def _clash(desk: Desk, entity: Entity, difference: Difference) -> Clash:
    label, _ = place(desk, entity, difference.pointer)
    by: Any = difference.by
    if difference.whole_row:
        words = desk.texts.gettext("the row is kept")
        mine, theirs = (words, "") if by == "mine" else ("", desk.texts.gettext("a new row"))
        return Clash(pointer=difference.pointer, label=label, was="", mine=mine, theirs=theirs, by=by)
    named = field_at(desk.model, entity, difference.pointer)
    return Clash(
        pointer=difference.pointer,
        label=label,
        was=shown_text(desk, named, difference.was),
        mine=shown_text(desk, named, difference.mine),
        theirs=shown_text(desk, named, difference.theirs),
        by=by,
    )


def shown_text(desk: Desk, named: Field | None, text: str) -> str:
    """A text of a form in words: the label of a choice, a day as people write it."""
    if named is None or not text:
        return text
    return widget_kind(named.type.widget).words(desk, named, text)


def theirs_marks(desk: Desk, entity: Entity, merged: Merge, name: str) -> dict[str, str]:
    """What stands under a field that both changed."""
    marks = {}
    for difference in merged.conflicts:
        text = shown_text(desk, field_at(desk.model, entity, difference.pointer), difference.theirs) or "—"
        marks[difference.pointer] = desk.texts.render(message("{name} saved: {value}", name=name, value=text))
    return marks
