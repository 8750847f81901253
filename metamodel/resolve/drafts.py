"""Entities and fields while they are being resolved: what expressions may already ask of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metamodel.definitions import ConstraintDefinition, EntityDefinition, FieldDefinition, StagesDefinition
from metamodel.expression.tree import Expression
from metamodel.expression.types import Type
from metamodel.labels import Label
from metamodel.layout_definitions import LayoutDefinition
from metamodel.model import Choice, Stages, Via
from metamodel.resolve.faults import Spot


@dataclass(slots=True, eq=False)
class FieldDraft:
    """A field being resolved. ``broken``: its own fault is already reported, so nothing is said of its users."""

    uid: str
    name: str
    entity: EntityDraft
    definition: FieldDefinition
    spot: Spot
    label: Label
    system: bool = False
    of_stage: str | None = None
    solution: str = ""
    result: Type | None = None
    target: str | None = None
    targets: tuple[str, ...] = ()
    via: Via | None = None
    through: str | None = None
    inverse: str | None = None
    choices: Sequence[Choice] = ()
    computed: Expression | None = None
    copy: Expression | None = None
    broken: bool = False

    @property
    def options(self) -> Mapping[str, Any]:
        return self.definition.options

    @property
    def type(self) -> str:
        return self.definition.type

    @property
    def shown(self) -> str:
        """``entity.field`` for messages."""
        return f"{self.entity.name}.{self.name}"


@dataclass(slots=True, eq=False)
class EntityDraft:
    """An entity being resolved, extensions merged."""

    uid: str
    name: str
    definition: EntityDefinition
    spot: Spot
    fields: list[FieldDraft] = field(default_factory=list)
    by_name: dict[str, FieldDraft] = field(default_factory=dict)
    by_uid: dict[str, FieldDraft] = field(default_factory=dict)
    constraints: list[tuple[ConstraintDefinition, Spot]] = field(default_factory=list)
    layout: list[tuple[LayoutDefinition, Spot]] = field(default_factory=list)
    timeline: list[tuple[str, Spot]] | None = None
    stages: Stages | None = None
    stages_written: tuple[StagesDefinition, Spot] | None = None
    parent: str | None = None
    follows: str | None = None
    tree: str | None = None


@dataclass(slots=True)
class Drafts:
    """All entities being resolved: a `ModelNames`."""

    entities: dict[str, EntityDraft] = field(default_factory=dict)
    entity_by_uid: dict[str, EntityDraft] = field(default_factory=dict)
    role_uids: Mapping[str, str] = field(default_factory=dict)
    """The roles of the document by name."""
    forms: dict[int, EntityDraft] = field(default_factory=dict)
    """What actions ask, by the index of the action: no entities, but their fields are typed as those of entities."""

    def all_fields(self) -> list[FieldDraft]:
        """Every field of every entity and of every action's form, the system's own left out."""
        every = (*self.entities.values(), *self.forms.values())
        return [f for entity in every for f in entity.fields if not f.system]
