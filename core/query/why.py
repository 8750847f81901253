"""Why a person may or may not: the verdict with their roles, where these come from, and every grant that has a part."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.explain import Explanation, explain
from core.access.people import find_person
from core.access.roster import Way, ways_of
from core.query.allowed import ACTIONS, allowed
from core.query.held import is_file
from core.query.read import titles, visible_ids
from core.storage.workspace import Transaction
from metamodel.model import Entity, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role that counts for a person, and every way by which it does."""

    role: Role
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The verdict about a person; without an ``actor`` they may not sign in, and so may nothing."""

    allowed: bool
    explanation: Explanation
    roles: tuple[HeldRole, ...]
    actor: Actor | None

    @property
    def why(self) -> str:
        """What decided: one word for screens and programs."""
        if self.actor is None:
            return "disabled"
        return reason_of(self.explanation)


def explain_person(
    tx: Transaction, person: int, entity: Entity, id: int | None, action: str, field: str | None = None
) -> Why:
    """Whether an active person may do the action on that record (None: on any), of a field (uid) when it is given."""
    found = find_person(tx, "user", {"user": person})
    actor = None if found is None else found.actor
    roles = tuple(_held(tx, person)) if actor is not None else ()
    explanation = explain(tx, actor.roles if actor else (), person, entity, id, action, field)
    if actor is not None and is_file(entity) and action == "read":  # the records that hold a file decide
        seen = id is None or bool(visible_ids(tx, actor, entity, (id,), "any"))
        explanation = replace(explanation, allowed=seen)
    allowed = actor is not None and explanation.allowed
    return Why(allowed=allowed, explanation=explanation, roles=roles, actor=actor)


def reason_of(found: Explanation) -> str:
    """What decided a verdict: ``granted``, or what stands against it, the nearest first."""
    if found.allowed:
        return "granted"
    if not found.exists:
        return "no record"
    if found.narrowed:
        return "narrowed"
    if found.sight is not None:
        return "out of sight"
    if found.parent is not None and not found.parent.allowed:
        return "parent"
    if not found.reasons:
        return "no grant"
    if not any(reason.holds for reason in found.reasons):
        staged = any(not reason.at_stage for reason in found.reasons)
        return "stage" if staged and all(not r.at_stage or not r.holds for r in found.reasons) else "rows"
    if not any(reason.passes for reason in found.reasons):
        return "check"
    return "field"


def who_may(
    tx: Transaction, entity: Entity, id: int, action: str, field: str | None = None, *, most: int = 200
) -> tuple[int, ...]:
    """The active people who may do it on that record, by id, looking at so many people at most."""
    user = tx.model.entities["user"]
    place = tx.tables[user.uid]
    active = place.columns[user.by_name["active"].uid].value
    select = sa.select(place.table.c.id).where(place.table.c.deleted_at.is_(None), active.is_(sa.true()))
    people = list(tx.connection.execute(select.order_by(place.table.c.id).limit(most)).scalars())
    return tuple(person for person in people if _may(tx, person, entity, id, action, field))


def _may(tx: Transaction, person: int, entity: Entity, id: int, action: str, field: str | None) -> bool:
    """By statements that are kept where there are such, else by explaining."""
    found = find_person(tx, "user", {"user": person})
    if found is None:
        return False
    if field is None and action == "read":
        return bool(visible_ids(tx, found.actor, entity, (id,), "any"))
    if not visible_ids(tx, found.actor, entity, (id,), "any"):
        return False
    if field is None and action in ACTIONS:
        return action in allowed(tx, found.actor, entity.name, id)
    return explain(tx, found.actor.roles, person, entity, id, action, field).allowed


def groups_of(roles: Iterable[HeldRole]) -> frozenset[int]:
    """The groups (ids) that give these roles."""
    return frozenset(way.group for held in roles for way in held.ways if way.group is not None)


def group_names(tx: Transaction, reader: Actor, groups: Collection[int]) -> Mapping[int, str]:
    """What these groups (ids) are called, of those that the reader may know."""
    group = tx.model.entities.get("group")
    found = titles(tx, reader, group, groups) if group is not None and groups else {}
    return {record: str(link.title) for record, link in found.items() if not link.hidden}


def _held(tx: Transaction, person: int) -> Iterator[HeldRole]:
    """The roles of a person in the order of their names, each with the ways to it."""
    ways = ways_of(tx, (person,)).get(person, {})
    for role in sorted((tx.model.role_by_uid[uid] for uid in ways), key=_name):
        yield HeldRole(role=role, ways=ways[role.uid])


def _name(role: Role) -> str:
    return role.name
