"""The pages of a form: open it, look up what was typed, hand it to `core.records`, show what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.options import options
from core.records import Saved, create, update
from core.records.drafts import draft, drop_draft
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading
from core.web.render import see_other
from metamodel.messages import message
from renderers.forms.comparison import stale_view, theirs_marks
from renderers.forms.creating import new_address
from renderers.forms.desk import Remarks
from renderers.forms.draft_forms import address_of, keep
from renderers.forms.draft_keys import known_key
from renderers.forms.duplicates import alike
from renderers.forms.filled import Sent, differing, moved, read_sent
from renderers.forms.form import editable_lists, refusal
from renderers.forms.lookups import internal_values, look_up
from renderers.forms.place import Place, place_of
from renderers.forms.showing import show_form
from renderers.forms.stale import choose, merge
from renderers.forms.texts import Manner
from renderers.forms.widgets.link_any import reached
from renderers.pages.notices import leave_notice
from renderers.pages.titles import title_words

OPTIONS, FEWEST = 20, 3
_DEEDS = ("_add", "_remove", "_up", "_down")


def take_form(request: AnyRequest, entity: str, identity: int | None) -> Response[Any]:
    """A form that was sent: saved, or shown again with everything that was typed."""
    sent, values = read_sent(form_pairs(request)), dict[str, object]()
    with reading(request) as (who, tx):
        for_this_person(who, sent)
        place = place_of(request, who, tx, entity, identity)
        for deed in _DEEDS:
            if deed in sent.asked:
                again = moved(sent, deed, sent.asked[deed])
                opened = replace(place.opened(sent.was, sent.version, sent.asked), dirty=True)
                return place.page(place.desk(again.filled), opened)
        if "_create" not in sent.asked:
            looked = look_up(
                tx.model, place.entity, sent.filled, partial(options, tx, who.actor), place.manner
            )
            choose(sent.filled, sent.was, sent.asked)
            if looked.problems:
                error = KubikError("KBK3005", errors=looked.problems)
                return refused(place, sent, error, Remarks(candidates=looked.candidates))
            values = differing(sent.filled, sent.was, editable_lists(place.desk(sent.filled), place.entity))
    if "_create" in sent.asked:
        return leave_for_new(request, who, entity, identity, sent)
    try:
        saved = save(place, values, sent)
    except KubikError as error:
        return not_saved(request, place, sent, error)
    return done(place, saved, sent)


def for_this_person(who: Visit, sent: Sent) -> None:
    """A form belongs to whom it was made for: who signs in over it later does not get it."""
    meant = sent.asked.get("_person", "")
    if meant and meant != who.actor.identity:
        raise KubikError("KBK4002", message("Another person opened this form. Open it anew."))


def leave_for_new(
    request: AnyRequest, who: Visit, entity: str, identity: int | None, sent: Sent
) -> Response[Any]:
    """Off to the form of a record that a link field needs; this form waits as a draft."""
    key = who.workspace.write(lambda tx: keep(tx, who, entity, identity, sent))
    with reading(request) as (now, tx):
        place = place_of(request, now, tx, entity, identity)
        to = new_address(place, sent, sent.asked["_create"], key) if key else None
        if to is None:
            opened = replace(place.opened(sent.was, sent.version, sent.asked), dirty=True)
            return place.page(place.desk(sent.filled), opened)
    return led_to(who, to)


def save(place: Place, values: Mapping[str, Any], sent: Sent) -> Saved:
    """The write itself, with which the draft ends. A form without changes changes nothing."""
    who, context, name, identity = place.who, place.manner.context, place.entity.name, place.id
    key, version = known_key(sent.asked.get("_draft", "")), sent.version

    def write(tx: Transaction) -> Saved:
        if key and who.actor.person is not None:
            drop_draft(tx, who.actor, key)
        if identity is None:
            return create(tx, who.actor, name, values, context=context)
        if not values:
            return Saved(id=identity, version=version or 0)
        return update(tx, who.actor, name, identity, values, if_version=version, context=context)

    return who.workspace.write(write)


def done(place: Place, saved: Saved, sent: Sent) -> Response[Any]:
    """Off to the card, to the next new record, or back to the form that waited for this one."""
    here, waiting = f"/e/{place.entity.name}", sent.asked.get("_for", "")
    to = f"{here}/new" if sent.asked.get("_do") == "again" else f"{here}/{saved.id}"
    key, _, pointer = waiting.partition(":")
    with place.who.workspace.read() as tx:
        other = alike(tx, place, saved.id, sent)
        kept = draft(tx, place.who.actor, key) if key and pointer and place.id is None else None
    if kept is not None:
        to = f"{address_of(kept)}?{urlencode({'draft': key, '_took': f'{pointer}:{saved.id}'})}"
    deed = "saved" if other is None else "alike"
    notice = leave_notice(place.who, deed, place.entity.name, other or saved.id)
    return led_to(place.who, to, notice)


def led_to(who: Visit, to: str, *cookies: Cookie) -> Response[Any]:
    """Another page, for htmx by its own header."""
    if who.htmx:
        return Response("", headers={"HX-Redirect": to}, cookies=list(cookies), media_type="text/html")
    return see_other(to, *cookies)


def not_saved(request: AnyRequest, place: Place, sent: Sent, error: KubikError) -> Response[Any]:
    """A refusal, in a fresh snapshot: the record may have changed, or be gone; what was typed stays in any case."""
    if error.status >= 500 and error.status != 503:
        raise error
    with reading(request) as (who, tx):
        now = replace(place, who=who, tx=tx)
        if error.code == "KBK3009" and place.id is not None:
            try:
                now = place_of(request, who, tx, place.entity.name, place.id)
            except KubikError as gone:
                return refused(now, sent, gone)
            return stale(now, sent, error)
        return refused(now, sent, error)


def refused(place: Place, sent: Sent, error: KubikError, remarks: Remarks | None = None) -> Response[Any]:
    """The form again: a summary on top, a message at each field, everything typed in its place."""
    why = refusal(error, place.who.texts)
    desk = replace(place.desk(sent.filled), told=replace(remarks or Remarks(), wrong=why.wrong))
    opened = replace(
        place.opened(sent.was, sent.version, sent.asked), dirty=True, problems=why.problems, detail=why.detail
    )
    return place.page(desk, opened, 422)


def stale(place: Place, sent: Sent, error: KubikError) -> Response[Any]:
    """The form with both changes merged, and the comparison where they clash; it now stands on the new version."""
    theirs = place.stored()
    merged = merge(sent.was, sent.filled, theirs)
    desk = place.desk(merged.filled)
    view = stale_view(desk, place.entity, merged, error.extra, place.who.zone)
    desk = replace(desk, told=Remarks(theirs=theirs_marks(desk, place.entity, merged, view.theirs)))
    opened = replace(place.opened(theirs, place.item.get("version"), sent.asked), dirty=True, stale=view)
    return place.page(desk, opened, 412)


class NewRecord(Controller):
    """A new record."""

    path = "/e/{entity:str}/new"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """The empty form."""
        return show_form(request, entity, None)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """The filled form."""
        return take_form(request, entity, None)


class ChangeRecord(Controller):
    """The change of a record."""

    path = "/e/{entity:str}/{identity:int}/edit"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """The form with the record in it."""
        return show_form(request, entity, identity)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """The changed form."""
        return take_form(request, entity, identity)


@get("/e/{entity:str}/options/{field_name:str}", sync_to_thread=True, include_in_schema=False)
def options_of_field(request: AnyRequest, entity: FromPath[str], field_name: FromPath[str]) -> Response[Any]:
    """What a link field offers for a typed text, under the reader's rights; the fields that narrow it come along."""
    with reading(request) as (who, tx):
        owner = tx.model.entities.get(entity)
        if owner is None:
            raise KubikError("KBK2006")
        manner = Manner(language=who.language, zone=who.zone)
        asked = {
            name: value for name, value in request.query_params.multi_items() if name not in ("q", "_to")
        }
        text = request.query_params.get("q", "").strip()[:200]
        values, to = internal_values(owner, asked, manner), request.query_params.get("_to")
        link = owner.by_name.get(field_name)
        places = (
            reached(tx.model, grants_of(tx.model, who.actor), link) if to == "" and link is not None else ()
        )
        items = []
        for place in places or (None,):  # of a link to any record: from all entities, some of each
            led, most = (
                (place.name, max(FEWEST, OPTIONS // len(places))) if place is not None else (to, OPTIONS)
            )
            what = {"of": place.label.in_language(who.language) or place.name} if place is not None else {}
            items += [
                {
                    "id": f"{led}:{one.id}" if led else one.id,
                    "title": title_words(one.title, one.id, who.texts),
                    **what,
                }
                for one in options(tx, who.actor, entity, field_name, text, values, most, led)
            ]
        if places and text:
            # the shortest is the nearest to what was typed
            items.sort(key=lambda each: len(str(each["title"])))
    return Response({"items": items})
