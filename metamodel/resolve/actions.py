"""Actions, resolved: what they ask as a form, what their steps write, every expression checked where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from metamodel.action_definitions import StepDefinition
from metamodel.actions import Action, Step
from metamodel.definitions import ActionDefinition, Document, EntityDefinition, FieldDefinition
from metamodel.document_definitions import DocumentDefinition
from metamodel.documents import DocumentType
from metamodel.errors import unknown
from metamodel.expression.tree import Expression
from metamodel.expression.types import link
from metamodel.fields import field_types
from metamodel.messages import message
from metamodel.model import ACTIONS, Entity, Field
from metamodel.resolve.build import make_choices
from metamodel.resolve.drafts import Drafts, EntityDraft, FieldDraft
from metamodel.resolve.entities import make_field
from metamodel.resolve.expressions import MY, RECORD, Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.layouts import arrange
from metamodel.resolve.naming import default_label, unique_names
from metamodel.resolve.parts import Parts
from metamodel.resolve.steps import Standing, make_step

_NOT_ASKED = ("children", "formula", "lookup", "rollup", "number_series", "secret")
"""Types of fields that no person fills in, or that no expression may hold."""

_OF_RECORDS = ("unique", "indexed", "copy", "read_only", "personal")
_PLACES_TO_GO = ("record", "list")


def add_forms(drafts: Drafts, document: Document, faults: Faults) -> None:
    """A draft of a form for each action: an entity without records, whose fields are what the action asks."""
    for index, written in enumerate(document.actions):
        spot = Spot("actions", index, written)
        definition = EntityDefinition(
            name=written.name, uid=f"{written.uid}.input", solution=written.solution, label=written.label,
            fields=written.inputs,
        )  # fmt: skip
        form = EntityDraft(uid=definition.uid, name=written.name, definition=definition, spot=spot)
        unique_names(written.inputs, spot.under("inputs"), faults)
        for number, field in enumerate(written.inputs):
            place = spot.under("inputs", number)
            if _may_be_asked(field, place, faults) and field.name not in form.by_name:
                asked = replace(field, default=None, copy=None)
                draft = FieldDraft(
                    uid=field.uid, name=field.name, entity=form, definition=asked, spot=place,
                    label=field.label or default_label(field.name), solution=written.solution,
                    choices=make_choices(field),
                )  # fmt: skip
                form.fields.append(draft)
                form.by_name[draft.name] = form.by_uid[draft.uid] = draft
        drafts.forms[index] = form
        drafts.entity_by_uid[form.uid] = form


def _may_be_asked(field: FieldDefinition, spot: Spot, faults: Faults) -> bool:
    if field.type in _NOT_ASKED:
        why = message("a field of the type “{type}” cannot be asked for", type=field.type)
        faults.add(spot.under("type"), "KBK1005", why)
        return False
    for key in (*_OF_RECORDS, "inverse", "through"):
        if field.options.get(key) or getattr(field, key, None):
            faults.add(spot.under(key), "KBK1005", message("“{key}” is for fields of records", key=key))
            return False
    return True


def make_actions(
    checker: Checker, document: Document, entities: Mapping[str, Entity], parts: Parts
) -> dict[str, Action]:
    """The actions by name."""
    made: dict[str, Action] = {}
    printable = {each.name: each for each in document.documents}
    for index, written in enumerate(document.actions):
        spot = Spot("actions", index, written)
        if written.name in made:
            why = message("there is another action “{name}”", name=written.name)
            checker.faults.add(spot.under("name"), "KBK1003", why)
        elif written.name in ACTIONS:
            why = message("“{name}” is what everybody calls a built-in right", name=written.name)
            checker.faults.add(spot.under("name"), "KBK1003", why)
        elif written.entity not in checker.drafts.entities:
            why = unknown("there is no entity “{name}”", written.entity, checker.drafts.entities)
            checker.faults.add(spot.under("entity"), "KBK1002", why)
        else:
            off = parts.off(written.solution, written.of_part, spot)
            entity = entities.get(written.entity)
            action = _Maker(checker, written, spot, checker.drafts.forms[index], printable).action()
            made[written.name] = replace(action, off=off or (entity is not None and entity.off))
    return made


def switch_printing(
    actions: Mapping[str, Action], documents: Mapping[str, DocumentType]
) -> dict[str, Action]:
    """The actions, those off that issue a document which is switched off."""
    off = {each.uid for each in documents.values() if each.off}
    return {name: replace(each, off=each.off or bool(each.printed & off)) for name, each in actions.items()}


@dataclass(slots=True)
class _Maker:
    checker: Checker
    written: ActionDefinition
    spot: Spot
    form: EntityDraft
    printable: Mapping[str, DocumentDefinition]

    def action(self) -> Action:
        written, faults = self.written, self.checker.faults
        of_record = "list" not in written.where
        if not of_record and len(written.where) > 1:
            why = message("an action above a list stands on no record: it cannot be on cards or rows, too")
            faults.add(self.spot.under("where"), "KBK1005", why)
        entity = self.checker.drafts.entities[written.entity]
        results = self.results()
        standing = Standing(
            checker=self.checker, record=entity if of_record else None, form=self.form, results=results,
            documents=self.printable,
        )  # fmt: skip
        if written.when is not None and not of_record:
            why = message("above a list there is no record to ask a condition of")
            faults.add(self.spot.under("when"), "KBK1005", why)
        steps = self.steps(standing)
        then, then_step = self.then(of_record, steps)
        return Action(
            uid=written.uid, name=written.name, solution=written.solution, entity=entity.uid,
            label=written.label or default_label(written.name), help=written.help, icon=written.icon,
            where=written.where, rank=written.rank, order=written.order,  # type: ignore[arg-type]
            when=self.checker.condition(written.when, self.spot.under("when"), entity.uid) if of_record else None,
            confirm=written.confirm, form=self.form_entity(), defaults=self.defaults(standing),
            results=self.results_entity(results), steps=steps, then=then, then_step=then_step,
        )  # fmt: skip

    def results(self) -> EntityDraft:
        definition = EntityDefinition(name="step", uid=f"{self.written.uid}.step", fields=())
        draft = EntityDraft(uid=definition.uid, name="step", definition=definition, spot=self.spot)
        self.checker.drafts.entity_by_uid[draft.uid] = draft
        return draft

    def steps(self, standing: Standing) -> tuple[Step, ...]:
        unique_names([s for s in self.written.steps if s.name], self.spot.under("steps"), self.checker.faults)
        made = []
        for index, written in enumerate(self.written.steps):
            spot = self.spot.under("steps", index)
            step = make_step(standing, written, spot)
            if step is not None:
                made.append(step)
                if written.name and self.may_be_named(written, spot):
                    self.remember(standing.results, step)
        return tuple(made)

    def may_be_named(self, written: StepDefinition, spot: Spot) -> bool:
        if written.do in ("set", "move"):
            why = message("what this step changes is the record itself: it needs no name")
        elif written.name in _PLACES_TO_GO:
            why = message("“{name}” is a reserved word", name=written.name)
        else:
            return True
        self.checker.faults.add(spot.under("name"), "KBK1005", why)
        return False

    def remember(self, results: EntityDraft, step: Step) -> None:
        """From here on the record of the step can be named."""
        entity = self.checker.drafts.entity_by_uid[step.entity]
        field = FieldDraft(
            uid=f"{self.written.uid}.step.{step.name}", name=step.name, entity=results, spot=self.spot,
            definition=FieldDefinition(name=step.name, type="link", options={"to": entity.name}),
            label=default_label(step.name), target=entity.uid, result=link(entity.uid),
        )  # fmt: skip
        results.fields.append(field)
        results.by_name[field.name] = results.by_uid[field.uid] = field

    def then(self, of_record: bool, steps: tuple[Step, ...]) -> tuple[Any, str | None]:
        then = self.written.then
        if then is None:
            return ("record" if of_record else "list"), None
        if then == "list" or (then == "record" and of_record):
            return then, None
        named = [step.name for step in steps if step.name]
        if then not in named:
            why = unknown("there is no step “{name}”", then, [*named, *_PLACES_TO_GO])
            self.checker.faults.add(self.spot.under("then"), "KBK1002", why)
        return "step", then

    def defaults(self, standing: Standing) -> dict[str, Expression]:
        """First values of inputs: about the record as it is, the inputs not yet known."""
        made = {}
        for number, written in enumerate(self.written.inputs):
            draft = self.form.by_uid.get(written.uid)
            if draft is None or draft.result is None or written.default is None:
                continue
            expression = self.checker.parse(
                written.default, self.spot.under("inputs", number, "default"),
                entity=standing.record.uid if standing.record else None, expect=draft.result,
                allow=RECORD if standing.record else MY,
            )  # fmt: skip
            if expression is not None:
                made[written.uid] = expression
        return made

    def form_entity(self) -> Entity:
        made = (make_field(self.checker, draft, {}) for draft in self.form.fields)
        label = self.written.label or default_label(self.written.name)
        return Entity(
            uid=self.form.uid, name="input", solution=self.written.solution, label=label,
            label_many=label, title=(), fields=tuple(field for field in made if field is not None),
            layout=arrange(self.checker, self.form).tabs, menu=False,
        )  # fmt: skip

    def results_entity(self, draft: EntityDraft) -> Entity:
        fields = tuple(
            Field(
                uid=f.uid, name=f.name, label=f.label, type=field_types()["link"], result=f.result or link(""),
                column="", options=f.options, target=f.target,
            )
            for f in draft.fields
        )  # fmt: skip
        label = default_label("step")
        return Entity(
            uid=draft.uid, name="step", solution=self.written.solution, label=label, label_many=label, title=(),
            fields=fields, menu=False,
        )  # fmt: skip
