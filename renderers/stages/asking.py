"""What a move asks as a form: the fields that the trial of it finds missing, with the widgets of a record's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response

from core.access.grants import Coverage, Grants
from core.errors import KubikError
from core.records.moves import targets
from core.records.moving import asked_of, stage_named
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit
from core.web.render import safe_next
from metamodel.errors import Problem
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from metamodel.stages import Stage, Stages
from renderers.forms.body import beside, spread, widget
from renderers.forms.desk import Desk, Remarks
from renderers.forms.filled import Filled
from renderers.forms.form import Opened, refusal, summary_of
from renderers.forms.place import Place, place_of
from renderers.forms.view import FormGroup, FormTab, Widget
from renderers.pages.framed import asked_page
from renderers.pages.tones import tone_of
from renderers.stages.view import MoveForm, StagePill

OF_A_FIELD = frozenset(
    ("KBK3001", "KBK3002", "KBK3003", "KBK3005", "KBK3006", "KBK3007", "KBK3010", "KBK3015")
)
"""Faults that another value of the field puts right."""
FILES = ("file", "image", "files")


class MoverGrants(Grants):
    """The person's grants, in which what a grant of moving covers can be typed, too."""

    def writable(self, entity: str, action: str) -> Mapping[str, Coverage]:
        return {**super().writable(entity, "move"), **super().writable(entity, action)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A move before it is made, in one request: of which record, to which stage (None: not said yet)."""

    place: Place
    stages: Stages
    source: Stage | None
    target: Stage | None
    asked: Mapping[str, str]
    """What the address or the form sent along: ``to``, ``_back``, ``_stay``, ``_version``."""

    @property
    def who(self) -> Visit:
        return self.place.who

    @property
    def entity(self) -> Entity:
        return self.place.entity

    @property
    def here(self) -> str:
        """The card."""
        return f"/e/{self.entity.name}/{self.place.id}"

    @property
    def back(self) -> str:
        """Where the move leads to when it is made."""
        return safe_next(self.asked["_back"]) if self.asked.get("_back") else self.here

    def named(self, stage: Stage) -> str:
        """The stage as an address names it: with its pipeline where another one has the name, too."""
        if self.stages.named(stage.name, self.source.uid if self.source else None) == stage:
            return stage.name
        pipeline = self.stages.pipeline_of(stage.uid)
        return f"{pipeline.name}.{stage.name}" if pipeline else stage.name

    def pill(self, stage: Stage | None) -> StagePill | None:
        """A stage for the template."""
        if stage is None:
            return None
        label = stage.label.in_language(self.who.language) or stage.name
        return StagePill(name=self.named(stage), label=label, tone=tone_of(stage.color))

    def fields(self, error: KubikError | None, named: Iterable[str]) -> tuple[Field, ...]:
        """What is asked: the fields at fault and those that the form held already, in the order of the entity."""
        wanted = {*named, *(_name(p) for p in (error.errors if error else ()) if p.code in OF_A_FIELD)}
        stage = self.entity.by_uid[self.stages.field].name
        return tuple(f for f in self.entity.fields if f.name in wanted and f.name != stage and f.writable)

    def page(
        self, filled: Filled, error: KubikError | None, named: Sequence[str] = (), *, tried: bool = False,
        remarks: Remarks | None = None, status: int = 0,
    ) -> Response[Any]:  # fmt: skip
        """The dialog as a page, or for htmx as the part that takes its place.

        ``tried`` says that nobody sent it yet: what is missing is asked then, not told as a fault.
        """
        fields = self.fields(error, named)
        inside = {f.name for f in fields}
        beyond = [
            p for p in (error.errors if error else ()) if _name(p) not in inside or p.code not in OF_A_FIELD
        ]
        desk = self._desk(filled, fields, None if tried else error, remarks)
        widgets = tuple(self._widgets(desk, fields))
        form = self._form(desk, fields, widgets, error, beyond, tried=tried)
        status = status or (200 if tried or error is None else error.status)
        place, name = self.place, self.entity.name
        return asked_page(place.request, self.who, place.tx, name, "stages/_form.html", form, status)

    def _desk(
        self, filled: Filled, fields: Sequence[Field], error: KubikError | None, remarks: Remarks | None
    ) -> Desk:
        wrong = refusal(error, self.who.texts).wrong if error else {}
        told = replace(remarks or Remarks(), wrong={**wrong, **(remarks.wrong if remarks else {})})
        desk = self.place.desk(filled)
        own = desk.grants
        grants = MoverGrants(
            model=own.model, key=own.key, everything=own.everything, own=own.own, narrowing=own.narrowing
        )
        return replace(desk, grants=grants, told=told)

    def _widgets(self, desk: Desk, fields: Sequence[Field]) -> Iterable[Widget]:
        """The fields two in a row; each is required here, and stands whatever the card's conditions say."""
        made = [
            w
            for w in (widget(desk, self.entity, field) for field in fields)
            if w is not None and not w.locked
        ]
        plain = [
            replace(
                w, required=True, required_if="", live_asked=False, visible_if="", live_shown=False, hidden=False,
                followed=None, follows="", more={**w.more, "creates": False},
            )
            for w in made
        ]  # fmt: skip
        rows = [[w] if w.wide else None for w in plain]
        if len(plain) == 1 or any(rows):
            return [replace(w, span="start span6") for w in plain]
        pairs = (plain[start : start + 2] for start in range(0, len(plain), 2))
        return beside([spread(list(pair)) for pair in pairs])

    def _form(
        self, desk: Desk, fields: Sequence[Field], widgets: tuple[Widget, ...], error: KubikError | None,
        beyond: Sequence[Problem], *, tried: bool,
    ) -> MoveForm:  # fmt: skip
        texts, language = self.who.texts, self.who.language
        target = self.pill(self.target)
        title = message("Move to another stage")
        if target is not None:
            title = message("Move to “{stage}”", stage=target.label)
        required = asked_of(self.entity, self.named(self.target)) if self.target else ()
        there = [f for f in required if f not in fields and f.uid in desk.grants.readable(self.entity.uid)]
        left = ""
        if required and fields:
            most = max(len(required), len(fields))
            words = message("{left} of {all} fields left to fill in", left=len(fields), all=most)
            left = texts.render(words)
        whole = error.detail if error is not None and not error.errors else None
        told = [texts.render(each) for each in ([whole] if whole else [p.message for p in beyond])]
        return MoveForm(
            action=f"{self.here}/move",
            title=texts.render(title),
            about=self.place.title,
            source=self.pill(self.source),
            target=target,
            targets=() if target else self._targets(),
            left=left,
            help=(self.target.help.in_language(language) or "") if self.target and self.target.help else "",
            filled=texts.render(self._filled(there)) if there else "",
            blocked=". ".join(dict.fromkeys(told)) if tried else "",
            widgets=widgets,
            asked=",".join(f.name for f in fields),
            version=self.asked.get("_version") or str(self.place.item.get("version") or ""),
            back=self.asked.get("_back", ""),
            stay=bool(self.asked.get("_stay")),
            notice=bool(self.asked.get("_notice")),
            files=any(w.kind in FILES for w in widgets),
            list_label=self.entity.label_many.in_language(language) or self.entity.name,
            list_href=f"/e/{self.entity.name}",
            cancel_href=self.back,
            summary=self._summary(desk, widgets, error) if error is not None and not tried else None,
        )

    def _summary(self, desk: Desk, widgets: tuple[Widget, ...], error: KubikError) -> Any:
        """What is wrong, above the form."""
        opened = Opened(
            entity=self.entity, id=self.place.id, title="", version=None, was=Filled(), problems=error.errors,
            detail="" if error.errors else self.who.texts.render(error.detail),
        )  # fmt: skip
        group = FormGroup(
            id="move",
            label="",
            help="",
            collapsed=False,
            visible_if="",
            live=False,
            hidden=False,
            widgets=widgets,
        )
        made = summary_of(desk, opened, (FormTab(id="move", label="", groups=(group,), wrong=0),))
        return replace(made, title=self.who.texts.render(message("Not moved")))

    def _filled(self, fields: Sequence[Field]) -> Message:
        names: Message | None = None
        for each in fields:
            label = message("{text}", text=each.label)
            names = label if names is None else message("{first}, {second}", first=names, second=label)
        return message("Filled in already: {fields}", fields=names or "")

    def _targets(self) -> tuple[StagePill, ...]:
        found = targets(
            self.place.tx.model, self.who.actor, self.entity, self.source.uid if self.source else None
        )
        return tuple(pill for stage in found if (pill := self.pill(stage)) is not None)


def _name(problem: Problem) -> str:
    """The field of the record that a fault is at or in."""
    return problem.pointer.removeprefix("/").partition("/")[0].replace("~1", "/").replace("~0", "~")


def asking(
    request: AnyRequest, who: Visit, tx: Transaction, entity: str, id: int, asked: Mapping[str, str]
) -> Asking:
    """A move that is asked about; KBK2006 when the record is not there for this person, KBK4002 when they move none."""
    place = place_of(request, who, tx, entity, id, "move")
    stages = place.entity.stages
    if stages is None or stages.field not in grants_readable(place):
        raise KubikError("KBK3011", message("{entity}: records have no stages", entity=place.entity.label))
    field = place.entity.by_uid[stages.field]
    current = place.item.get(field.name)
    source = stages.named(str(current)) if current is not None else None
    target = None
    if asked.get("to"):
        stage_named(stages, asked["to"])
        target = stages.named(asked["to"], source.uid if source else None)
    return Asking(place=place, stages=stages, source=source, target=target, asked=asked)


def grants_readable(place: Place) -> Mapping[str, Coverage]:
    """The fields of the record's entity that the person may read somewhere."""
    return place.desk(Filled()).grants.readable(place.entity.uid)
