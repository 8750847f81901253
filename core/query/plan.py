"""From a question in the user's words to a plan: names resolved under the reader's rights, limits set; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.access.grants import Grants
from core.errors import KubikError
from core.query.filters import parse_filter, parse_mark
from core.query.grouping import grouping_of, outwards
from core.query.names import (
    FieldPath,
    no_such_field,
    readable_entity,
    readable_field,
    readable_fields,
    readable_path,
)
from core.query.query import Group, Leading, Query
from core.query.searching.how import How
from metamodel.errors import Problem
from metamodel.expression.tree import Expression
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model

MAX_LIMIT = 1000
MAX_COLUMNS = 300
MAX_SORT_KEYS = 8

Life = Literal["live", "bin", "any"]
"""Which records are meant: those in use, those in the bin, or both."""

NOT_BY_DEFAULT = ("deleted_at", "position")
UNSORTABLE = ("children", "json", "secret", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is read of each row: columns, and lists of child rows with a selection of their own."""

    entity: Entity
    columns: tuple[FieldPath, ...]
    children: tuple[Children, ...] = ()
    order: tuple[str, ...] = ()
    """Names of columns and children as they were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """Child rows under the name of their children field; ``through`` is the child's link to the parent."""

    name: str
    field: Field
    through: Field
    selection: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One key of an order; empty values stand last in both directions."""

    path: FieldPath
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlan:
    """A question with every name resolved and every right decided, before any SQL."""

    selection: Selection
    filter: Expression | None
    how: How | None
    """How what is searched for is found; None when nothing is."""
    sort: tuple[SortKey, ...]
    life: Life
    among_ids: bool
    group: Group | None
    marks: tuple[Expression, ...]
    leading: Leading | None
    """The link that must lead to the record of the parameter ``leads_to``; which record it is, the plan does not say."""
    rights: Grants

    @property
    def entity(self) -> Entity:
        return self.selection.entity

    @property
    def narrowed(self) -> bool:
        """Whether anything but rights and the bin limits the rows."""
        return self.among_ids or any(
            each is not None for each in (self.filter, self.how, self.group, self.leading)
        )


def plan(
    query: Query, model: Model, grants: Grants, life: Life | None = None, how: How | None = None
) -> ReadPlan:
    """The plan of a question; each step may refuse. ``life`` instead of what the question says of the bin."""
    entity = readable_entity(model, grants, query.entity)
    resolved: Life = life or ("bin" if query.deleted == "only" else "live")
    return ReadPlan(
        selection=select_fields(model, grants, entity, query.fields, resolved),
        filter=parse_filter(model, grants, entity, query.filter),
        how=how,
        sort=sort_keys(model, grants, entity, query.sort),
        life=resolved,
        among_ids=query.ids is not None,
        group=query.group and _grouped(grants, entity, query.group),
        marks=tuple(parse_mark(model, grants, entity, text) for text in query.marks),
        leading=query.leading and shape_of(query.leading),
        rights=grants,
    )


def _grouped(grants: Grants, entity: Entity, group: Group) -> Group:
    """The shape of a group, when the reader may group by its field, and by those of the groups it is in."""
    for each in outwards(group):
        found = grouping_of(grants, entity, each.field, each.by)
        if found is None or (each.which == "value" and found.by != each.by):
            raise no_such_field(each.field, (), "/group")
    return group.shape()


def shape_of(leading: Leading) -> Leading:
    """The same for every record: what a statement is made for."""
    return Leading(field=leading.field, entity=leading.entity, id=0, last=None if leading.last is None else 0)


def page_limit(asked: int) -> int:
    """The number of rows of a page; KBK2009 outside 1 to `MAX_LIMIT`."""
    if not 1 <= asked <= MAX_LIMIT:
        words = message("The limit must be between 1 and {most}.", most=MAX_LIMIT)
        raise KubikError("KBK2009", words, errors=(Problem(pointer="/limit", code="KBK2009", message=words),))
    return asked


def select_fields(
    model: Model, grants: Grants, entity: Entity, names: tuple[str, ...] | None, life: Life = "live"
) -> Selection:
    """The columns of those names; without names every stored and computed field that may be read."""
    if names is None:
        return default_selection(model, grants, entity, with_deleted=life != "live")
    if len(names) > MAX_COLUMNS:
        raise malformed(
            "/fields", message("At most {most} fields can be asked for at once.", most=MAX_COLUMNS)
        )
    columns: list[FieldPath] = []
    nested: dict[str, list[str]] = {}
    for index, name in enumerate(dict.fromkeys(names)):
        first, _, rest = name.partition(".")
        field = readable_field(grants, entity, first, f"/fields/{index}")
        if field.type.name == "children":
            nested.setdefault(first, []).append(rest)
        else:
            columns.append(readable_path(model, grants, entity, name, f"/fields/{index}"))
    children = tuple(select_children(model, grants, entity.by_name[n], inner) for n, inner in nested.items())
    order = tuple(
        dict.fromkeys(n if n.partition(".")[0] not in nested else n.partition(".")[0] for n in names)
    )
    return Selection(entity=entity, columns=tuple(columns), children=children, order=order)


def default_selection(
    model: Model, grants: Grants, entity: Entity, *, with_deleted: bool = False, child_of: Field | None = None
) -> Selection:
    """All stored and computed fields that may be read; ``child_of`` leaves out what a parent's list makes plain."""
    columns = tuple(
        FieldPath(name=f.name, entities=(entity,), fields=(f,))
        for f in sorted(
            readable_fields(grants, entity), key=lambda f: not (f.system and f.name in ("id", "version"))
        )
        if f.type.name != "children" and _shown_by_default(f, with_deleted, child_of)
    )
    return Selection(entity=entity, columns=columns, order=tuple(c.name for c in columns))


def _shown_by_default(field: Field, with_deleted: bool, child_of: Field | None) -> bool:
    if child_of is not None and (field.uid == child_of.uid or field.system):
        return field.name in ("id", "version") and field.system
    return (
        field.name not in NOT_BY_DEFAULT or not field.system or (with_deleted and field.name == "deleted_at")
    )


def select_children(model: Model, grants: Grants, field: Field, names: list[str]) -> Children:
    """The list of child rows of a children field; an empty name among ``names`` asks for the default fields."""
    entity = model.entity_by_uid[field.target or ""]
    through = entity.by_uid[field.through or ""]
    if "" in names:
        selection = default_selection(model, grants, entity, child_of=through)
        rest = tuple(n for n in names if n and n.partition(".")[0] not in selection.order)
        more = select_fields(model, grants, entity, rest) if rest else None
    else:
        selection, more = select_fields(model, grants, entity, tuple(names)), None
    if more is not None:
        selection = Selection(
            entity=entity, columns=selection.columns + more.columns, children=more.children,
            order=selection.order + more.order,
        )  # fmt: skip
    return Children(name=field.name, field=field, through=through, selection=selection)


def sort_keys(model: Model, grants: Grants, entity: Entity, names: tuple[str, ...]) -> tuple[SortKey, ...]:
    """The keys of an order, each name once; what has no order is refused with KBK2002."""
    if len(names) > MAX_SORT_KEYS:
        raise malformed("/sort", message("At most {most} sort keys can be given.", most=MAX_SORT_KEYS))
    keys: dict[str, SortKey] = {}
    for index, written in enumerate(names):
        name, pointer = written.removeprefix("-"), f"/sort/{index}"
        path = readable_path(model, grants, entity, name, pointer)
        if path.field.type.name in UNSORTABLE or path.field.listed or path.field.result.kind == "link_any":
            raise malformed(pointer, message("Rows cannot be sorted by “{name}”.", name=name))
        keys.setdefault(name, SortKey(path=path, descending=written.startswith("-")))
    return tuple(keys.values())


def malformed(pointer: str, words: Message) -> KubikError:
    """KBK2002 at a place of the question."""
    return KubikError("KBK2002", words, errors=(Problem(pointer=pointer, code="KBK2002", message=words),))
