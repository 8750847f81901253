"""What may be exported: reading, narrowed on an entity to the rows and fields of the grants of `export`; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.access.grants import Grants, make_key, unlimited
from core.errors import KubikError
from metamodel.expression.tree import Call, Expression
from metamodel.expression.types import BOOLEAN
from metamodel.messages import message
from metamodel.model import Entity, Grant, Model


def exporting(model: Model, grants: Grants, entity: Entity) -> Grants:
    """The same grants, but that of the entity only what may be exported is read: rows, cells, and of child rows and
    of what follows another record those whose record may be exported. KBK4002 when nothing of it may be.

    What other entities lend to a cell, such as the title of a linked record, is read as ever.
    """
    if not grants.may(entity.uid, "export"):
        raise KubikError("KBK4002", message("{entity}: you may not export records", entity=entity.label))
    if grants.everything:
        return grants
    own = dict(grants.own)
    for uid in _deciding(grants, entity.uid, set()):
        own[uid] = tuple(_narrowed(grants, uid))
    if own == dict(grants.own):
        return grants
    return Grants(
        model=model,
        key=make_key(own, grants.narrowing),
        everything=False,
        own=own,
        narrowing=grants.narrowing,
    )


def exported_freely(grants: Grants, entity: Entity, field: str) -> bool:
    """Whether a field of an entity may be exported on every record of it: then also through a link."""
    if grants.everything:
        return True
    if entity.follows is not None or not grants.may(entity.uid, "export"):
        return False
    link = grants.parent_link(entity.uid)
    if link is not None and not exported_freely(grants, link[0], link[1].uid):
        return False
    found = entity.by_uid[field]
    return any(
        unlimited(grant) and (found.system or grant.fields is None or field in grant.fields)
        for grant in grants.branches(entity.uid, "export")
    )


def _deciding(grants: Grants, uid: str, seen: set[str]) -> Iterator[str]:
    """The entity and those whose records decide about its own."""
    if uid in seen:
        return
    seen.add(uid)
    yield uid
    for target in grants.followed(uid):
        yield from _deciding(grants, target, seen)
    link = grants.parent_link(uid)
    if link is not None:
        yield from _deciding(grants, link[0].uid, seen)


def _narrowed(grants: Grants, uid: str) -> Iterator[Grant]:
    """The grants of an entity, each that gives rows or cells once for every grant of exporting it is narrowed by."""
    given = grants.branches(uid, "export")
    for grant in (*grants.branches(uid, "read"), *_showing(grants, uid)):
        for limit in given:
            fields = grant.fields if limit.fields is None else limit.fields
            if grant.fields is not None and limit.fields is not None:
                fields = grant.fields & limit.fields
            actions = frozenset({"read"} if "read" in grant.actions else {"show"})
            yield replace(grant, actions=actions, rows=_both(grant.rows, limit.rows), fields=fields)
    for grant in grants.own.get(uid, ()):
        rest = grant.actions - {"read", "show"}
        if rest:
            yield replace(grant, actions=rest)


def _showing(grants: Grants, uid: str) -> list[Grant]:
    read = grants.branches(uid, "read")
    return [g for g in grants.own.get(uid, ()) if "show" in g.actions and g not in read]


def _both(one: Expression | None, other: Expression | None) -> Expression | None:
    if one is None or other is None or one == other:
        return other if one is None else one
    root = Call(type=BOOLEAN, function="AND", arguments=(one.root, other.root))
    return Expression(text=f"({one.text}) AND ({other.text})", root=root, entity=one.entity)
