"""Child rows by the model: the columns of a list, the lists of its rows, the names that read all of them."""

from __future__ import annotations

from collections.abc import Iterator

from core.access.grants import Grants
from metamodel.model import Entity, Field, Model
from renderers.forms.filled import MAX_DEPTH, Lists


def laid(child: Entity) -> list[Field]:
    """The fields of child rows in the order of their layout, without the link to the parent."""
    uids = [uid for tab in child.layout for row in tab.rows for uid in row]
    placed = [child.by_uid[uid] for uid in uids if uid in child.by_uid]
    rest = [f for f in child.fields if f.type.name == "children" and f.uid not in uids]
    fields = [*placed, *rest] if placed else [f for f in child.fields if not f.system]
    return [f for f in fields if f.uid != child.parent and not f.off]


def columns(grants: Grants, child: Entity) -> list[Field]:
    """The columns of child rows: what may be read of them, without lists of their own."""
    readable = grants.readable(child.uid)
    return [f for f in laid(child) if f.uid in readable and f.type.name != "children"]


def lists_in(grants: Grants, entity: Entity) -> list[Field]:
    """The lists of child rows that stand in every row of an entity, those that may be read."""
    readable = grants.readable(entity.uid)
    return [
        f
        for f in laid(entity)
        if f.type.name == "children" and f.uid in readable and grants.may(f.target or "", "read")
    ]


def read_names(model: Model, grants: Grants, listed: Field, depth: int = 1) -> Iterator[str]:
    """The names that ask a query for child rows and all rows below them: ``items``, ``items.parts``, …"""
    yield listed.name
    if depth < MAX_DEPTH:
        for inner in lists_in(grants, model.entity_by_uid[listed.target or ""]):
            for name in read_names(model, grants, inner, depth + 1):
                yield f"{listed.name}.{name}"


def every_name(model: Model, grants: Grants, entity: Entity) -> tuple[str, ...]:
    """The names of all that may be read of a record, with its child rows to any depth."""
    readable = grants.readable(entity.uid)
    plain = [
        f.name
        for f in entity.fields
        if f.uid in readable and f.type.name != "children" and not (f.system and f.name == "position")
    ]
    listed = [f for f in entity.fields if f.uid in readable and f.type.name == "children"]
    below = [
        name for f in listed if grants.may(f.target or "", "read") for name in read_names(model, grants, f)
    ]
    return (*plain, *below)


def row_field_writable(grants: Grants, child: Entity, each: Field) -> bool:
    """Whether a field of child rows may be typed: a grant of the child entity narrows what the parent's gives."""
    if not each.writable or each.read_only:
        return False
    return any(each.uid in grants.writable(child.uid, action) for action in ("create", "update"))


def lists_below(model: Model, grants: Grants, listed: Field, depth: int = 1) -> Lists:
    """The lists that a form holds in the rows of a list, each with those of its rows."""
    child = model.entity_by_uid[listed.target or ""]
    if depth >= MAX_DEPTH:
        return {}
    return {
        f.name: lists_below(model, grants, f, depth + 1)
        for f in lists_in(grants, child)
        if row_field_writable(grants, child, f)
    }
