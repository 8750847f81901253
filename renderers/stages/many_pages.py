"""Moving the records that were chosen in a list: where to, what those that lack it are given, who stayed and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.options import options
from core.query.read import titles
from core.records import Moved, move_many, take_back_many
from core.records.moves import targets
from core.records.moving import MOST, asked_of
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, safe_next
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.stages import Stages
from metamodel.text import number_of
from renderers.forms.body import widget
from renderers.forms.desk import Desk, Remarks
from renderers.forms.filled import Filled, read_sent
from renderers.forms.lookups import look_up
from renderers.forms.texts import Manner
from renderers.forms.view import Widget
from renderers.pages.cells import cells_of
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words
from renderers.pages.tones import tone_of
from renderers.stages.asking import MoverGrants
from renderers.stages.view import ManyForm, StagePill, Stayed

SHOWN = 200
"""Records that stayed, as many as are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A move of many in one request."""

    request: AnyRequest
    who: Visit
    tx: Transaction
    entity: Entity
    stages: Stages
    ids: tuple[int, ...]
    to: str
    back: str

    @property
    def manner(self) -> Manner:
        return Manner(language=self.who.language, zone=self.who.zone)

    def fields(self) -> tuple[Field, ...]:
        """What the stage requires; child rows belong to one record and are not asked of many."""
        return tuple(f for f in asked_of(self.entity, self.to) if f.type.name != "children")

    def page(
        self, filled: Filled, remarks: Remarks | None = None, result: Moved | None = None, *,
        undone: bool = False, status: int = 200,
    ) -> Response[Any]:  # fmt: skip
        """The form, or what became of the move."""
        texts, language = self.who.texts, self.who.language
        target = self.stages.named(self.to) if self.to else None
        form = ManyForm(
            action=f"/e/{self.entity.name}/move",
            title=texts.render(message("Move to another stage")),
            count=texts.render(message("Records chosen: {count}", count=len(self.ids))),
            ids=self.ids,
            targets=self._targets(),
            to=self.to,
            target=_pill(target, self.to, language) if target else None,
            help=(target.help.in_language(language) or "") if target and target.help else "",
            widgets=tuple(self._widgets(filled, remarks)) if target else (),
            asked=",".join(f.name for f in self.fields()) if target else "",
            back=self.back,
            list_label=self.entity.label_many.in_language(language) or self.entity.name,
            list_href=self.back,
        )
        if result is not None:
            words = message("Moved: {moved} of {all}", moved=len(result.moved), all=len(self.ids))
            if undone:
                words = message("Taken back: {moved} of {all}", moved=len(result.moved), all=len(self.ids))
            form = replace(
                form,
                moved=texts.render(words),
                stayed=tuple(self._stayed(result)),
                undo="" if undone else ",".join(str(saved.id) for saved in result.moved),
            )
        shell = make_shell(self.request, self.who, self.tx, self.entity.name)
        return render(self.who, "stages/many.html", status=status, form=form, shell=shell)

    def _targets(self) -> tuple[StagePill, ...]:
        """Every stage that some record could go to: which of these do is found out when they are moved."""
        found: dict[str, StagePill] = {}
        for pipeline in self.stages.pipelines:
            for stage in pipeline.stages:
                for each in targets(self.tx.model, self.who.actor, self.entity, stage.uid):
                    first = self.stages.named(each.name) == each
                    owner = self.stages.pipeline_of(each.uid)
                    name = each.name if first or owner is None else f"{owner.name}.{each.name}"
                    found[each.uid] = _pill(each, name, self.who.language)
        order = [stage.uid for pipeline in self.stages.pipelines for stage in pipeline.stages]
        return tuple(found[uid] for uid in order if uid in found)

    def _widgets(self, filled: Filled, remarks: Remarks | None) -> list[Widget]:
        own = grants_of(self.tx.model, self.who.actor)
        grants = MoverGrants(
            model=own.model, key=own.key, everything=own.everything, own=own.own, narrowing=own.narrowing
        )
        desk = Desk(
            model=self.tx.model, grants=grants, action="update", texts=self.who.texts, filled=filled,
            cells=cells_of(self.who.site.templates.environment, self.who.texts, self.who.zone, self.tx.model),
            told=remarks or Remarks(),
        )  # fmt: skip
        made = [widget(desk, self.entity, field) for field in self.fields()]
        return [
            replace(
                w, required=False, required_if="", live_asked=False, visible_if="", live_shown=False, hidden=False,
                span="start span6", followed=None, follows="", more={**w.more, "creates": False},
            )
            for w in made
            if w is not None and not w.locked
        ]  # fmt: skip

    def _stayed(self, result: Moved) -> list[Stayed]:
        shown = result.refused[:SHOWN]
        named = titles(self.tx, self.who.actor, self.entity, tuple(each.id for each in shown))
        texts = self.who.texts
        return [
            Stayed(
                title=title_words(named[each.id].title if each.id in named else None, each.id, texts),
                href=f"/e/{self.entity.name}/{each.id}",
                why=tuple(texts.render(p.message) for p in each.why.errors)
                or (texts.render(each.why.detail),),
            )
            for each in shown
        ]


def _pill(stage: Any, name: str, language: str) -> StagePill:
    return StagePill(
        name=name, label=stage.label.in_language(language) or stage.name, tone=tone_of(stage.color)
    )


def _many(
    request: AnyRequest, who: Visit, tx: Transaction, entity: str, pairs: Sequence[tuple[str, str]]
) -> Many:
    """What was chosen; KBK3011 when the person may know of no stages, KBK2000 when nothing was chosen."""
    grants = grants_of(tx.model, who.actor)
    found = readable_entity(tx.model, grants, entity)
    if found.stages is None or found.stages.field not in grants.readable(found.uid):
        raise KubikError("KBK3011", message("{entity}: records have no stages", entity=found.label))
    if not grants.may(found.uid, "move"):
        raise KubikError("KBK4002")
    written = [v for n, v in pairs if n == "id"] + [
        v for n, text in pairs if n == "ids" for v in text.split(",")
    ]
    ids = tuple(dict.fromkeys(id for v in written if (id := number_of(v)) is not None))
    if not ids:
        raise KubikError("KBK2000", message("Choose records in the list first."))
    if len(ids) > MOST:
        raise KubikError("KBK2005", message("at most {most} records are moved at once", most=MOST))
    asked = dict(pairs)
    back = safe_next(asked["_back"]) if asked.get("_back") else f"/e/{found.name}"
    to = asked.get("to", "")
    to = to if found.stages.named(to) is not None else ""
    return Many(request=request, who=who, tx=tx, entity=found, stages=found.stages, ids=ids, to=to, back=back)


class MoveMany(Controller):
    """The move of records chosen in a list."""

    path = "/e/{entity:str}/move"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """Where they are to go, and what the stage requires."""
        with reading(request) as (who, tx):
            return _many(request, who, tx, entity, list(request.query_params.multi_items())).page(Filled())

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """Move them; or take back what was moved."""
        who, pairs = visit(request), form_pairs(request)
        asked = dict(pairs)

        def action(tx: Transaction) -> Response[Any]:
            found = _many(request, who, tx, entity, pairs)
            if asked.get("_undo"):
                return found.page(
                    Filled(), result=take_back_many(tx, who.actor, entity, found.ids), undone=True
                )
            if not found.to or asked.get("_choose"):
                return found.page(Filled())
            sent = read_sent(pairs)
            looked = look_up(
                tx.model, found.entity, sent.filled, partial(options, tx, who.actor), found.manner
            )
            if looked.problems:
                wrong = {p.pointer: who.texts.render(p.message) for p in looked.problems}
                return found.page(sent.filled, Remarks(wrong=wrong, candidates=looked.candidates), status=422)
            known = {f.name for f in found.fields()}
            values = {name: text for name, text in sent.filled.values.items() if name in known and text}
            done = move_many(tx, who.actor, entity, found.ids, found.to, values, context=found.manner.context)
            return found.page(sent.filled, result=done)

        return who.workspace.write(action)
