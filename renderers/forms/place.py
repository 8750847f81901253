"""Where a form stands in one request: who, in which snapshot, of which record; and the page it is drawn on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.read import record, titles
from core.records import standing
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit
from core.web.render import render
from metamodel.messages import message
from metamodel.model import Entity
from renderers.forms.body import section_conditions
from renderers.forms.defaults import opening
from renderers.forms.desk import Desk
from renderers.forms.draft_keys import new_key
from renderers.forms.filled import Filled
from renderers.forms.form import Opened, form_view, merged_fields
from renderers.forms.lists import every_name
from renderers.forms.live_needs import is_live
from renderers.forms.texts import Manner, fill
from renderers.pages.cells import cells_of
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words


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

    @property
    def address(self) -> str:
        """Where the form is opened."""
        here = f"/e/{self.entity.name}"
        return f"{here}/new" if self.id is None else f"{here}/{self.id}/edit"

    def desk(self, filled: Filled) -> Desk:
        """What the fields are made with."""
        who = self.who
        desk = Desk(
            model=self.tx.model,
            grants=grants_of(self.tx.model, who.actor),
            action="create" if self.id is None else "update",
            cells=cells_of(who.site.templates.environment, who.texts, who.zone, self.tx.model),
            texts=who.texts,
            filled=filled,
            shown=self.item,
        )
        if self.id is None:
            return desk
        sections = section_conditions(desk, self.entity)
        return replace(
            desk, standing=standing(self.tx, who.actor, self.entity, (self.id,), sections)[self.id]
        )

    def stored(self) -> Filled:
        """The record as the content of a form; of a new one its defaults."""
        if self.id is None:
            return opening(self.entity, self.who.actor, self.manner, self.tx.now)
        return fill(merged_fields(self.tx.model, self.entity), self.item, self.manner, self.tx.model)

    def opened(self, was: Filled, version: int | None, asked: Mapping[str, str] | None = None) -> Opened:
        """The form as it is to be drawn; ``asked`` is what an earlier one of it sent along."""
        sent = asked or {}
        return Opened(
            entity=self.entity,
            id=self.id,
            title=self.title,
            version=version,
            was=was,
            draft=sent.get("_draft") or new_key(),
            identity=self.who.actor.identity,
            goes_back=sent.get("_for", ""),
        )

    def page(self, desk: Desk, opened: Opened, status: int = 200) -> Response[Any]:
        """The form as a page, or for htmx as the part that takes its place."""
        if is_live(desk, self.entity):
            opened = replace(opened, live=f"/e/{self.entity.name}/recalculate")
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
