"""What a deed asks: the fields with their new values, the stage, the inputs of an action; from a form and back into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from core.errors import KubikError
from core.query.options import options
from core.records.bulk import Order, chosen_ids
from core.records.moves import targets
from core.records.moving import asked_of
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit
from metamodel.messages import message
from metamodel.model import Field
from renderers.actions.asking import Asking as ActionAsking
from renderers.actions.asking import asking as action_asking
from renderers.forms.desk import Desk, Remarks, html_id
from renderers.forms.filled import Sent, read_sent
from renderers.forms.lookups import Looked, look_up
from renderers.forms.texts import Manner
from renderers.forms.view import Widget
from renderers.forms.widgets.base import widget_kind
from renderers.forms.widgets.control import control
from renderers.grid.bulk.chosen import Chosen, Pairs, read_chosen
from renderers.grid.bulk.deeds import bulk_fields
from renderers.grid.bulk.view import Asked, Line
from renderers.pages.cells import cells_of
from renderers.pages.tones import tone_of
from renderers.stages.asking import MoverGrants
from renderers.stages.view import StagePill

TRIED = 20
"""Records on which an action is looked for, so that its form can be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A deed on what was chosen, in one request: ``deed`` and its object (a field, a stage, an action)."""

    request: AnyRequest
    who: Visit
    tx: Transaction
    chosen: Chosen
    deed: str
    named: tuple[str, ...]
    """Of ``update`` the names of the fields that are changed."""
    to: str
    action: str
    sent: Sent

    @property
    def manner(self) -> Manner:
        return Manner(language=self.who.language, zone=self.who.zone)

    def fields(self) -> tuple[Field, ...]:
        """The fields that are asked: those chosen, or what the stage requires."""
        if self.deed == "move":
            asked = asked_of(self.chosen.entity, self.to) if self.to else ()
            return tuple(f for f in asked if f.type.name != "children")
        return tuple(f for f in self.open_fields() if f.name in self.named)

    def open_fields(self) -> tuple[Field, ...]:
        """The fields that may be chosen."""
        return bulk_fields(self.chosen.grants, self.chosen.entity)

    def looked(self) -> Looked:
        """Links that were typed as text are found."""
        if self.deed == "run":
            running = self.running()
            return running.looked(self.sent.filled) if running is not None else Looked()
        offers = partial(options, self.tx, self.who.actor)
        return look_up(self.tx.model, self.chosen.entity, self.sent.filled, offers, self.manner)

    def order(self) -> Order:
        """The order for the engine."""
        texts = self.sent.filled.values
        if self.deed == "run":
            running = self.running()
            known = {f.name for f in running.action.form.fields} if running is not None else set()
            values = {name: text for name, text in texts.items() if name in known and text}
        else:
            values = {f.name: texts.get(f.name, "") for f in self.fields()}
        if self.deed == "move":
            values = {name: text for name, text in values.items() if text}
        return Order(
            entity=self.chosen.entity.name, deed=self.deed, choice=self.chosen.choice, values=values,  # type: ignore[arg-type]
            modes=self.modes(), to=self.to, action=self.action, language=self.who.language, zone=self.who.zone.key,
        )  # fmt: skip

    def modes(self) -> dict[str, str]:
        """How values are joined, of the fields that hold several."""
        several = (f for f in self.fields() if self.deed == "update" and is_several(f))
        modes = {f.name: self.sent.asked.get(f"_mode:{f.name}", "") for f in several}
        return {name: mode for name, mode in modes.items() if mode in ("add", "remove")}

    def running(self) -> ActionAsking | None:
        """The form of the action, drawn for the first of the chosen records on which it can be run."""
        order = Order(entity=self.chosen.entity.name, deed="run", choice=self.chosen.choice)
        for id in chosen_ids(self.tx, self.who.actor, order, 0, TRIED):
            try:
                return action_asking(
                    self.request, self.who, self.tx, self.chosen.entity.name, id, self.action
                )
            except KubikError as error:
                if error.code not in ("KBK3017", "KBK4002"):
                    raise
        return None

    def widgets(self, remarks: Remarks) -> Iterator[Asked]:
        """The fields with their widgets; required is nothing here: what is left empty is emptied."""
        own = self.chosen.grants
        grants = MoverGrants(
            model=own.model, key=own.key, everything=own.everything, own=own.own, narrowing=own.narrowing
        )
        desk = Desk(
            model=self.tx.model, grants=grants, action="update", texts=self.who.texts, filled=self.sent.filled,
            cells=cells_of(self.who.site.templates.environment, self.who.texts, self.who.zone, self.tx.model),
            told=remarks,
        )  # fmt: skip
        for field in self.fields():
            pointer = f"/{field.name}"
            made = control(desk, self.chosen.entity, field, desk.filled, pointer, html_id(pointer))
            plain: Widget = replace(
                made, required=False, followed=None, again=None, follows="", more={**made.more, "creates": False}
            )  # fmt: skip
            yield Asked(
                name=field.name, widget=plain, several=self.deed == "update" and is_several(field),
                mode=self.modes().get(field.name, ""),
            )  # fmt: skip

    def lines(self) -> Iterator[Line]:
        """What is going to stand in the fields, in words."""
        running = self.running() if self.deed == "run" else None
        fields = running.action.form.fields if running is not None else self.fields()
        for field in fields:
            text = self.sent.filled.values.get(field.name, "")
            if self.deed != "update" and not text:
                continue
            label = field.label.in_language(self.who.language) or field.name
            mode = self.modes().get(field.name, "")
            yield Line(label=label, value=self._shown(field, text), empty=not text and not mode, mode=mode)

    def _shown(self, field: Field, text: str) -> str:
        title = self.sent.filled.titles.get(field.name)
        if title:
            return title.replace("\n", ", ")
        kind = widget_kind(field.type.widget)
        desk = Desk(
            model=self.tx.model, grants=self.chosen.grants, action="update", texts=self.who.texts,
            filled=self.sent.filled,
            cells=cells_of(self.who.site.templates.environment, self.who.texts, self.who.zone, self.tx.model),
        )  # fmt: skip
        return kind.words(desk, field, text) if text else ""

    def carried(self) -> Iterator[tuple[str, str]]:
        """What was filled in, as hidden fields of the next step."""
        yield ("do", f"run:{self.action}" if self.deed == "run" else self.deed)
        if self.to:
            yield ("to", self.to)
        for name in self.named:
            yield ("field", name)
        for name, mode in self.modes().items():
            yield (f"_mode:{name}", mode)
        asked = self.running().action.form.fields if self.deed == "run" and self.running() else self.fields()  # type: ignore[union-attr]
        for field in asked:
            yield from self._carried(field)

    def _carried(self, field: Field) -> Iterator[tuple[str, str]]:
        text = self.sent.filled.values.get(field.name, "")
        title = self.sent.filled.titles.get(field.name, "")
        if widget_kind(field.type.widget).many:
            yield (f"/{field.name}[]", "")
            for each in text.split("\n") if text else ():
                yield (f"/{field.name}[]", each)
            for each in title.split("\n") if title else ():
                yield (f"/{field.name}[]~was", each)
            return
        yield (f"/{field.name}", text)
        if title:
            yield (f"/{field.name}~was", title)
            yield (f"/{field.name}~text", title)

    def targets(self) -> tuple[StagePill, ...]:
        """Every stage that some record could go to."""
        stages = self.chosen.entity.stages
        if stages is None:
            return ()
        found: dict[str, StagePill] = {}
        for pipeline in stages.pipelines:
            for stage in pipeline.stages:
                for each in targets(self.tx.model, self.who.actor, self.chosen.entity, stage.uid):
                    found[each.uid] = self.pill(each.uid)
        order = [stage.uid for pipeline in stages.pipelines for stage in pipeline.stages]
        return tuple(found[uid] for uid in order if uid in found)

    def pill(self, uid: str) -> StagePill:
        """A stage for the template, named with its pipeline where another one has the name, too."""
        stages = self.chosen.entity.stages
        assert stages is not None
        stage, owner = stages.stage(uid), stages.pipeline_of(uid)
        assert stage is not None
        first = stages.named(stage.name) == stage
        name = stage.name if first or owner is None else f"{owner.name}.{stage.name}"
        label = stage.label.in_language(self.who.language) or stage.name
        return StagePill(name=name, label=label, tone=tone_of(stage.color))


def is_several(field: Field) -> bool:
    """Whether a field holds several values, to which some can be put."""
    return field.listed or field.type.name == "choices"


def asking(request: AnyRequest, who: Visit, tx: Transaction, entity: str, pairs: Pairs) -> Asking:
    """What a form asks for; KBK2000 for a deed that there is none of, KBK2006 for an entity out of sight."""
    asked: Mapping[str, str] = dict(pairs)
    deed, _, object_ = asked.get("do", "").partition(":")
    if deed not in ("update", "delete", "restore", "move", "run"):
        raise KubikError("KBK2000", message("The form is not well-formed."))
    named = [text for name, text in pairs if name in ("field", "_add") and text]
    if deed == "update" and object_:
        named.append(object_)
    chosen = read_chosen(who, tx, entity, pairs)
    to = asked.get("to", "") if deed == "move" else ""
    stages = chosen.entity.stages
    if deed == "move" and (stages is None or stages.field not in chosen.grants.readable(chosen.entity.uid)):
        raise KubikError("KBK3011", message("{entity}: records have no stages", entity=chosen.entity.label))
    if to and (stages is None or stages.named(to) is None):
        to = ""
    return Asking(
        request=request, who=who, tx=tx, chosen=chosen, deed=deed, to=to,
        named=tuple(dict.fromkeys(named)), action=object_ if deed == "run" else "", sent=read_sent(pairs),
    )  # fmt: skip
