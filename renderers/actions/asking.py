"""What an action asks as a form: the same fields and widgets as of a record, with first values from the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from litestar import Response

from core.access.grants import Coverage, Grants, grants_of
from core.errors import KubikError
from core.query.options import options
from core.query.query import Link
from core.query.read import titles
from core.records import inputs_shown
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit
from metamodel.actions import Action
from metamodel.fields.link_any import AnyLink
from metamodel.model import Entity, Field
from renderers.actions.buttons import ICON
from renderers.actions.view import ActionForm
from renderers.forms.body import tabs
from renderers.forms.desk import Desk, Remarks
from renderers.forms.filled import Filled, Sent
from renderers.forms.form import Opened, holds_files, refusal, summary_of
from renderers.forms.lookups import Looked, look_up
from renderers.forms.texts import Manner, put
from renderers.forms.view import FormTab, Widget
from renderers.pages.cells import cells_of
from renderers.pages.framed import asked_page
from renderers.pages.icons import icon_name
from renderers.pages.titles import title_words


class AskedGrants(Grants):
    """The person's grants, with everything that the action itself asks laid open."""

    def writable(self, entity: str, action: str) -> Mapping[str, Coverage]:
        asked = _open(self.model, entity)
        return super().writable(entity, action) if asked is None else asked

    def readable(self, entity: str) -> Mapping[str, Coverage]:
        asked = _open(self.model, entity)
        return super().readable(entity) if asked is None else asked


def _open(model: Any, entity: str) -> Mapping[str, Coverage] | None:
    """What an action asks, which may be nothing; None for an entity."""
    action = model.action_by_uid.get(entity.removesuffix(".input")) if entity.endswith(".input") else None
    return None if action is None else {field.uid: "always" for field in action.form.fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """An action before it runs, in one request: who, in which snapshot, on which record (None: above a list)."""

    request: AnyRequest
    who: Visit
    tx: Transaction
    entity: Entity
    id: int | None
    action: Action
    first: Filled
    title: str

    @property
    def manner(self) -> Manner:
        return Manner(language=self.who.language, zone=self.who.zone)

    @property
    def here(self) -> str:
        """Where the action stands: the card, or the list."""
        return f"/e/{self.entity.name}" + ("" if self.id is None else f"/{self.id}")

    @property
    def address(self) -> str:
        return f"{self.here}/run/{self.action.name}"

    def looked(self, filled: Filled) -> Looked:
        """Links that were typed as text, found among what the input offers."""
        offers = partial(options, self.tx, self.who.actor, form=self.action.form)
        return look_up(self.tx.model, self.action.form, filled, offers, self.manner)

    def laid(self, filled: Filled, told: Remarks) -> tuple[FormTab, ...]:
        """The inputs as they are drawn."""
        return tuple(self._sourced(tab) for tab in tabs(self._desk(filled, told), self.action.form))

    def page(
        self, filled: Filled, error: KubikError | None = None, remarks: Remarks | None = None
    ) -> Response[Any]:
        """The form as a page, or for a dialog as the part that takes its place."""
        why = refusal(error, self.who.texts) if error else None
        told = replace(remarks or Remarks(), wrong=why.wrong if why else {})
        desk, laid = self._desk(filled, told), self.laid(filled, told)
        opened = Opened(entity=self.action.form, id=None, title="", version=None, was=filled)
        if why is not None:
            opened = replace(opened, problems=why.problems, detail=why.detail)
        language = self.who.language
        form = ActionForm(
            action=self.address,
            title=self.action.label.in_language(language) or self.action.name,
            about=self.title,
            help=self._words(self.action.help),
            confirm=self._words(self.action.confirm),
            icon=icon_name(self.action.icon, ICON),
            list_label=self.entity.label_many.in_language(language) or self.entity.name,
            list_href=f"/e/{self.entity.name}",
            cancel_href=self.here,
            tabs=laid,
            files=holds_files(laid),
            summary=summary_of(desk, opened, laid) if why else None,
        )
        status = error.status if error else 200
        name = self.entity.name
        return asked_page(self.request, self.who, self.tx, name, "actions/_form.html", form, status)

    def _words(self, label: Any) -> str:
        return (label.in_language(self.who.language) or "") if label is not None else ""

    def _desk(self, filled: Filled, told: Remarks) -> Desk:
        grants = grants_of(self.tx.model, self.who.actor)
        asked = AskedGrants(
            model=grants.model,
            key=grants.key,
            everything=grants.everything,
            own=grants.own,
            narrowing=grants.narrowing,
        )
        cells = cells_of(self.who.site.templates.environment, self.who.texts, self.who.zone, self.tx.model)
        return Desk(
            model=self.tx.model, grants=asked, action="create", cells=cells, texts=self.who.texts,
            filled=filled, told=told,
        )  # fmt: skip

    def _sourced(self, tab: FormTab) -> FormTab:
        """The tab whose drop-downs ask the action what they offer, and make no records of their own."""
        groups = (
            replace(group, widgets=tuple(self._own(widget) for widget in group.widgets))
            for group in tab.groups
        )
        return replace(tab, groups=tuple(groups))

    def _own(self, widget: Widget) -> Widget:
        if not widget.source:
            return widget
        source = f"{self.address}/options/{widget.source.rpartition('/')[2]}"
        return replace(widget, source=source, more={**widget.more, "creates": False})


def asking(
    request: AnyRequest, who: Visit, tx: Transaction, entity: str, id: int | None, name: str
) -> Asking:
    """An action that the person may run here now; refuses as running it would."""
    action, first = inputs_shown(tx, who.actor, entity, id, name)
    found = tx.model.entities[entity]
    manner = Manner(language=who.language, zone=who.zone)
    filled = Filled()
    for field in action.form.fields:
        value = first.get(field.uid)
        if value is not None:
            put(filled, field, _shown(tx, who, field, value, manner), manner)
    title = ""
    if id is not None:
        title = title_words(titles(tx, who.actor, found, (id,))[id].title, id, who.texts)
    return Asking(
        request=request, who=who, tx=tx, entity=found, id=id, action=action, first=filled, title=title
    )


def _shown(tx: Transaction, who: Visit, field: Field, value: Any, manner: Manner) -> Any:
    """A value of the engine as a page has it."""
    if field.choices:
        choice = field.choice(value) if isinstance(value, str) else None
        return choice.name if choice else value
    if field.target and isinstance(value, int):
        link = titles(tx, who.actor, tx.model.entity_by_uid[field.target], (value,))[value]
        return (
            Link(id=link.id, title=title_words(link.title, link.id or 0, manner.words)) if link.id else None
        )
    return None if isinstance(value, AnyLink) else value


def sent_inputs(action: Action, sent: Sent) -> dict[str, Any]:
    """The inputs as they were filled in: every field that the form held, empty ones too."""
    return {name: text for name, text in sent.filled.values.items() if name in action.form.by_name}
