"""The pages of a form: open it, look up what was typed, hand it to `core.records`, show what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.options import options
from core.query.read import record, titles
from core.records import Saved, create, move, update
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading
from core.web.render import render, see_other
from metamodel.messages import message
from metamodel.model import Entity
from renderers.forms.comparison import stale_view, theirs_marks
from renderers.forms.defaults import opening
from renderers.forms.desk import Desk, Remarks
from renderers.forms.filled import Filled, Sent, differing, moved, read_sent, write_json
from renderers.forms.form import (
    Opened,
    editable_lists,
    form_view,
    merged_fields,
    refusal,
)  # fmt: skip
from renderers.forms.lists import every_name
from renderers.forms.lookups import internal_values, look_up
from renderers.forms.stale import choose, merge
from renderers.forms.texts import Manner, fill
from renderers.pages.cells import cells_of
from renderers.pages.notices import leave_notice
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words

OPTIONS = 20
_DEEDS = ("_add", "_remove", "_up", "_down")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A form in one request: who, in which snapshot, of which record (None: a new one)."""

    request: AnyRequest
    who: Visit
    tx: Transaction
    entity: Entity
    id: int | None
    item: Mapping[str, Any]
    title: str

    @property
    def manner(self) -> Manner:
        return Manner(language=self.who.language, zone=self.who.zone)

    def desk(self, filled: Filled) -> Desk:
        """What the fields are made with."""
        who = self.who
        return Desk(
            model=self.tx.model,
            grants=grants_of(self.tx.model, who.actor),
            action="create" if self.id is None else "update",
            cells=cells_of(who.site.templates.environment, who.texts, who.zone, self.tx.model),
            texts=who.texts,
            filled=filled,
            shown=self.item,
        )

    def stored(self) -> Filled:
        """The record as the content of a form; of a new one its defaults."""
        if self.id is None:
            return opening(self.entity, self.who.actor, self.manner, self.tx.now)
        return fill(merged_fields(self.tx.model, self.entity), self.item, self.manner, self.tx.model)

    def opened(self, was: Filled, version: int | None) -> Opened:
        return Opened(entity=self.entity, id=self.id, title=self.title, version=version, was=was)

    def page(self, desk: Desk, opened: Opened, status: int = 200) -> Response[Any]:
        """The form as a page, or for htmx as the part that takes its place."""
        form = form_view(desk, opened)
        if self.who.htmx:
            answer = render(self.who, "forms/_form.html", status=status, form=form)
        else:
            shell = make_shell(self.request, self.who, self.tx, self.entity.name)
            answer = render(self.who, "forms/page.html", status=status, form=form, shell=shell)
        answer.headers["Vary"] = "HX-Request, Cookie"
        return answer


def place_of(
    request: AnyRequest,
    who: Visit,
    tx: Transaction,
    entity: str,
    identity: int | None,
    action: str = "update",
) -> Place:
    """Where a form stands; KBK2006 when the record is not there for this person, KBK4002 when they may not write."""
    grants = grants_of(tx.model, who.actor)
    found = readable_entity(tx.model, grants, entity)
    if not grants.may(found.uid, "create" if identity is None else action):
        raise KubikError("KBK4002")
    item: Mapping[str, Any] = {}
    label = found.label.in_language(who.language) or found.name
    title = who.texts.render(message("{what}: create", what=label))
    if identity is not None:
        item, _ = record(tx, who.actor, found.name, identity, every_name(tx.model, grants, found))
        title = title_words(titles(tx, who.actor, found, (identity,))[identity].title, identity, who.texts)
    return Place(request=request, who=who, tx=tx, entity=found, id=identity, item=item, title=title)


def show_form(request: AnyRequest, entity: str, identity: int | None) -> Response[Any]:
    """An untouched form."""
    with reading(request) as (who, tx):
        place = place_of(request, who, tx, entity, identity)
        stored = place.stored()
        return place.page(place.desk(stored), place.opened(stored, place.item.get("version")))


def take_form(request: AnyRequest, entity: str, identity: int | None) -> Response[Any]:
    """A form that was sent: saved, or shown again with everything that was typed."""
    sent = read_sent(form_pairs(request))
    with reading(request) as (who, tx):
        place = place_of(request, who, tx, entity, identity)
        for deed in _DEEDS:
            if deed in sent.asked:
                again = moved(sent, deed, sent.asked[deed])
                opened = replace(place.opened(sent.was, sent.version), dirty=True)
                return place.page(place.desk(again.filled), opened)
        looked = look_up(tx.model, place.entity, sent.filled, partial(options, tx, who.actor), place.manner)
        choose(sent.filled, sent.was, sent.asked)
        if looked.problems:
            error = KubikError("KBK3005", errors=looked.problems)
            return refused(place, sent, error, Remarks(candidates=looked.candidates))
        values = differing(sent.filled, sent.was, editable_lists(place.desk(sent.filled), place.entity))
    try:
        saved = save(place, values, sent.version)
    except KubikError as error:
        return not_saved(request, place, sent, error)
    return done(place, saved, sent.asked.get("_do", "save"))


def save(place: Place, values: Mapping[str, Any], version: int | None) -> Saved:
    """The write itself. A form without changes changes nothing."""
    who, context, name = place.who, place.manner.context, place.entity.name
    identity = place.id
    if identity is None:
        return who.workspace.write(lambda tx: create(tx, who.actor, name, values, context=context))
    if not values:
        return Saved(id=identity, version=version or 0)
    return who.workspace.write(
        lambda tx: update(tx, who.actor, name, identity, values, if_version=version, context=context)
    )


def done(place: Place, saved: Saved, then: str) -> Response[Any]:
    """Off to the card, or to the next new record."""
    here = f"/e/{place.entity.name}"
    to = f"{here}/new" if then == "again" else f"{here}/{saved.id}"
    notice = leave_notice(place.who, "saved", place.entity.name, saved.id)
    if place.who.htmx:
        return Response("", headers={"HX-Redirect": to}, cookies=[notice], media_type="text/html")
    return see_other(to, notice)


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
        place.opened(sent.was, sent.version), dirty=True, problems=why.problems, detail=why.detail
    )
    return place.page(desk, opened, 422)


def stale(place: Place, sent: Sent, error: KubikError) -> Response[Any]:
    """The form with both changes merged, and the comparison where they clash; it now stands on the new version."""
    theirs = place.stored()
    merged = merge(sent.was, sent.filled, theirs)
    desk = place.desk(merged.filled)
    view = stale_view(desk, place.entity, merged, error.extra, place.who.zone)
    desk = replace(desk, told=Remarks(theirs=theirs_marks(desk, place.entity, merged, view.theirs)))
    opened = replace(place.opened(theirs, place.item.get("version")), dirty=True, stale=view)
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


@post("/e/{entity:str}/{identity:int}/stage", sync_to_thread=True, status_code=200, include_in_schema=False)
def move_record(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Another stage, pressed in the bar of a card; when it is refused, the form opens with what is missing."""
    asked = dict(form_pairs(request))
    with reading(request) as (who, tx):
        place = place_of(request, who, tx, entity, identity, "move")
        stages = place.entity.stages
        if stages is None:
            raise KubikError("KBK2006")
        field = place.entity.by_uid[stages.field]
        was = place.stored()
        version = Sent(filled=was, asked=asked).version
    to = asked.get("to", "")
    try:
        saved = who.workspace.write(
            lambda tx: move(
                tx, who.actor, entity, identity, to, if_version=version, context=place.manner.context
            )
        )
    except KubikError as error:
        now = Filled(values={**was.values, field.name: to}, titles=was.titles, rows=was.rows)
        written = {"_was": write_json(was), "_version": str(version or "")}
        return not_saved(request, place, Sent(filled=now, asked=written), error)
    return done(place, saved, "save")


@get("/e/{entity:str}/options/{field_name:str}", sync_to_thread=True, include_in_schema=False)
def options_of_field(request: AnyRequest, entity: FromPath[str], field_name: FromPath[str]) -> Response[Any]:
    """What a link field offers for a typed text, under the reader's rights; the fields that narrow it come along."""
    with reading(request) as (who, tx):
        owner = tx.model.entities.get(entity)
        if owner is None:
            raise KubikError("KBK2006")
        manner = Manner(language=who.language, zone=who.zone)
        asked = {name: value for name, value in request.query_params.multi_items() if name != "q"}
        text = request.query_params.get("q", "").strip()[:200]
        found = options(
            tx, who.actor, entity, field_name, text, internal_values(owner, asked, manner), OPTIONS
        )
    return Response(
        {"items": [{"id": link.id, "title": title_words(link.title, link.id, who.texts)} for link in found]}
    )
