"""One field of a card edited in place: its widget, and what becomes of what was typed into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.query.options import options
from core.records import Saved, update
from core.web.context import AnyRequest, form_pairs, reading
from core.web.render import render
from metamodel.model import Field
from renderers.cards.pages import draw_body
from renderers.forms.body import visible, widget
from renderers.forms.comparison import stale_view
from renderers.forms.desk import Desk, Remarks
from renderers.forms.filled import Filled, Sent, differing, read_sent, write_json
from renderers.forms.form import editable_lists, refusal
from renderers.forms.lookups import look_up
from renderers.forms.place import Place, place_of
from renderers.forms.stale import choose, merge
from renderers.forms.view import Stale, Widget
from renderers.forms.widgets.link import needed

TRIES = 3
"""How often a change is put on top of somebody else's that does not touch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A field in edit: ``hidden`` are the fields that narrow its options, ``others`` what is wrong elsewhere."""

    action: str
    version: int | None
    was: str
    widget: Widget
    hidden: tuple[tuple[str, str], ...] = ()
    others: tuple[str, ...] = ()
    stale: Stale | None = None


class FieldInPlace(Controller):
    """A field of a card."""

    path = "/e/{entity:str}/{identity:int}/field/{name:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """Its widget with the value in it."""
        with reading(request) as (who, tx):
            place = place_of(request, who, tx, entity, identity)
            stored = part_of(place.stored(), name)
            return drawn(place, name, stored, stored, place.item.get("version"))

    @post(sync_to_thread=True, status_code=200)
    def take(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """What was typed: saved, with the card as it is then; or the widget again with what is wrong."""
        sent = read_sent(form_pairs(request))
        sent = replace(sent, filled=part_of(sent.filled, name))
        with reading(request) as (who, tx):
            place = place_of(request, who, tx, entity, identity)
            looked = look_up(
                tx.model, place.entity, sent.filled, partial(options, tx, who.actor), place.manner
            )
            choose(sent.filled, sent.was, sent.asked)
            if looked.problems:
                error = KubikError("KBK3005", errors=looked.problems)
                return refused(place, name, sent, error, Remarks(candidates=looked.candidates))
            values = changed(place, sent.filled, sent.was)
        try:
            write(place, values, sent.version)
        except KubikError as error:
            return not_saved(request, place, name, sent, error)
        return draw_body(request, entity, identity)


def part_of(filled: Filled, name: str) -> Filled:
    """The content of one field."""

    def only(texts: Mapping[str, Any]) -> dict[str, Any]:
        return {name: texts[name]} if name in texts else {}

    return Filled(
        values=only(filled.values), titles=only(filled.titles), typed=only(filled.typed),
        follows=only(filled.follows), rows=only(filled.rows),
    )  # fmt: skip


def field_of(place: Place, name: str) -> Field:
    """The field, when this person may change it here; KBK2006 when they may not know it, KBK4002 when not change."""
    found = place.entity.by_name.get(name)
    if found is None or name not in place.item:
        raise KubikError("KBK2006")
    return found


def changed(place: Place, now: Filled, was: Filled) -> dict[str, object]:
    """What is to be written."""
    return differing(now, was, editable_lists(place.desk(now), place.entity))


def write(place: Place, values: Mapping[str, object], version: int | None) -> Saved:
    """The write itself; without a change nothing is written."""
    identity = place.id or 0
    if not values:
        return Saved(id=identity, version=version or 0)
    return place.who.workspace.write(
        lambda tx: update(
            tx, place.who.actor, place.entity.name, identity, values,
            if_version=version, context=place.manner.context,
        )
    )  # fmt: skip


def not_saved(request: AnyRequest, place: Place, name: str, sent: Sent, error: KubikError) -> Response[Any]:
    """A refusal; when somebody saved first and did not touch this field, it is saved on top of that."""
    for _ in range(TRIES):
        if error.code != "KBK3009":
            break
        with reading(request) as (who, tx):
            now = place_of(request, who, tx, place.entity.name, place.id)
            theirs, version = part_of(now.stored(), name), now.item.get("version")
            merged = merge(part_of(sent.was, name), sent.filled, theirs)
            if merged.conflicts:
                return clashing(now, name, merged.filled, theirs, error, sent)
            values = changed(now, merged.filled, theirs)
        try:
            write(now, values, version)
        except KubikError as again:
            error = again
            continue
        return draw_body(request, place.entity.name, place.id or 0)
    if error.status >= 500 and error.status != 503:
        raise error
    with reading(request) as (who, tx):
        return refused(replace(place, who=who, tx=tx), name, sent, error)


def refused(
    place: Place, name: str, sent: Sent, error: KubikError, remarks: Remarks | None = None
) -> Response[Any]:
    """The widget with what was typed and what is wrong with it; what is wrong elsewhere stands below."""
    why = refusal(error, place.who.texts)
    told = replace(remarks or Remarks(), wrong=why.wrong)
    desk = replace(place.desk(sent.filled), told=told)
    elsewhere = [
        _elsewhere(desk, place, pointer, words)
        for pointer, words in why.wrong.items()
        if pointer.split("/")[1:2] != [name]
    ]
    others = tuple(elsewhere) or ((why.detail,) if why.detail else ())
    return drawn(place, name, sent.filled, sent.was, sent.version, told=told, others=others, status=422)


def _elsewhere(desk: Desk, place: Place, pointer: str, words: str) -> str:
    named = place.entity.by_name.get(pointer[1:].split("/")[0])
    return f"{desk.label(named)}: {words}" if named is not None else words


def clashing(
    place: Place, name: str, mine: Filled, theirs: Filled, error: KubikError, sent: Sent
) -> Response[Any]:
    """The widget with both values: somebody else changed the very same."""
    desk = place.desk(mine)
    merged = merge(part_of(sent.was, name), mine, theirs)
    view = stale_view(desk, place.entity, merged, error.extra, place.who.zone)
    return drawn(place, name, mine, theirs, place.item.get("version"), stale=view, status=412)


def drawn(
    place: Place,
    name: str,
    filled: Filled,
    was: Filled,
    version: int | None,
    *,
    told: Remarks | None = None,
    others: tuple[str, ...] = (),
    stale: Stale | None = None,
    status: int = 200,
) -> Response[Any]:
    """The form of one field."""
    field = field_of(place, name)
    stored = place.stored()
    whole = replace_part(stored, filled)
    desk = place.desk(whole)
    if told is not None:
        desk = replace(desk, told=told)
    made = widget(desk, place.entity, field) if field.uid in visible(desk, place.entity) else None
    if made is None or made.locked:
        raise KubikError("KBK4002")
    edit = Edit(
        action=f"/e/{place.entity.name}/{place.id}/field/{name}",
        version=version,
        was=write_json(was),
        widget=made,
        hidden=tuple((f"/{other}", stored.values.get(other, "")) for other in needed(place.tx.model, field)),
        others=others,
        stale=stale,
    )
    answer = render(place.who, "cards/_edit.html", status=status, edit=edit)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def replace_part(stored: Filled, part: Filled) -> Filled:
    """The record's content with one field as it was typed."""
    return Filled(
        values={**stored.values, **part.values}, titles={**stored.titles, **part.titles}, typed=part.typed,
        follows=part.follows, rows={**stored.rows, **part.rows},
    )  # fmt: skip
