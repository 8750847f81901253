"""What actions use: their entity, what they ask, what their steps write and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.solutions.use import Naming, Use
from metamodel.actions import Action, Step
from metamodel.expression import Expression
from metamodel.model import Entity

At = tuple[str | int, ...]


class ActionWalker(Naming):
    """The uses by actions."""

    def action(self, index: int, item: Mapping[str, Any]) -> Iterator[Use]:
        """The uses by one action, as it is written."""
        action, at = self.model.actions[item["name"]], ("actions", index)
        yield self.use("action", action.name, (*at, "entity"), action.entity)
        yield from self._about(action, (*at, "when"), action.when)
        for number, written in enumerate(item.get("inputs", ())):
            yield from self._input(action, written, (*at, "inputs", number))
        for number, (written, step) in enumerate(zip(item["steps"], action.steps, strict=True)):
            yield from self._step(action, step, written, (*at, "steps", number))

    def _about(
        self, action: Action, at: At, found: Expression | None, own: str | None = None
    ) -> Iterator[Use]:
        yield from self.expression("action", action.name, at, found, own or action.entity)

    def _input(self, action: Action, written: Mapping[str, Any], at: At) -> Iterator[Use]:
        field = action.form.by_uid[written["uid"]]
        if "to" in written:
            yield self.use("action", action.name, (*at, "to"), field.target)
        yield from self._about(action, (*at, "default"), action.defaults.get(field.uid))
        yield from self._about(action, (*at, "options"), field.narrowing, field.target)

    def _step(self, action: Action, step: Step, written: Mapping[str, Any], at: At) -> Iterator[Use]:
        entity = self.model.entity_by_uid[step.entity]
        if "entity" in written:
            yield self.use("action", action.name, (*at, "entity"), entity.uid)
        if step.document is not None:
            yield self.use("action", action.name, (*at, "document"), step.document)
        yield from self._about(action, (*at, "if"), step.condition)
        yield from self._about(action, (*at, "find"), step.find, entity.uid)
        yield from self._about(action, (*at, "where"), step.where, entity.uid)
        if step.to is not None:
            yield self.use("action", action.name, (*at, "to"), step.to)
        for number, name in enumerate(step.sort):
            yield self.use("action", action.name, (*at, "sort", number), *self.path(entity, name))
        yield from self._values(action, entity, step.values, (*at, "values"))
        for rows, name in zip(step.rows, written.get("rows", ()), strict=True):
            place = (*at, "rows", name)
            child = self.model.entity_by_uid[entity.by_uid[rows.field].target or ""]
            yield self.use("action", action.name, place, rows.field)
            yield self.use("action", action.name, (*place, "of"), rows.entity, rows.through)
            yield from self._about(action, (*place, "where"), rows.where, rows.entity)
            yield from self._values(action, child, rows.values, (*place, "values"), rows.entity)

    def _values(
        self, action: Action, entity: Entity, values: Mapping[str, Expression], at: At, own: str | None = None
    ) -> Iterator[Use]:
        for uid, found in values.items():
            place = (*at, entity.by_uid[uid].name)
            yield self.use("action", action.name, place, uid)
            yield from self._about(action, place, found, own)
