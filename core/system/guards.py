"""Guards: what holds for records of system entities beyond grants; asked by `records` of every write, on every path.

Nobody gives themselves or others a role that is not below their own, unless they may everything; the last active
administrator stays; records of roles follow the definitions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.login import end_sessions
from core.access.managing import held_roles, is_below, may_everything
from core.access.people import known_zones
from core.query.comments import sees
from metamodel.any_link import AnyLink
from metamodel.errors import Problem
from metamodel.messages import Message, message
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

LOGIN = re.compile(r"[^\W_][\w.@+-]{0,99}")
"""A letter or digit first, then letters, digits and ``_ . @ + -``; letters of any language."""

GUARDED = frozenset(("file", "user", "user_role", "role", "comment"))
"""Names of the system's entities that have guards."""


Action = Literal["create", "update", "delete", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row of a system entity that was written; ``before`` and ``after`` are values by name of the field."""

    entity: Entity
    action: Action
    id: int
    pointer: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    taken_along: bool = False
    """Whether it goes or comes back with another record, and was not named itself."""

    def moved(self, name: str) -> bool:
        """Whether the field has another value now."""
        return self.action != "create" and self.before.get(name) != self.after.get(name)


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
                _problem(change, "", message("Files come by being sent, and go when nothing holds them."))
            )
        elif change.entity.name == "role" and not actor.system:
            found.append(_problem(change, "", message("Roles are made by definitions, not by hand.")))
        elif change.entity.name == "comment" and not actor.system:
            found += _comment(tx, actor, change)
    if not found:
        found += _last_administrator(tx, changes)
    return found


def effects(tx: Transaction, changes: Sequence[Change]) -> None:
    """What follows from the changes elsewhere: who may not sign in any more is signed out."""
    for change in changes:
        if change.entity.name == "user" and (change.action == "delete" or _disabled(change)):
            end_sessions(tx, change.id)


def _user(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    found: list[Problem] = []
    login, zone = change.after.get("login"), change.after.get("time_zone")
    if change.action in ("create", "update") and login is not None and not LOGIN.fullmatch(login):
        found.append(_problem(change, "login", message(
            "a login has letters, digits and . _ - @ +, and begins with a letter or a digit"), "KBK3003"))  # fmt: skip
    if change.action in ("create", "update") and zone is not None and zone not in known_zones():
        found.append(
            _problem(change, "time_zone", message("there is no time zone “{zone}”", zone=zone), "KBK3003")
        )
    if may_everything(tx.model, actor):
        return found
    if change.id in (actor.user, actor.person):
        for name in ("department", "active"):
            if change.moved(name):
                found.append(_problem(change, name, message("Nobody changes this of themselves.")))
        if change.action == "delete":
            found.append(_problem(change, "", message("Nobody deletes themselves.")))
    elif change.action != "create" and not _manages(tx, actor, change.id):
        found.append(_problem(change, "", message("This person has a role that is not below yours.")))
    return found


def _comment(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    """Its author alone changes a comment, and takes it away or brings it back; who may everything does so, too."""
    if change.taken_along:
        return []
    strangers = _strangers(tx, change)
    if change.action == "create" or strangers:
        return strangers
    if change.moved("about"):
        return [_problem(change, "about", message("A comment stays with the record it is about."))]
    if _author(tx, change) == actor.person:
        return []
    if change.action in ("delete", "restore") and may_everything(tx.model, actor):
        return []
    return [_problem(change, "", message("Only who wrote a comment may change it."))]


def _strangers(tx: Transaction, change: Change) -> list[Problem]:
    """Nobody is told of a record by being named in a comment who does not see it."""
    about, named = change.after.get("about"), change.after.get("mentions") or ()
    added = [user for user in named if user not in (change.before.get("mentions") or ())]
    if not added or not isinstance(about, AnyLink):
        return []
    entity = tx.model.entity_by_uid[about.entity]
    if all(sees(tx, user, entity, about.id) for user in added):
        return []
    return [_problem(change, "mentions", message("Only people who see the record can be named."))]


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
            return [_problem(change, "", message("Nobody changes their own roles."))]
        definition = _definition(tx, side.get("role"))
        if definition is not None and not is_below(tx.model, definition, actor.roles):
            return [_problem(change, "role", message("This role is not below yours."))]
    person = change.after.get("user") or change.before.get("user")
    if person is not None and not _manages(tx, actor, person):
        return [_problem(change, "", message("This person has a role that is not below yours."))]
    return []


def _manages(tx: Transaction, actor: Actor, person: int) -> bool:
    """Whether every role the person has is below one of the actor's."""
    return all(is_below(tx.model, definition, actor.roles) for definition in held_roles(tx, person))


def _last_administrator(tx: Transaction, changes: Sequence[Change]) -> list[Problem]:
    all_powerful = {role.uid for role in tx.model.roles.values() if role.everything}
    suspects = [change for change in changes if _takes_power(tx, change, all_powerful)]
    if not suspects:
        return []
    _lock_roles(tx, all_powerful)
    if _active_administrators(tx, all_powerful):
        return []
    return [
        _problem(suspects[0], "", message("The last active administrator stays: make another one first."))
    ]


def _takes_power(tx: Transaction, change: Change, all_powerful: set[str]) -> bool:
    if change.entity.name == "user_role" and change.action in ("delete", "update"):
        return _definition(tx, change.before.get("role")) in all_powerful
    return _disabled(change) and bool(all_powerful & set(held_roles(tx, change.id)))


def _disabled(change: Change) -> bool:
    return change.entity.name == "user" and change.moved("active") and not change.after.get("active")


def _definition(tx: Transaction, role: Any) -> str | None:
    """The uid of the definition that a record of `role` stands for."""
    place, column = _column(tx, "role", "definition")
    if role is None:
        return None
    found: str | None = tx.connection.execute(
        sa.select(column).where(place.c.id == role)
    ).scalar_one_or_none()
    return found


def _active_administrators(tx: Transaction, all_powerful: set[str]) -> bool:
    roles, definition = _column(tx, "role", "definition")
    links, of_user = _column(tx, "user_role", "user")
    _, of_role = _column(tx, "user_role", "role")
    users, active = _column(tx, "user", "active")
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
        place, definition = _column(tx, "role", "definition")
        tx.connection.execute(
            sa.select(place.c.id)
            .where(definition.in_(sorted(definitions)))
            .order_by(place.c.id)
            .with_for_update()
        )


def _column(tx: Transaction, entity: str, field: str) -> tuple[sa.Table, sa.Column[Any]]:
    found = tx.model.entities[entity]
    place = tx.tables[found.uid]
    return place.table, place.columns[found.by_name[field].uid].value


def _problem(change: Change, field: str, why: Message, code: str = "KBK3014") -> Problem:
    return Problem(pointer=f"{change.pointer}/{field}" if field else change.pointer, code=code, message=why)
