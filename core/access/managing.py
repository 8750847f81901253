"""Who manages whom: a role makes and manages only roles, and people of roles, that stand below it; never itself."""

from __future__ import annotations

from collections.abc import Iterable

from core.access.actor import Actor
from core.access.explain import stand
from core.access.grants import grants_of
from core.access.people import effective
from core.access.roster import given
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
    """Whether the actor manages the person, and sees their record and may change it: who looks with somebody's eyes, gives
    them a password or hands over what is theirs comes to all that they have, in other departments, too.
    """
    if may_everything(tx.model, actor):
        return True
    if not manages(tx, actor, person):
        return False
    user, grants = tx.model.entities["user"], grants_of(tx.model, actor)
    return all(
        any(stand(tx, actor.user, user, person, grants.branches(user.uid, right), right))
        for right in ("read", "update")
    )


def manages_anybody(model: Model, actor: Actor) -> bool:
    """Whether there are roles that the actor manages at all: what screens of people and roles are offered by."""
    return bool(below(model, actor))


def held_roles(tx: Transaction, person: int) -> tuple[str, ...]:
    """The roles (uids) a person has now: their own, those of their groups, and what these include."""
    return effective(tx.model, (role for _, role, _ in given(tx, (person,))))


def _under(model: Model, role: str, others: set[str]) -> bool:
    seen: set[str] = set()
    found = model.role_by_uid.get(role)
    while found is not None and found.parent is not None and found.uid not in seen:
        seen.add(found.uid)
        if found.parent in others:
            return True
        found = model.role_by_uid.get(found.parent)
    return False
