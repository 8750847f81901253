"""The guard of groups: nobody comes to more by a group, neither themselves nor who is not below them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.managing import is_below, manages, may_everything
from core.system.changes import Change, definition_of, problem
from metamodel.errors import Problem
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def guard_group(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    """Who writes a group must be above every role it brings, of groups around it, too, and manage everybody who comes
    to have it or loses it.
    """
    if may_everything(tx.model, actor) or not _matters(change):
        return []
    for role in sorted(_roles(tx, change)):
        definition = definition_of(tx, role)
        if definition is not None and not is_below(tx.model, definition, actor.roles):
            return [problem(change, "roles", message("The group gives a role that is not below yours."))]
    for person in sorted(_people(tx, change)):
        if person in (actor.user, actor.person):
            return [problem(change, "members", message("Nobody changes which groups they are in."))]
        if not manages(tx, actor, person):
            return [problem(change, "members", message("This person has a role that is not below yours."))]
    return []


def _matters(change: Change) -> bool:
    return change.action != "update" or any(change.moved(name) for name in ("members", "groups", "roles"))


def _roles(tx: Transaction, change: Change) -> set[int]:
    """The roles that come with the group: its own, before and now, and those of all groups that it is inside."""
    lists = tx.tables[change.entity.uid].lists
    roles, inner = (lists[change.entity.by_name[name].uid] for name in ("roles", "groups"))
    around, rest = {change.id}, [change.id]
    while rest:
        select = sa.select(inner.c.record).where(inner.c.target == rest.pop())
        new = set(tx.connection.execute(select).scalars()) - around
        around |= new
        rest += new
    given = tx.connection.execute(sa.select(roles.c.target).where(roles.c.record.in_(around))).scalars()
    return {*given, *change.ids("roles"), *change.ids("roles", before=True)}


def _people(tx: Transaction, change: Change) -> frozenset[int]:
    """Who comes to be in the group, leaves it, or is in it while what it gives changes."""
    whole = change.action != "update" or change.moved("roles")
    people = {before: change.ids("members", before=before) for before in (False, True)}
    groups = {before: change.ids("groups", before=before) for before in (False, True)}
    if whole:
        return people[False] | people[True] | _members(tx, groups[False] | groups[True])
    return (people[False] ^ people[True]) | _members(tx, groups[False] ^ groups[True])


def _members(tx: Transaction, groups: Iterable[int]) -> frozenset[int]:
    table = tx.tables.own.member
    found = tx.connection.execute(sa.select(table.c.user).where(table.c.group.in_(sorted(groups))))
    return frozenset(found.scalars())
