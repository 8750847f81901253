"""Guards: what holds for records of system entities beyond grants; asked by `records` of every write, on every path.

Nobody gives themselves or others a role that is not below their own, unless they may everything; the last active
administrator stays; records of roles follow the definitions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.managing import held_roles, is_below, manages, may_everything
from core.access.people import known_zones
from core.access.tokens import end_keys
from core.query.comments import sees
from core.storage.workspace import Transaction
from core.system.changes import Change, column, definition_of, problem
from core.system.departments import guard_department
from core.system.deputies import guard_deputy
from core.system.groups import guard_group
from core.system.shares import guard_share
from metamodel.any_link import AnyLink
from metamodel.errors import Problem
from metamodel.messages import message

LOGIN = re.compile(r"[^\W_][\w.@+-]{0,99}")
"""A letter or digit first, then letters, digits and ``_ . @ + -``; letters of any language."""

_OTHERS: Mapping[str, Callable[[Transaction, Actor, Change], list[Problem]]] = {
    "group": guard_group,
    "share": guard_share,
    "department": guard_department,
    "deputy": guard_deputy,
}

GUARDED = frozenset(("erasure", "file", "user", "user_role", "role", "comment", *_OTHERS))
"""Names of the system's entities that have guards."""


def guard(tx: Transaction, actor: Actor, changes: Sequence[Change]) -> list[Problem]:
    """What the guards refuse of these changes, which are written but not yet committed."""
    found: list[Problem] = []
    for change in changes:
        if change.entity.name == "user":
            found += _user(tx, actor, change)
        elif change.entity.name == "user_role":
            found += _user_role(tx, actor, change)
        elif change.entity.name == "file" and not actor.system:
            found.append(
                problem(change, "", message("Files come by being sent, and go when nothing holds them."))
            )
        elif change.entity.name == "role" and not actor.system:
            found.append(problem(change, "", message("Roles are made by definitions, not by hand.")))
        elif change.entity.name == "erasure" and not actor.system:
            found.append(problem(change, "", message("Acts of erasure are written by the erasure itself.")))
        elif change.entity.name == "comment" and not actor.system:
            found += _comment(tx, actor, change)
        elif change.entity.name in _OTHERS:
            found += _OTHERS[change.entity.name](tx, actor, change)
    if not found:
        found += _last_administrator(tx, changes)
    return found


def effects(tx: Transaction, actor: Actor, changes: Sequence[Change]) -> None:
    """What follows from the changes elsewhere: who may not sign in any more is signed out, their keys end."""
    for change in changes:
        if change.entity.name == "user" and (change.action == "delete" or _disabled(change)):
            end_keys(tx, change.id, actor.person)


def _user(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    found: list[Problem] = []
    login, zone = change.after.get("login"), change.after.get("time_zone")
    if change.action in ("create", "update") and login is not None and not LOGIN.fullmatch(login):
        found.append(problem(change, "login", message(
            "a login has letters, digits and . _ - @ +, and begins with a letter or a digit"), "KBK3003"))  # fmt: skip
    if change.action in ("create", "update") and zone is not None and zone not in known_zones():
        found.append(
            problem(change, "time_zone", message("there is no time zone “{zone}”", zone=zone), "KBK3003")
        )
    if may_everything(tx.model, actor):
        return found
    if change.id in (actor.user, actor.person):
        for name in ("department", "active"):
            if change.moved(name):
                found.append(problem(change, name, message("Nobody changes this of themselves.")))
        if change.action == "delete":
            found.append(problem(change, "", message("Nobody deletes themselves.")))
    elif change.action != "create" and not manages(tx, actor, change.id):
        found.append(problem(change, "", message("This person has a role that is not below yours.")))
    return found


def _comment(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    """Its author alone changes a comment, and takes it away or brings it back; who may everything does so, too."""
    if change.taken_along:
        return []
    strangers = _strangers(tx, change)
    if change.action == "create" or strangers:
        return strangers
    if change.moved("about"):
        return [problem(change, "about", message("A comment stays with the record it is about."))]
    if _author(tx, change) == actor.person:
        return []
    if change.action in ("delete", "restore") and may_everything(tx.model, actor):
        return []
    return [problem(change, "", message("Only who wrote a comment may change it."))]


def _strangers(tx: Transaction, change: Change) -> list[Problem]:
    """Nobody is told of a record by being named in a comment who does not see it."""
    about, named = change.after.get("about"), change.after.get("mentions") or ()
    added = [user for user in named if user not in (change.before.get("mentions") or ())]
    if not added or not isinstance(about, AnyLink):
        return []
    entity = tx.model.entity_by_uid[about.entity]
    if all(sees(tx, user, entity, about.id) for user in added):
        return []
    return [problem(change, "mentions", message("Only people who see the record can be named."))]


def _author(tx: Transaction, change: Change) -> int | None:
    table = tx.tables[change.entity.uid].table
    found: int | None = tx.connection.execute(
        sa.select(table.c.created_by).where(table.c.id == change.id)
    ).scalar_one_or_none()
    return found


def _user_role(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    if may_everything(tx.model, actor):
        return []
    for side in (change.before, change.after):
        if side.get("user") in (actor.user, actor.person) and actor.user is not None:
            return [problem(change, "", message("Nobody changes their own roles."))]
        definition = definition_of(tx, side.get("role"))
        if definition is not None and not is_below(tx.model, definition, actor.roles):
            return [problem(change, "role", message("This role is not below yours."))]
    person = change.after.get("user") or change.before.get("user")
    if person is not None and not manages(tx, actor, person):
        return [problem(change, "", message("This person has a role that is not below yours."))]
    return []


def _last_administrator(tx: Transaction, changes: Sequence[Change]) -> list[Problem]:
    all_powerful = {role.uid for role in tx.model.roles.values() if role.everything}
    suspects = [change for change in changes if _takes_power(tx, change, all_powerful)]
    if not suspects:
        return []
    _lock_roles(tx, all_powerful)
    if _active_administrators(tx, all_powerful):
        return []
    return [problem(suspects[0], "", message("The last active administrator stays: make another one first."))]


def _takes_power(tx: Transaction, change: Change, all_powerful: set[str]) -> bool:
    if change.entity.name == "user_role" and change.action in ("delete", "update"):
        return definition_of(tx, change.before.get("role")) in all_powerful
    return _disabled(change) and bool(all_powerful & set(held_roles(tx, change.id)))


def _disabled(change: Change) -> bool:
    return change.entity.name == "user" and change.moved("active") and not change.after.get("active")


def _active_administrators(tx: Transaction, all_powerful: set[str]) -> bool:
    """Whether somebody who can sign in has such a role themselves: one given by a group goes with the group."""
    roles, definition = column(tx, "role", "definition")
    links, of_user = column(tx, "user_role", "user")
    _, of_role = column(tx, "user_role", "role")
    users, active = column(tx, "user", "active")
    statement = (
        sa.select(users.c.id)
        .join_from(links, roles, of_role == roles.c.id)
        .join(users, of_user == users.c.id)
        .where(
            definition.in_(sorted(all_powerful)), active.is_(sa.true()),
            *(table.c.deleted_at.is_(None) for table in (roles, links, users)),
        )
        .limit(1)
    )  # fmt: skip
    return tx.connection.execute(statement).first() is not None


def _lock_roles(tx: Transaction, definitions: set[str]) -> None:
    """Two administrators who disable each other at once do it one after the other."""
    if tx.dialect == "postgresql":
        place, definition = column(tx, "role", "definition")
        tx.connection.execute(
            sa.select(place.c.id)
            .where(definition.in_(sorted(definitions)))
            .order_by(place.c.id)
            .with_for_update()
        )
