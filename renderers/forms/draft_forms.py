"""Drafts as forms: what is kept of a form that was not saved, and the form that goes on from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from core.access.grants import grants_of
from core.errors import KubikError
from core.records.drafts import Draft, drafts_of, keep_draft
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from renderers.forms.draft_keys import known_key
from renderers.forms.filled import Filled, FilledRow, Holder, Sent, read_json
from renderers.forms.place import Place
from renderers.forms.view import DraftLine


def keep(tx: Transaction, who: Visit, entity: str, record: int | None, sent: Sent) -> str:
    """Keeps a form as a draft, without what never is kept; its key, empty when it has none."""
    key = known_key(sent.asked.get("_draft", ""))
    found = tx.model.entities.get(entity)
    if found is None:
        raise KubikError("KBK2006")
    if not key:
        return ""
    content = {
        "filled": _plain(without_secrets(sent.filled, found, tx.model)),
        "was": _plain(without_secrets(sent.was, found, tx.model)),
        "for": sent.asked.get("_for", ""),
    }
    keep_draft(tx, who.actor, key, entity, record, sent.version, content)
    return key


def _plain(filled: Filled) -> Any:
    return json.loads(msgspec.json.encode(filled))


def without_secrets(filled: Filled, entity: Entity, model: Model) -> Filled:
    """The content without the texts of secrets, in child rows too."""
    copy = read_json(msgspec.json.encode(filled).decode())
    _leave(copy, entity, model, lambda each: each.type.name != "secret")
    return copy


def _leave(holder: Holder, entity: Entity, model: Model, stays: Any) -> None:
    """Leaves in a holder and its rows only the fields that may stay."""
    for each in entity.fields:
        if not stays(each):
            for part in (holder.values, holder.titles, holder.typed, holder.follows, holder.again):
                part.pop(each.name, None)
            holder.rows.pop(each.name, None)
        elif each.type.name == "children" and each.target:
            for row in holder.rows.get(each.name, ()):
                _leave(row, model.entity_by_uid[each.target], model, stays)


def content_of(place: Place, draft: Draft) -> tuple[Filled, Filled]:
    """What was typed and what the form was opened with, as far as the person may still read or set these fields."""
    grants = grants_of(place.tx.model, place.who.actor)

    def stays(each: Field) -> bool:
        owner = next((e for e in place.tx.model.entities.values() if each.uid in e.by_uid), None)
        return owner is not None and (
            each.uid in grants.readable(owner.uid) or each.uid in grants.writable(owner.uid, "create")
        )

    made = []
    for part in ("filled", "was"):
        filled = read_json(json.dumps(draft.content.get(part, {})))
        _leave(filled, place.entity, place.tx.model, stays)
        made.append(filled)
    return made[0], made[1]


def lines_for(place: Place) -> tuple[DraftLine, ...]:
    """The drafts that this form could go on from."""
    found = drafts_of(place.tx, place.who.actor, place.entity.name, place.id)
    return tuple(
        DraftLine(
            key=each.key,
            words=place.who.texts.render(
                message("Draft of {when}", when=when(place.who, each, place.tx.now))
            ),
            href=f"{place.address}?draft={each.key}",
        )
        for each in found[:5]
    )


def when(who: Visit, draft: Draft, now: datetime) -> str:
    """When a draft was kept: the time alone of one of today."""
    at, today = draft.at.astimezone(who.zone), now.astimezone(who.zone).date()
    return who.texts.time(at.time()) if at.date() == today else who.texts.datetime(draft.at, who.zone)


def address_of(draft: Draft) -> str:
    """Where its form is opened again."""
    here = f"/e/{draft.entity}"
    return f"{here}/new" if draft.record is None else f"{here}/{draft.record}/edit"


def with_link(filled: Filled, pointer: str, record: int, title: str) -> None:
    """Puts a record that was just made into the field that waited for it; ``pointer`` as the field has in the page."""
    where, _, name = pointer.rpartition("/")
    holder = holder_at(filled, where)
    if holder is None:
        return
    several = name.endswith("[]")
    name = name.removesuffix("[]")
    before = holder.values.get(name, "") if several else ""
    titles = holder.titles.get(name, "") if several else ""
    holder.values[name] = f"{before}\n{record}".strip("\n")
    holder.titles[name] = f"{titles}\n{title}".strip("\n")
    holder.typed.pop(name, None)
    holder.follows.pop(name, None)


def holder_at(filled: Filled, place: str) -> Holder | None:
    """The record itself, or the row that was sent under this name."""
    waiting: list[Holder] = [filled]
    for holder in waiting:
        if (holder.place if isinstance(holder, FilledRow) else "") == place:
            return holder
        waiting += [row for rows in holder.rows.values() for row in rows]
    return None


def draft_title(draft: Draft, fields: Mapping[str, Field]) -> str:
    """The first text that was typed, as the name of a draft."""
    values = draft.content.get("filled", {}).get("values", {})
    texts = (
        str(text) for name, text in values.items() if name in fields and fields[name].type.widget == "text"
    )
    return next((text for text in texts if text.strip()), "")[:100]
