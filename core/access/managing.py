"""Who manages whom: a role makes and manages only roles, and people of roles, that stand below it; never itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.explain import stand
from core.access.grants import grants_of
from core.access.people import effective
from core.storage.workspace import Transaction
from metamodel.model import Model


def may_everything(model: Model, actor: Actor) -> bool:
    """Whether the actor is the system or holds a role without limits, and nothing narrows it."""
    if actor.system:
        return True
    held = (model.role_by_uid[uid] for uid in actor.roles if uid in model.role_by_uid)
    return actor.narrowing is None and any(role.everything for role in held)


def is_below(model: Model, role: str, above: Iterable[str]) -> bool:
    """Whether the role (uid), and everything it includes, stands under one of the others, at any depth."""
    others = set(above)
    return all(_under(model, each, others) for each in model.included.get(role, {role}))


def below(model: Model, actor: Actor) -> frozenset[str]:
    """The roles (uids) that the actor gives, takes away and manages: those under one of theirs; all, for who may everything."""
    if may_everything(model, actor):
        return frozenset(model.role_by_uid)
    if actor.narrowing is not None:
        # Who looks as another, stands in for them or comes by a narrower key manages nobody.
        return frozenset()
    return frozenset(uid for uid in model.role_by_uid if is_below(model, uid, actor.roles))


def manages(tx: Transaction, actor: Actor, person: int) -> bool:
    """Whether the actor may say what becomes of that person: every role they have, by whatever way, is below one of
    the actor's. Nobody manages themselves, but for who may everything. Whether there is such a person is not asked.
    """
    if may_everything(tx.model, actor):
        return True
    if actor.narrowing is not None or person in (actor.user, actor.person):
        return False
    held = held_roles(tx, person)
    if not held:
        return manages_anybody(tx.model, actor)
    return all(is_below(tx.model, role, actor.roles) for role in held)


def answers_for(tx: Transaction, actor: Actor, person: int) -> bool:
    """Whether the actor manages the person and may change their record: who looks with somebody's eyes, gives them a
    password or hands over what is theirs comes to all that they have, in other departments, too.
    """
    if may_everything(tx.model, actor):
        return True
    if not manages(tx, actor, person):
        return False
    user = tx.model.entities["user"]
    given = grants_of(tx.model, actor).branches(user.uid, "update")
    return any(stand(tx, actor.user, user, person, given, "update"))


def manages_anybody(model: Model, actor: Actor) -> bool:
    """Whether there are roles that the actor manages at all: what screens of people and roles are offered by."""
    return bool(below(model, actor))


def held_roles(tx: Transaction, person: int) -> tuple[str, ...]:
    """The roles (uids) a person has now: their own, those of their groups, and what these include."""
    found: list[str] = []
    for select in (_own(tx, person), _of_groups(tx, person)):
        if select is not None:
            found += tx.connection.execute(select).scalars()
    return effective(tx.model, found)


def _own(tx: Transaction, person: int) -> sa.Select[Any]:
    roles, definition = _column(tx, "role", "definition")
    links, of_user = _column(tx, "user_role", "user")
    _, of_role = _column(tx, "user_role", "role")
    return sa.select(definition).join_from(links, roles, of_role == roles.c.id).where(
        of_user == person, links.c.deleted_at.is_(None), roles.c.deleted_at.is_(None)
    )  # fmt: skip


def _of_groups(tx: Transaction, person: int) -> sa.Select[Any] | None:
    group = tx.model.entities.get("group")
    if group is None:
        return None
    member = tx.tables.own.member
    given = tx.tables[group.uid].lists[group.by_name["roles"].uid]
    roles, definition = _column(tx, "role", "definition")
    rows = member.join(given, given.c.record == member.c.group).join(roles, roles.c.id == given.c.target)
    return sa.select(definition).select_from(rows).where(
        member.c.user == person, roles.c.deleted_at.is_(None)
    )  # fmt: skip


def _under(model: Model, role: str, others: set[str]) -> bool:
    seen: set[str] = set()
    found = model.role_by_uid.get(role)
    while found is not None and found.parent is not None and found.uid not in seen:
        seen.add(found.uid)
        if found.parent in others:
            return True
        found = model.role_by_uid.get(found.parent)
    return False


def _column(tx: Transaction, entity: str, field: str) -> tuple[sa.Table, sa.Column[Any]]:
    found = tx.model.entities[entity]
    place = tx.tables[found.uid]
    return place.table, place.columns[found.by_name[field].uid].value
