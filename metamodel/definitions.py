"""Definitions as they were written: frozen data, names not yet resolved, in the order of the published schema."""

# ruff: noqa: RUF009 (part() and its like make dataclasses.field)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from metamodel.access_test_definitions import TestsDefinition
from metamodel.action_definitions import PartDefinition, StepDefinition
from metamodel.codec import (
    EXPRESSION,
    LABEL,
    NAMES,
    ONE_OR_MORE,
    SETS,
    TEXT,
    Codec,
    many,
    one,
    part,
    place,
    read,
    rest,
    whole,
    write,
)
from metamodel.document_definitions import DocumentDefinition
from metamodel.fields import field_types
from metamodel.labels import Label
from metamodel.layout_definitions import LayoutDefinition
from metamodel.owned_definition import OwnedDefinition
from metamodel.report_definitions import ReportDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDefinition:
    """A value of a choice field."""

    name: str = whole()
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    color: str | None = part()
    archived: bool = part(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDefinition:
    """A field; ``options`` are those of its type. ``choices`` of a choice field are read here, too."""

    name: str = whole()
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    type: str = whole()
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    required: bool = part(default=False)
    required_if: str | None = part(EXPRESSION)
    unique: bool = part(default=False)
    indexed: bool = part(default=False)
    read_only: bool = part(default=False)
    read_only_if: str | None = part(EXPRESSION)
    visible_if: str | None = part(EXPRESSION)
    default: str | None = part(EXPRESSION)
    copy: str | None = part(EXPRESSION)
    personal: bool = part(default=False)
    search: bool = part(default=True)
    of_part: str | None = part(key="part")
    choices: tuple[ChoiceDefinition, ...] = part(many(ChoiceDefinition), default=())
    options: Mapping[str, Any] = rest(lambda name: field_types()[name].options_schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDefinition:
    """A stage of a pipeline."""

    name: str = whole()
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    color: str | None = part()
    kind: Literal["open", "won", "lost"] = part(default="open")
    required: tuple[str, ...] = part(ONE_OR_MORE, default=())
    norm: str | None = part()
    archived: bool = part(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDefinition:
    """A move between stages that is allowed."""

    sources: tuple[str, ...] = part(ONE_OR_MORE, default=(), key="from")
    targets: tuple[str, ...] = part(ONE_OR_MORE, default=(), key="to")
    roles: tuple[str, ...] | None = part(ONE_OR_MORE)
    when: str | None = part(EXPRESSION)
    message: Label | None = part(LABEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineDefinition:
    """A row of stages."""

    name: str = whole()
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    stages: tuple[StageDefinition, ...] = whole(many(StageDefinition))
    moves: tuple[MoveDefinition, ...] | None = part(many(MoveDefinition))


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesDefinition:
    """The stages of an entity and the field that this block makes for them."""

    field: str = part(default="stage")
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    pipelines: tuple[PipelineDefinition, ...] = whole(many(PipelineDefinition))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintDefinition:
    """A rule: ``unique`` names of fields, or ``check`` with its message."""

    uid: str = part(default="")
    unique: tuple[str, ...] = part(NAMES, default=())
    check: str | None = part(EXPRESSION)
    message: Label | None = part(LABEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SolutionDefinition:
    """A package of definitions."""

    kind: ClassVar[str] = "solution"
    place: str = place()
    name: str = whole()
    uid: str = part(default="")
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    version: str = part(TEXT, default="1")
    icon: str | None = part()
    color: str | None = part()
    depends: tuple[str, ...] = part(NAMES, default=())
    parts: tuple[PartDefinition, ...] = part(many(PartDefinition), default=())
    switched: Mapping[str, bool] | None = part()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityDefinition:
    """An entity."""

    kind: ClassVar[str] = "entity"
    place: str = place()
    name: str = whole()
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    solution: str = part(default="")
    label: Label | None = part(LABEL)
    label_many: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    icon: str = part(default="cube")
    menu: bool = part(default=True)
    of_part: str | None = part(key="part")
    title: str | None = part()
    sort: tuple[str, ...] = part(NAMES, default=())
    duplicates: tuple[tuple[str, ...], ...] = part(SETS, default=())
    search: tuple[str, ...] = part(NAMES, default=())
    tree: str | None = part()
    fields: tuple[FieldDefinition, ...] = whole(many(FieldDefinition))
    stages: StagesDefinition | None = part(one(StagesDefinition))
    constraints: tuple[ConstraintDefinition, ...] = part(many(ConstraintDefinition), default=())
    layout: tuple[LayoutDefinition, ...] = part(many(LayoutDefinition), default=())
    rail: tuple[str, ...] | None = part(NAMES)
    timeline: tuple[str, ...] | None = part(NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDefinition:
    """What a solution adds to an entity of another one."""

    kind: ClassVar[str] = "extension"
    place: str = place()
    name: str = part(default="")
    extends: str = whole()
    uid: str = part(default="")
    solution: str = part(default="")
    fields: tuple[FieldDefinition, ...] = part(many(FieldDefinition), default=())
    stages: StagesDefinition | None = part(one(StagesDefinition))
    constraints: tuple[ConstraintDefinition, ...] = part(many(ConstraintDefinition), default=())
    layout: tuple[LayoutDefinition, ...] = part(many(LayoutDefinition), default=())
    timeline: tuple[str, ...] | None = part(NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantDefinition:
    """What a role may do; ``fields`` is ``"all"``, ``{"all_but": […]}`` or a list of names."""

    entity: str = whole()
    actions: tuple[str, ...] = whole(NAMES)
    rows: str | None = part(EXPRESSION)
    check: str | None = part(EXPRESSION)
    stages: tuple[str, ...] | None = part(NAMES)
    fields: Any = part()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDefinition(OwnedDefinition):
    """A role."""

    kind: ClassVar[str] = "role"
    parent: str | None = part()
    includes: tuple[str, ...] = part(NAMES, default=())
    second_factor: str | None = part()
    everything: bool = part(default=False)
    grants: tuple[GrantDefinition, ...] = part(many(GrantDefinition), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatDefinition:
    """A colour of a cell or a row: where a condition holds, or the stronger the nearer a value comes to ``to``."""

    column: str | None = part()
    when: str | None = part(EXPRESSION)
    value: str | None = part(EXPRESSION)
    start: str | None = part(EXPRESSION, key="from")
    end: str | None = part(EXPRESSION, key="to")
    color: str = whole()
    fill: bool = part(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDefinition(OwnedDefinition):
    """A saved way to look at an entity; ``type`` is what the model calls its kind."""

    kind: ClassVar[str] = "view"
    entity: str = whole()
    type: Literal["list", "board", "calendar", "tree"] = part(default="list", key="kind")
    group_by: str | None = part()
    starts: str | None = part(key="from")
    ends: str | None = part(key="to")
    color_by: str | None = part()
    columns: tuple[str, ...] = whole(NAMES)
    group: tuple[str, ...] = part(ONE_OR_MORE, default=())
    totals: tuple[str, ...] | None = part(NAMES)
    folded: tuple[str, ...] | None = part(NAMES)
    hidden: tuple[str, ...] = part(NAMES, default=())
    filter: str | None = part(EXPRESSION)
    sort: tuple[str, ...] = part(NAMES, default=())
    formats: tuple[FormatDefinition, ...] = part(many(FormatDefinition), default=())
    frozen: int | None = part()
    order: int | None = part()
    roles: tuple[str, ...] | None = part(NAMES)
    of_part: str | None = part(key="part")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDefinition(OwnedDefinition):
    """A button: where it stands, when, what it asks, what it does in one transaction."""

    kind: ClassVar[str] = "action"
    icon: str | None = part()
    entity: str = whole()
    where: tuple[str, ...] = part(ONE_OR_MORE, default=("card",))
    rank: Literal["primary", "secondary", "more"] = part(default="secondary")
    order: int | None = part()
    when: str | None = part(EXPRESSION)
    confirm: Label | None = part(LABEL)
    inputs: tuple[FieldDefinition, ...] = part(many(FieldDefinition), default=())
    steps: tuple[StepDefinition, ...] = whole(many(StepDefinition))
    then: str | None = part()
    of_part: str | None = part(key="part")


_ITEMS = Codec(
    lambda values: tuple(read(MenuItemDefinition, value) for value in values),
    lambda items: [write(item) for item in items],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItemDefinition:
    """A group or a place of the navigation."""

    label: Label | None = part(LABEL)
    icon: str | None = part()
    entity: str | None = part()
    view: str | None = part()
    report: str | None = part()
    of_part: str | None = part(key="part")
    items: tuple[MenuItemDefinition, ...] = part(_ITEMS, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuDefinition:
    """The navigation of a solution."""

    kind: ClassVar[str] = "menu"
    place: str = place()
    name: str = part(default="")
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    solution: str = part(default="")
    roles: tuple[str, ...] | None = part(NAMES)
    items: tuple[MenuItemDefinition, ...] = whole(many(MenuItemDefinition))


AnyDefinition = (
    SolutionDefinition
    | EntityDefinition
    | ExtensionDefinition
    | ActionDefinition
    | RoleDefinition
    | ViewDefinition
    | ReportDefinition
    | DocumentDefinition
    | MenuDefinition
    | TestsDefinition
)

KINDS: Mapping[str, type[AnyDefinition]] = {
    "solutions": SolutionDefinition,
    "entities": EntityDefinition,
    "extensions": ExtensionDefinition,
    "actions": ActionDefinition,
    "roles": RoleDefinition,
    "views": ViewDefinition,
    "reports": ReportDefinition,
    "documents": DocumentDefinition,
    "menus": MenuDefinition,
    "tests": TestsDefinition,
}
"""The kinds of definitions by their key in a document, which is the name of their folder, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """All definitions written down together: one solution's folder, or everything installed."""

    solutions: tuple[SolutionDefinition, ...] = part(many(SolutionDefinition), default=())
    entities: tuple[EntityDefinition, ...] = part(many(EntityDefinition), default=())
    extensions: tuple[ExtensionDefinition, ...] = part(many(ExtensionDefinition), default=())
    actions: tuple[ActionDefinition, ...] = part(many(ActionDefinition), default=())
    roles: tuple[RoleDefinition, ...] = part(many(RoleDefinition), default=())
    views: tuple[ViewDefinition, ...] = part(many(ViewDefinition), default=())
    documents: tuple[DocumentDefinition, ...] = part(many(DocumentDefinition), default=())
    reports: tuple[ReportDefinition, ...] = part(many(ReportDefinition), default=())
    menus: tuple[MenuDefinition, ...] = part(many(MenuDefinition), default=())
    tests: tuple[TestsDefinition, ...] = part(many(TestsDefinition), default=())

    def to_json(self) -> dict[str, Any]:
        """The canonical document: every kind, even empty, each definition with its keys in the schema's order."""
        return {kind: [write(item) for item in getattr(self, kind)] for kind in KINDS}
