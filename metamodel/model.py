"""The model: every installed definition, resolved and checked, as one read-only value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import cached_property
from typing import Any, Literal

from metamodel.access_tests import AccessTests
from metamodel.actions import Action
from metamodel.documents import DocumentType
from metamodel.expression.tree import Expression
from metamodel.expression.types import Type
from metamodel.fields.base import FieldType
from metamodel.labels import Label
from metamodel.layout import LayoutTab, Panel, TimelineSource
from metamodel.menus import Menu as Menu
from metamodel.menus import MenuItem as MenuItem
from metamodel.reports import Report
from metamodel.roles import Grant as Grant
from metamodel.roles import Role as Role
from metamodel.stages import Choice as Choice
from metamodel.stages import Move as Move
from metamodel.stages import Pipeline as Pipeline
from metamodel.stages import Stage as Stage
from metamodel.stages import Stages as Stages
from metamodel.views import Format as Format
from metamodel.views import View as View
from metamodel.views import ViewGroup as ViewGroup
from metamodel.views import ViewTotal as ViewTotal

ACTIONS = (
    "read", "show", "create", "update", "delete", "move", "export", "print", "import", "reveal", "share", "configure",
)  # fmt: skip

SYSTEM_FIELDS = (
    "id", "created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at", "position",
)  # fmt: skip
"""Fields that every entity has (``position`` only child entities); their uid and their column are their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """The entity (uid) whose records are the pairs of a links field, and its links (uids) to both sides."""

    entity: str
    owner: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of an entity, its names resolved.

    ``options`` are the type's own options as written. ``result`` is its type in expressions. What is set only for
    some types: ``target`` (uid of the entity a link, user or children field leads to), ``through`` (uid of the link
    field of a child that leads to the parent), ``inverse`` (the name under which the target sees these rows),
    ``choices``, ``computed`` (formula, lookup and rollup alike), ``narrowing`` (`options` of a link), ``copy``.
    """

    uid: str
    name: str
    label: Label
    type: FieldType
    result: Type
    column: str
    """Physical name of its column: ``f_<uid>``, with a generation behind it after a change of type."""
    help: Label | None = None
    options: Mapping[str, Any]
    required: bool = False
    unique: bool = False
    indexed: bool = False
    read_only: bool = False
    personal: bool = False
    search: bool = True
    system: bool = False
    required_if: Expression | None = None
    read_only_if: Expression | None = None
    visible_if: Expression | None = None
    default: Expression | None = None
    copy: Expression | None = None
    narrowing: Expression | None = None
    computed: Expression | None = None
    target: str | None = None
    targets: tuple[str, ...] = ()
    """Uids of the entities that a link to any record may lead to."""
    via: Via | None = None
    through: str | None = None
    inverse: str | None = None
    on_delete: Literal["restrict", "clear", "cascade"] = "restrict"
    choices: tuple[Choice, ...] = ()
    off: bool = False
    """Whether its part, or that of the entity it leads to, is switched off: no screen shows it."""
    of_stage: str | None = None
    """Uid of the stage field beside which the system keeps this one: it is read where that is, and never written."""

    @property
    def stored(self) -> bool:
        """Whether it has a column of its own."""
        return self.type.column_type(self).storage not in ("links", "none")

    @property
    def valued(self) -> bool:
        """Whether a record has a value of its own for it: in a column, or in a table of lists."""
        return self.type.column_type(self).storage != "none"

    @property
    def listed(self) -> bool:
        """Whether it leads to many records: in a table of its own, or through another entity (``via``)."""
        return self.via is not None or self.type.column_type(self).storage == "links"

    @property
    def writable(self) -> bool:
        """Whether people may set it at all, rights aside (child rows included)."""
        kept = self.system or self.of_stage is not None
        return not kept and self.computed is None and self.type.name != "number_series"

    def choice(self, uid_or_name: str) -> Choice | None:
        """The choice of that uid or name."""
        return next((c for c in self.choices if uid_or_name in (c.uid, c.name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A rule every record keeps: ``unique`` (uids of fields) or ``check`` (true or null passes)."""

    uid: str
    unique: tuple[str, ...] = ()
    check: Expression | None = None
    message: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlePart:
    """A piece of a title: literal text, or the uid of a field of the entity."""

    text: str = ""
    field: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entity:
    """An entity, its fields in order (the system's own first)."""

    uid: str
    name: str
    solution: str
    label: Label
    label_many: Label
    icon: str = "cube"
    help: Label | None = None
    title: tuple[TitlePart, ...]
    fields: tuple[Field, ...]
    stages: Stages | None = None
    constraints: tuple[Constraint, ...] = ()
    layout: tuple[LayoutTab, ...] = ()
    rail: tuple[Panel, ...] = ()
    """What stands beside the sheet of its card."""
    timeline: tuple[TimelineSource, ...] = ()
    """Whose events the timeline of its card gathers."""
    parent: str | None = None
    """Uid of the link field of this entity that leads to its owner, when it is a child entity (`children`)."""
    follows: str | None = None
    """Uid of the link to any record whose rights this entity's records have (``rights: of parent``)."""
    tree: str | None = None
    """Uid of the link field to the entity itself that makes a tree of its records (`UNDER`)."""
    default_sort: tuple[str, ...] = ()
    """Field names, ``-`` before a descending one; empty means newest first."""
    duplicates: tuple[tuple[str, ...], ...] = ()
    """Sets of fields (uids): a form warns when another record has the same values in all fields of one."""
    search_links: tuple[str, ...] = ()
    """Links (uids) whose titles are searched as if they were the record's own text."""
    menu: bool = True
    off: bool = False
    """Whether its part of the solution is switched off: no screen shows it; data, API and rights stay."""

    @property
    def table(self) -> str:
        """Physical name of its table."""
        return f"e_{self.uid}"

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}

    @cached_property
    def by_uid(self) -> dict[str, Field]:
        return {f.uid: f for f in self.fields}

    @cached_property
    def plain_texts(self) -> frozenset[str]:
        """The stored fields (uids) whose values are texts as they are read, no HTML."""
        texts = (f for f in self.fields if f.stored and f.result.kind == "text")
        return frozenset(f.uid for f in texts if not f.type.column_type(f).html)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a solution that can be switched; what belongs to one that is not ``on`` is on no screen."""

    name: str
    label: Label
    help: Label | None = None
    on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A package of definitions; ``depends`` names the solutions it builds on."""

    uid: str
    name: str
    label: Label
    version: str = "1"
    depends: tuple[str, ...] = ()
    icon: str | None = None
    color: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Model:
    """All installed definitions. Keys of the mappings are names; `entity_by_uid` finds by uid."""

    version: int
    solutions: Mapping[str, Solution]
    entities: Mapping[str, Entity]
    roles: Mapping[str, Role]
    views: Mapping[str, View]
    menus: Mapping[str, Menu]
    actions: Mapping[str, Action] = attribute(default_factory=dict)
    tests: Mapping[str, AccessTests] = attribute(default_factory=dict)
    reports: Mapping[str, Report] = attribute(default_factory=dict)
    documents: Mapping[str, DocumentType] = attribute(default_factory=dict)
    document: Mapping[str, Any]
    """The canonical JSON document this model was resolved from (kinds -> list of definitions with uids)."""

    @cached_property
    def derived(self) -> dict[Any, Any]:
        """What other parts made from this very model (grants, prepared plans), kept as long as it."""
        return {}

    @cached_property
    def entity_by_uid(self) -> dict[str, Entity]:
        return {e.uid: e for e in self.entities.values()}

    @cached_property
    def with_forms(self) -> Model:
        """The same with the forms and results of actions among the entities by uid: to print their expressions."""
        forms = {e.uid: e for action in self.actions.values() for e in (action.form, action.results)}
        made = replace(self)
        made.__dict__["entity_by_uid"] = {**self.entity_by_uid, **forms}
        return made

    @cached_property
    def action_by_uid(self) -> dict[str, Action]:
        return {a.uid: a for a in self.actions.values()}

    @cached_property
    def actions_of(self) -> dict[str, tuple[Action, ...]]:
        """The actions of each entity (uid) in the order of their buttons."""
        found: dict[str, list[Action]] = {uid: [] for uid in self.entity_by_uid}
        for action in self.actions.values():
            found[action.entity].append(action)
        return {uid: tuple(sorted(actions, key=Action.place)) for uid, actions in found.items()}

    @cached_property
    def document_by_uid(self) -> dict[str, DocumentType]:
        return {d.uid: d for d in self.documents.values()}

    @cached_property
    def documents_of(self) -> dict[str, tuple[DocumentType, ...]]:
        """The documents of each entity (uid) in their order."""
        found: dict[str, list[DocumentType]] = {uid: [] for uid in self.entity_by_uid}
        for each in self.documents.values():
            found[each.entity].append(each)
        return {uid: tuple(sorted(those, key=DocumentType.place)) for uid, those in found.items()}

    @cached_property
    def role_by_uid(self) -> dict[str, Role]:
        return {r.uid: r for r in self.roles.values()}

    @cached_property
    def included(self) -> dict[str, frozenset[str]]:
        """For each role (uid) itself and every role that it includes, at any depth."""
        found: dict[str, frozenset[str]] = {}
        for role in self.roles.values():
            whole, rest = {role.uid}, [role.uid]
            while rest:
                new = set(self.role_by_uid[rest.pop()].includes) - whole
                whole |= new
                rest += new
            found[role.uid] = frozenset(whole)
        return found

    @cached_property
    def links_to(self) -> dict[str, tuple[tuple[Entity, Field], ...]]:
        """For each entity uid, the link fields of every kind that lead to it, with the entity they stand in; not
        those to many records through an entity, whose own links are among them."""
        found: dict[str, list[tuple[Entity, Field]]] = {uid: [] for uid in self.entity_by_uid}
        for entity in self.entities.values():
            for field in entity.fields:
                if field.type.column_type(field).storage not in ("link", "links", "link_any"):
                    continue
                for target in field.targets or ((field.target,) if field.target else ()):
                    found[target].append((entity, field))
        return {uid: tuple(rows) for uid, rows in found.items()}

    def inverse(self, entity: Entity, name: str) -> tuple[Entity, Field] | None:
        """The rows another entity's link gives ``entity`` under that name: that entity and its link field.

        Children fields and declared ``inverse`` names alike.
        """
        own = entity.by_name.get(name)
        if own is not None and own.type.name == "children" and own.target and own.through:
            child = self.entity_by_uid[own.target]
            return child, child.by_uid[own.through]
        return next(((e, f) for e, f in self.links_to[entity.uid] if f.inverse == name), None)
