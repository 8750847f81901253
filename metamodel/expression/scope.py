"""What an expression may name: the model's entities and fields by name, whose row it is about, which roots exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from metamodel.expression.tree import Expression
from metamodel.expression.types import Type


class ChoiceNames(Protocol):
    """A choice as expressions see it."""

    @property
    def uid(self) -> str: ...
    @property
    def name(self) -> str: ...


class FieldNames(Protocol):
    """A field as expressions see it; `metamodel.model.Field` is one, and so is a field still being resolved.

    ``result`` is None while the type of a computed field is not known yet: naming it raises `NotYet`, and who
    resolves answers by resolving that field first (a field met again while it is being resolved is a circle).
    """

    @property
    def uid(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def result(self) -> Type | None: ...
    @property
    def target(self) -> str | None: ...
    @property
    def targets(self) -> tuple[str, ...]: ...
    @property
    def through(self) -> str | None: ...
    @property
    def inverse(self) -> str | None: ...
    @property
    def choices(self) -> Sequence[ChoiceNames]: ...
    @property
    def options(self) -> Mapping[str, Any]: ...
    @property
    def computed(self) -> Expression | None: ...


class EntityNames(Protocol):
    """An entity as expressions see it: its fields, the system's own and the stage field included."""

    @property
    def uid(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def tree(self) -> str | None: ...
    @property
    def by_name(self) -> Mapping[str, FieldNames]: ...
    @property
    def by_uid(self) -> Mapping[str, FieldNames]: ...


class ModelNames(Protocol):
    """All entities, by name and by uid; `metamodel.model.Model` is one."""

    @property
    def entities(self) -> Mapping[str, EntityNames]: ...
    @property
    def entity_by_uid(self) -> Mapping[str, EntityNames]: ...


class NotYet(Exception):
    """An expression names a computed field whose own type is not known yet: resolve that one first."""

    def __init__(self, entity: str, field: str) -> None:
        self.entity = entity
        self.field = field
        super().__init__(f"{entity}.{field} is not resolved yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an expression stands.

    ``entity`` is the uid of the entity whose row it is about (None: about no row, as a default). ``allow`` holds the
    roots that exist there, of ``record old new my`` (`me` comes with ``my``). ``record`` is the uid of the entity of
    ``record``, ``old`` and ``new`` where it is not ``entity``: in the options of a link, ``entity`` is the target
    and ``record`` the one whose form it is. ``input`` and ``step`` are the uids of an action's form and results, where
    they exist. ``expect`` is the type its value must have; a number is then rounded to
    its scale and a text constant becomes one of the choices.
    """

    model: ModelNames
    entity: str | None = None
    allow: frozenset[str] = frozenset({"my"})
    record: str | None = None
    input: str | None = None
    step: str | None = None
    expect: Type | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsNames:
    """Rows that lead to a record: the entity they are of, and their link field that leads here.

    With ``owner`` they are what a list of links leads to: ``through`` is that field, of the entity ``owner``.
    """

    entity: EntityNames
    through: FieldNames
    owner: EntityNames | None = None


def rows_named(model: ModelNames, entity: EntityNames, name: str) -> RowsNames | None:
    """The rows that ``entity`` has under ``name``: its children, or those whose link declares that inverse."""
    own = entity.by_name.get(name)
    if own is not None:
        if is_list(own):
            return RowsNames(entity=model.entity_by_uid[own.target or ""], through=own, owner=entity)
        if own.target is None or own.through is None:
            return None
        child = model.entity_by_uid[own.target]
        return RowsNames(entity=child, through=child.by_uid[own.through])
    for other in model.entities.values():
        for field in other.by_name.values():
            if field.inverse == name and leads_to(field, entity.uid):
                return RowsNames(entity=other, through=field)
    return None


def names_of_rows(model: ModelNames, entity: EntityNames) -> list[str]:
    """Every name under which `rows_named` finds something for ``entity``."""
    own = [
        f.name
        for f in entity.by_name.values()
        if f.target is not None and (f.through is not None or is_list(f))
    ]
    inverse = [
        field.inverse
        for other in model.entities.values()
        for field in other.by_name.values()
        if field.inverse is not None and leads_to(field, entity.uid)
    ]
    return own + inverse


def is_list(field: FieldNames) -> bool:
    """Whether a field leads to many records."""
    return field.result is not None and field.result.kind == "link" and field.result.many


def leads_to(field: FieldNames, entity: str) -> bool:
    """Whether a link field may lead to records of that entity (uid)."""
    return field.target == entity or entity in field.targets


def field_by_uid(model: ModelNames, uid: str) -> FieldNames:
    """The field of that uid, whichever entity it stands in (uids of an installation never repeat)."""
    for entity in model.entity_by_uid.values():
        field = entity.by_uid.get(uid)
        if field is not None:
            return field
    raise KeyError(uid)
