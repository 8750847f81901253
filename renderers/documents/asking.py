"""What a document asks before it is issued: its formats and its date, with the number that would come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from secrets import token_urlsafe

from core.documents.issuing.order import Order
from core.documents.issuing.preparing import Draft, formats_of, prepare
from core.documents.offering import find_type
from core.errors import KubikError
from core.query.read import titles
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.documents import DocumentType
from metamodel.messages import message
from renderers.documents.buttons import ICON, label_of
from renderers.documents.kept import FORMAT_LABELS
from renderers.documents.view import DocumentForm, FormatChoice
from renderers.pages.icons import icon_name
from renderers.pages.titles import title_words

Pairs = Sequence[tuple[str, str]]


def choices(who: Visit, type_: DocumentType, chosen: Sequence[str]) -> tuple[FormatChoice, ...]:
    """The formats that a document is to be had in; PDF is chosen first, where there is any."""
    there = formats_of(who.workspace, type_)
    first = ("pdf",) if "pdf" in there else there[:1]
    marked = [each for each in chosen if each in there] or first
    return tuple(
        FormatChoice(name=each, label=FORMAT_LABELS.get(each, each.upper()), chosen=each in marked)
        for each in sorted(there, reverse=True)
    )


def document_form(
    who: Visit,
    tx: Transaction,
    entity: str,
    id: int,
    name: str,
    given: Pairs = (),
    refusal: KubikError | None = None,
) -> DocumentForm:
    """The form for a record; refused as issuing the document would be."""
    type_ = find_type(tx, who.actor, name)
    found = tx.model.entity_by_uid[type_.entity]
    if found.name != entity:
        raise KubikError("KBK2006")
    asked = dict(given)
    formats = choices(who, type_, [value for key, value in given if key == "format"])
    day = asked.get("date", "")
    order = Order(type=name, formats=tuple(f.name for f in formats if f.chosen)[:1], date=_day(day))
    draft = prepare(tx, who.actor, order, id)
    title = titles(tx, who.actor, found, (id,))[id].title
    return DocumentForm(
        action=f"/e/{entity}/{id}/documents/{name}",
        title=label_of(type_, who.texts),
        about=title_words(title, id, who.texts),
        help=(type_.help.in_language(who.language) or "") if type_.help else "",
        icon=icon_name(type_.icon, ICON),
        formats=formats,
        date=day or draft.date.isoformat(),
        number=_number(who, draft),
        hidden=_hidden(who, draft),
        key=token_urlsafe(12),
        problem=who.texts.render(refusal.detail) if refusal else "",
        list_label=found.label_many.in_language(who.language) or found.name,
        list_href=f"/e/{entity}",
        cancel_href=f"/e/{entity}/{id}",
    )


def _day(written: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(written) if written else None
    except ValueError:
        return None


def _number(who: Visit, draft: Draft) -> str:
    if draft.number is None:
        return ""
    return who.texts.render(
        message("The number is given when it is issued; the next one is {number}", number=draft.number)
    )


def _hidden(who: Visit, draft: Draft) -> str:
    if not draft.data.hidden:
        return ""
    return who.texts.render(
        message("Places that you may not see, they stay empty: {count}", count=draft.data.hidden)
    )
