"""Uids: what keeps its own, what takes that of the definition it was before, what gets a first one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from metamodel.definitions import (
    KINDS,
    ChoiceDefinition,
    ConstraintDefinition,
    Document,
    FieldDefinition,
    PipelineDefinition,
    StagesDefinition,
)
from metamodel.names import first_uids

Item = TypeVar("Item", bound=Any)


def identify(document: Document, before: Document | None = None, taken: Iterable[str] = ()) -> Document:
    """The same document with a uid on every definition, field, choice, stage and constraint.

    A uid that is written stays. A definition without one that has the name of one of ``before``, or that of one that
    is gone and stands in its ``renamed_from``, is that one. Anything else gets its first uid, never one of ``taken``.
    A name that changed under a uid is added to ``renamed_from``.
    """
    return _Identifier(document, before or Document(), taken).document()


def uids_of(document: Document) -> set[str]:
    """Every uid that stands in the document."""
    return {uid for item in _everything(document) if (uid := item.uid)}


def _everything(document: Document) -> Iterable[Any]:
    for kind in KINDS:
        for definition in getattr(document, kind):
            yield definition
            for field in (*getattr(definition, "fields", ()), *getattr(definition, "inputs", ())):
                yield field
                yield from field.choices
            yield from getattr(definition, "constraints", ())
            if isinstance(stages := getattr(definition, "stages", None), StagesDefinition):
                yield stages
                for pipeline in stages.pipelines:
                    yield pipeline
                    yield from pipeline.stages


class _Identifier:
    def __init__(self, document: Document, before: Document, taken: Iterable[str]) -> None:
        self.now = document
        self.before = before
        self.used = {*taken, *uids_of(document), *uids_of(before)}

    def document(self) -> Document:
        return Document(**{kind: self.kind(kind) for kind in KINDS})

    def kind(self, kind: str) -> tuple[Any, ...]:
        before = getattr(self.before, kind)
        owner = (lambda item: item.solution) if kind != "solutions" else lambda item: ""
        make = {"entities": self.inside, "extensions": self.inside, "actions": self.inputs}.get(
            kind, lambda item, before: item
        )
        return self.items(getattr(self.now, kind), before, lambda item: (owner(item), kind), make)

    def items(
        self,
        now: Sequence[Item],
        before: Sequence[Item],
        owner: Callable[[Item], tuple[str, ...]],
        inside: Callable[[Item, Any], Item] = lambda item, before: item,
    ) -> tuple[Item, ...]:
        by_uid = {item.uid: item for item in before if item.uid}
        by_name = {item.name: item for item in before}
        same = _earlier(now, by_uid, by_name)
        made = []
        for index, item in enumerate(now):
            was = same.get(index)
            uid = item.uid or (was.uid if was is not None else self.first(*owner(item), item.name))
            made.append(inside(_with_history(replace(item, uid=uid), was), was))
        return tuple(made)

    def first(self, *parts: str) -> str:
        uid = next(uid for uid in first_uids(*parts) if uid not in self.used)
        self.used.add(uid)
        return uid

    def inside(self, item: Any, before: Any) -> Any:
        owner = (item.solution, item.extends if item.kind == "extension" else item.name)
        fields = self.items(
            item.fields, before.fields if before else (), lambda f: (*owner, "field"), self.field_of(owner)
        )
        constraints = self.constraints(item.constraints, before.constraints if before else (), owner)
        stages = item.stages and self.stages(item.stages, before.stages if before else None, owner)
        return replace(item, fields=fields, constraints=constraints, stages=stages)

    def inputs(self, item: Any, before: Any) -> Any:
        owner = (item.solution, item.name)
        fields = self.items(
            item.inputs, before.inputs if before else (), lambda f: (*owner, "input"), self.field_of(owner)
        )
        return replace(item, inputs=fields)

    def field_of(self, owner: tuple[str, str]) -> Callable[[FieldDefinition, Any], FieldDefinition]:
        def inside(field: FieldDefinition, before: FieldDefinition | None) -> FieldDefinition:
            parts = (*owner, "field", field.name, "choice")
            choices: tuple[ChoiceDefinition, ...] = self.items(
                field.choices, before.choices if before else (), lambda c: parts
            )
            return replace(field, choices=choices)

        return inside

    def constraints(
        self,
        now: Sequence[ConstraintDefinition],
        before: Sequence[ConstraintDefinition],
        owner: tuple[str, str],
    ) -> tuple[ConstraintDefinition, ...]:
        free = {(c.unique, c.check): c.uid for c in before if c.uid not in {n.uid for n in now}}
        made = []
        for constraint in now:
            uid = constraint.uid or free.pop((constraint.unique, constraint.check), "")
            text = ",".join(constraint.unique) or constraint.check or ""
            made.append(replace(constraint, uid=uid or self.first(*owner, "constraint", text)))
        return tuple(made)

    def stages(self, now: StagesDefinition, before: StagesDefinition | None, owner: tuple[str, str]) -> Any:
        uid = now.uid or (before.uid if before else self.first(*owner, "field", now.field))

        def inside(pipeline: PipelineDefinition, old: PipelineDefinition | None) -> PipelineDefinition:
            parts = (*owner, "pipeline", pipeline.name, "stage")
            return replace(
                pipeline, stages=self.items(pipeline.stages, old.stages if old else (), lambda stage: parts)
            )

        pipelines = self.items(
            now.pipelines, before.pipelines if before else (), lambda p: (*owner, "pipeline"), inside
        )
        renamed = now.renamed_from
        if before is not None and before.field != now.field and before.field not in renamed:
            renamed = (*renamed, before.field)
        return replace(now, uid=uid, pipelines=pipelines, renamed_from=renamed)


def _earlier(now: Sequence[Any], by_uid: Mapping[str, Any], by_name: Mapping[str, Any]) -> dict[int, Any]:
    """What each item was, by its index: the one of its uid; the one it was renamed from, when its own name is a new
    one; the one of its name."""
    found = {index: by_uid[item.uid] for index, item in enumerate(now) if item.uid in by_uid}
    gone = {was.uid for was in found.values()} | {item.uid for item in now if item.uid}

    def take(index: int, name: str) -> None:
        was = by_name.get(name)
        if index not in found and was is not None and was.uid and was.uid not in gone:
            found[index] = was
            gone.add(was.uid)

    unnamed = [(index, item) for index, item in enumerate(now) if not item.uid]
    for index, item in unnamed:
        for name in reversed(getattr(item, "renamed_from", ())):
            if item.name not in by_name:
                take(index, name)
    for index, item in unnamed:
        take(index, item.name)
    return found


def _with_history(item: Any, before: Any) -> Any:
    if before is None or not hasattr(item, "renamed_from"):
        return item
    names = [*before.renamed_from, *item.renamed_from]
    if before.name != item.name:
        names.append(before.name)
    unique = tuple(dict.fromkeys(name for name in names if name != item.name))
    return item if unique == item.renamed_from else replace(item, renamed_from=unique)
