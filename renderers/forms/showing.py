"""How a form opens: with the record, with defaults, with a copy of another record, with values of an address, a draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response

from core.errors import KubikError
from core.query.read import titles
from core.records.drafts import Draft, draft
from core.web.context import AnyRequest, reading
from metamodel.text import number_of
from renderers.forms.creating import copied, prefilled
from renderers.forms.draft_forms import address_of, content_of, lines_for, with_link
from renderers.forms.filled import Filled, read_json, write_json
from renderers.forms.place import Place, place_of
from renderers.forms.places import field_at
from renderers.pages.titles import title_words


def show_form(request: AnyRequest, entity: str, identity: int | None) -> Response[Any]:
    """An untouched form; a new one may begin with a copy, with values of its address; either with a draft."""
    asked = dict(request.query_params)
    with reading(request) as (who, tx):
        place = place_of(request, who, tx, entity, identity)
        if (key := asked.get("draft")) is not None and (kept := draft(tx, who.actor, key)) is not None:
            return from_draft(place, kept, asked.get("_took", ""))
        stored = place.stored()
        filled, version = stored, place.item.get("version")
        opened = replace(place.opened(stored, version, asked), drafts=lines_for(place))
        if identity is None:
            source = number_of(asked.get("copy"))
            if source is not None:
                filled = copied(place, source)
            filled = merged_into(stored, filled)
            prefilled(place, asked, filled)
            back = back_to(place, asked.get("_for", ""))
            opened = replace(opened, dirty=filled != stored, cancel=back)
        return place.page(place.desk(filled), opened)


def merged_into(stored: Filled, filled: Filled) -> Filled:
    """A content over the defaults of a new record, which stays as it is."""
    merged = read_json(write_json(stored))
    for part in ("values", "titles", "rows"):
        getattr(merged, part).update(getattr(filled, part))
    return merged


def from_draft(place: Place, kept: Draft, took: str) -> Response[Any]:
    """The form that goes on from a draft; ``took`` (``/contact:7``) is a record that was made for one of its fields."""
    if (kept.entity, kept.record) != (place.entity.name, place.id):
        raise KubikError("KBK2006")
    filled, was = content_of(place, kept)
    pointer, _, number = took.rpartition(":")
    took_id = number_of(number)
    if pointer and took_id is not None:
        take_link(place, filled, pointer, took_id)
    asked = {"_draft": kept.key, "_for": str(kept.content.get("for", ""))}
    opened = replace(place.opened(was, kept.version, asked), dirty=True, cancel=back_to(place, asked["_for"]))
    return place.page(place.desk(filled), opened)


def take_link(place: Place, filled: Filled, pointer: str, record_id: int) -> None:
    """Puts a record into the link field that asked for it, when the person may see it."""
    where, _, name = pointer.removesuffix("[]").rpartition("/")
    link = field_at(place.tx.model, place.entity, f"{where}/{name}")
    target = place.tx.model.entity_by_uid.get(link.target or "") if link is not None else None
    if target is None:
        return
    found = titles(place.tx, place.who.actor, target, (record_id,))[record_id]
    if found.id is not None and not found.hidden:
        with_link(filled, pointer, record_id, title_words(found.title, record_id, place.who.texts))


def back_to(place: Place, waiting: str) -> str:
    """The form that waits for a new record (``key:pointer``), to go back to; empty for none."""
    kept = draft(place.tx, place.who.actor, waiting.partition(":")[0]) if waiting else None
    return "" if kept is None else f"{address_of(kept)}?draft={kept.key}"
