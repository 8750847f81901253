"""Names of an expression found in the model: paths along links, roots, and the rows that an aggregate is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from metamodel.errors import unknown
from metamodel.expression.faults import MIXED, UNKNOWN, Fault
from metamodel.expression.scope import (
    EntityNames,
    FieldNames,
    ModelNames,
    NotYet,
    RowsNames,
    Scope,
    names_of_rows,
    rows_named,
)
from metamodel.expression.syntax import AS, Name
from metamodel.expression.tree import Me, MySet, Node, Path, Root
from metamodel.expression.types import Type, link
from metamodel.messages import Message, message

USER, ROLE, DEPARTMENT, GROUP = "user", "role", "department", "group"
"""The system's entities by which `me` and `my` are explained."""

MY_SETS: dict[str, Literal["departments", "subordinates", "roles", "groups"]] = {
    "departments": "departments",
    "subordinates": "subordinates",
    "roles": "roles",
    "groups": "groups",
}
_SET_ENTITY = {"departments": DEPARTMENT, "subordinates": USER, "roles": ROLE, "groups": GROUP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A row that bare names are about: its entity, and inside an aggregate the words that lead to its rows."""

    entity: EntityNames | None
    prefix: tuple[str, ...] = ()
    inside_body: bool = False
    """Whether ``prefix`` is expected before the row's own names (``items.amount``), not only let pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The rows an aggregate is over: the words that named them, and the record (None: this one) they lead to."""

    words: tuple[str, ...]
    rows: RowsNames
    of: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    root: Root
    up: int
    entity: EntityNames
    used: int


class Names:
    """Finds names for one scope; ``frames`` are the rows in sight, the innermost last."""

    def __init__(self, scope: Scope, frames: tuple[Frame, ...]) -> None:
        self.scope = scope
        self.model: ModelNames = scope.model
        self.frames = frames

    def node(self, name: Name) -> Node:
        """What a name means where a value is asked for."""
        first = name.parts[0]
        if first == "me":
            return self._me(name)
        if first == "my" and len(name.parts) == 2 and name.parts[1] in MY_SETS and self._allowed("my", name):
            entity = self._system(_SET_ENTITY[name.parts[1]], name)
            return MySet(name=MY_SETS[name.parts[1]], type=link(entity.uid, many=True), at=name.at)
        return self._path(self.stripped(name))

    def source(self, name: Name) -> Source | None:
        """The rows that the beginning of a name leads to; None when it leads to none."""
        if not name.parts:
            return None
        try:
            start = self._start(name)
        except Fault:
            return None
        entity, steps = start.entity, list[tuple[str, str]]()
        for index, part in enumerate(name.parts[start.used :], start.used):
            if part.startswith(AS):
                cast = self._cast(steps, part)
                if cast is None:
                    return None
                entity = cast
                continue
            rows = rows_named(self.model, entity, part)
            if rows is not None:
                path = Path(
                    root=start.root, up=start.up, steps=self._to_record(steps, entity), at=name.at,
                    type=link(entity.uid),
                )  # fmt: skip
                plain = start.root == "row" and start.up == 0 and not steps
                return Source(words=name.parts[: index + 1], rows=rows, of=None if plain else path)
            field = entity.by_name.get(part)
            if field is not None and field.result is not None and field.result.kind == "link_any":
                steps.append((entity.uid, field.uid))
                continue
            if field is None or field.result is None or field.result.kind != "link" or field.result.many:
                return None
            steps.append((entity.uid, field.uid))
            assert field.result.entity is not None
            entity = self.model.entity_by_uid[field.result.entity]
        return None

    def stripped(self, name: Name) -> Name:
        """A name of an aggregate's row without the words that lead to the rows."""
        frame = self.frames[-1]
        size = len(frame.prefix)
        if not size or name.parts[:size] != frame.prefix:
            return name
        own = frame.entity
        if not frame.inside_body and own is not None:
            first = name.parts[0]
            if first in own.by_name or rows_named(self.model, own, first) is not None:
                return name
        return replace(name, parts=name.parts[size:], places=name.places[size:])

    def known(self) -> list[str]:
        """What a bare name may be here, for suggestions."""
        entity = self.frames[-1].entity
        own = [*entity.by_name, *names_of_rows(self.model, entity)] if entity is not None else []
        return [*own, *(["me", "my"] if "my" in self.scope.allow else []), *sorted(self.scope.allow - {"my"})]

    def _me(self, name: Name) -> Node:
        self._allowed("my", name)
        if len(name.parts) > 1:
            why = message("fields of your own record are written “my.{rest}”", rest=".".join(name.parts[1:]))
            raise Fault(UNKNOWN, name.at, why)
        return Me(type=link(self._system(USER, name).uid), at=name.at)

    def _path(self, name: Name) -> Path:
        if not name.parts:
            entity = self._entity_here(name)
            return Path(steps=(), type=link(entity.uid), at=name.at)
        start = self._start(name)
        entity, steps = start.entity, list[tuple[str, str]]()
        type_ = link(entity.uid)
        rest = list(zip(name.parts, name.places, strict=True))[start.used :]
        for index, (part, place) in enumerate(rest):
            if part.startswith(AS):
                cast = self._cast(steps, part)
                if cast is None:
                    raise Fault(UNKNOWN, place, self._no_cast(steps, part))
                type_ = link(cast.uid)
                if index == len(rest) - 1:
                    steps.append((cast.uid, "id"))
                continue
            if index and type_.kind == "link_any":
                why = message("“{name}” leads to one of several entities: {example}", name=rest[index - 1][0],
                              example=f"{rest[index - 1][0]} AS deal.{part}")  # fmt: skip
                raise Fault(MIXED, place, why)
            if index and (type_.kind != "link" or type_.many):
                raise Fault(MIXED, place, _nothing_follows(rest[index - 1][0], part, several=type_.many))
            assert type_.entity is not None
            entity = self.model.entity_by_uid[type_.entity]
            field = self._field(entity, part, place, first=index == 0 and start.used == 0)
            steps.append((entity.uid, field.uid))
            type_ = self._type_of(entity, field)
        return Path(root=start.root, up=start.up, steps=tuple(steps), type=type_, at=name.at)

    def _cast(self, steps: Sequence[tuple[str, str]], part: str) -> EntityNames | None:
        """The entity that a link to any record is taken to lead to; None when it never leads there."""
        field = self.model.entity_by_uid[steps[-1][0]].by_uid[steps[-1][1]] if steps else None
        found = self.model.entities.get(part.removeprefix(AS))
        if field is None or found is None or found.uid not in field.targets or "id" not in found.by_name:
            return None
        return found

    def _no_cast(self, steps: Sequence[tuple[str, str]], part: str) -> Message:
        field = self.model.entity_by_uid[steps[-1][0]].by_uid[steps[-1][1]] if steps else None
        if field is None or not field.targets:
            return message("AS stands behind a link to one of several entities")
        entities = (self.model.entity_by_uid[uid] for uid in field.targets)
        known = [entity.name for entity in entities if "id" in entity.by_name]
        return unknown("there is no entity “{name}” here", part.removeprefix(AS), known)

    def _to_record(
        self, steps: Sequence[tuple[str, str]], entity: EntityNames
    ) -> tuple[tuple[str, str], ...]:
        """The steps to a record: one that a link to any record was taken to lead to is named by its id."""
        if steps and self.model.entity_by_uid[steps[-1][0]].by_uid[steps[-1][1]].targets:
            return (*steps, (entity.uid, "id"))
        return tuple(steps)

    def _type_of(self, entity: EntityNames, field: FieldNames) -> Type:
        if field.result is None:
            raise NotYet(entity.uid, field.uid)
        return field.result

    def _field(self, entity: EntityNames, name: str, place: int, *, first: bool) -> FieldNames:
        field = entity.by_name.get(name)
        rows = rows_named(self.model, entity, name)
        if rows is not None and rows.owner is None:
            why = message(
                "“{name}” are several rows: use EXISTS, SUM, COUNT, LAST or another function over rows",
                name=name,
            )
            raise Fault(MIXED, place, why)
        if field is None:
            if entity.uid in (self.scope.step, self.scope.input):
                raise Fault(UNKNOWN, place, _not_of_action(name, entity, step=entity.uid == self.scope.step))
            known: Iterable[str] = (
                self.known() if first else [*entity.by_name, *names_of_rows(self.model, entity)]
            )
            raise Fault(UNKNOWN, place, _no_field(name, known, alone=first))
        return field

    def _start(self, name: Name) -> _Start:
        first = name.parts[0]
        if first == "this":
            depth = next((i for i, part in enumerate(name.parts) if part != "this"), len(name.parts))
            up = depth if len(self.frames) > 1 else depth - 1
            if up >= len(self.frames):
                raise Fault(UNKNOWN, name.at, message("there is no row around this one"))
            entity = self._entity_of(self.frames[-1 - up], name)
            return _Start(root="row", up=up, entity=entity, used=depth)
        if first == "my" and self._allowed("my", name):
            if len(name.parts) == 1:
                raise Fault(
                    UNKNOWN, name.at, message("“my” is followed by a point and a field of your record")
                )
            return _Start(root="my", up=0, entity=self._system(USER, name), used=1)
        if first in ("record", "old", "new") and self._allowed(first, name):
            uid = self.scope.record or self.scope.entity
            if uid is not None:
                root: Root = "record" if first == "record" else "old" if first == "old" else "new"
                return _Start(root=root, up=0, entity=self.model.entity_by_uid[uid], used=1)
        if first in ("input", "step") and len(name.parts) > 1:
            uid = self.scope.input if first == "input" else self.scope.step
            if uid is not None:
                own: Root = "input" if first == "input" else "step"
                return _Start(root=own, up=0, entity=self.model.entity_by_uid[uid], used=1)
        return _Start(root="row", up=0, entity=self._entity_here(name), used=0)

    def _entity_here(self, name: Name) -> EntityNames:
        return self._entity_of(self.frames[-1], name)

    def _entity_of(self, frame: Frame, name: Name) -> EntityNames:
        if frame.entity is None:
            word = name.parts[0] if name.parts else "this"
            raise Fault(UNKNOWN, name.at, _no_field(word, self.known(), alone=True))
        return frame.entity

    def _allowed(self, root: str, name: Name) -> bool:
        if root in self.scope.allow:
            return True
        word = name.parts[0]
        raise Fault(UNKNOWN, name.at, message("“{name}” does not exist here", name=word))

    def _system(self, entity: str, name: Name) -> EntityNames:
        found = self.model.entities.get(entity)
        if found is None:
            raise Fault(UNKNOWN, name.at, message("“{name}” does not exist here", name=".".join(name.parts)))
        return found


def _nothing_follows(name: str, part: str, *, several: bool) -> Message:
    """A name behind what leads to no record, or to several."""
    if several:
        way = f"EXISTS({name} WHERE {part} …)"
        return message(
            "“{name}” are several records: use {example} or another function over rows",
            name=name,
            example=way,
        )
    return message("“{name}” is not a link: nothing can follow it", name=name)


def _not_of_action(name: str, entity: EntityNames, *, step: bool) -> Message:
    """A name behind ``step.`` or ``input.`` that is none of the steps before or of the inputs."""
    if step:
        return unknown("there is no step “{name}” before this one", name, entity.by_name)
    return unknown("the action does not ask for “{name}”", name, entity.by_name)


def _no_field(name: str, known: Iterable[str], *, alone: bool) -> Message:
    """A name that is no field's; one that is near none was perhaps meant as a text."""
    told = unknown("there is no field “{name}” here", name, known)
    if not alone or "near" in told.parameters:
        return told
    return message("{base}; a text stands in quotes: '{name}'", base=told, name=name)
