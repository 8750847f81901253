"""The guard of shares: with one person, group, role or department at a time, and never more than the giver has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.explain import stand
from core.access.grants import grants_of
from core.storage.expressions import AllRows
from core.storage.expressions.shares import received
from core.system.changes import Change, problem
from metamodel.any_link import AnyLink
from metamodel.errors import Problem
from metamodel.expression.sharing import is_shared
from metamodel.expression.tree import Aggregate, Call, Constant, Expression, Node
from metamodel.expression.types import BOOLEAN
from metamodel.messages import message
from metamodel.model import Entity, Grant

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

WHOM = ("user", "group", "role", "department")
"""The fields of a share that say with whom."""


def guard_share(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    """What is wrong with a share that was written; that the record may be shared at all was asked before."""
    about = change.after.get("about")
    if change.action == "delete" or change.taken_along or not isinstance(about, AnyLink):
        return []
    if sum(change.after.get(name) is not None for name in WHOM) != 1:
        why = message("Say with whom: a person, a group, a role or a department, one of them.")
        return [problem(change, "user", why, "KBK3006")]
    if change.moved("about"):
        return [problem(change, "about", message("A share stays with the record it is about."))]
    entity = tx.model.entity_by_uid[about.entity]
    if entity.parent is not None:
        return [problem(change, "about", message("A row of a list is seen with its record: share that one."))]
    if grants_of(tx.model, actor).everything:
        return []
    if change.after.get("user") in (actor.user, actor.person):
        return [problem(change, "user", message("Nobody shares with themselves."))]
    return _within(tx, actor, change, entity, about.id)


def _within(tx: Transaction, actor: Actor, change: Change, entity: Entity, record: int) -> list[Problem]:
    """A share gives what its giver has, for as long as they have it."""
    changing = change.after.get("access") == _change_of(change.entity)
    if changing and not _stands(tx, actor, entity, record, "update"):
        why = message("You may not change this record yourself: share it to be read.")
        return [problem(change, "access", why)]
    asked = ("share", "update") if changing else ("share",)
    if all(_stands(tx, actor, entity, record, action, by_shares=False) for action in asked):
        return []
    last = _until(tx, actor, change, entity, record, changing)
    until = change.after.get("until")
    if last is None or (until is not None and until <= last):
        return []
    why = message("This record is shared with you until {day}: share it no longer than that.", day=last)
    return [problem(change, "until", why)]


def _change_of(share: Entity) -> str:
    choice = share.by_name["access"].choice("change")
    assert choice is not None
    return choice.uid


def _stands(
    tx: Transaction, actor: Actor, entity: Entity, record: int, action: str, *, by_shares: bool = True
) -> bool:
    """Whether a grant of the action stands on the record, or would without what was shared."""
    given = [g for g in grants_of(tx.model, actor).own.get(entity.uid, ()) if action in g.actions]
    asked = given if by_shares else [_unshared(grant) for grant in given]
    return any(stand(tx, actor.user, entity, record, asked, action))


def _unshared(grant: Grant) -> Grant:
    if grant.rows is None:
        return grant
    rows = Expression(text=grant.rows.text, root=_without(grant.rows.root), entity=grant.rows.entity)
    return replace(grant, rows=rows)


def _without(node: Node) -> Node:
    """A rule as it is for whom nothing was shared with."""
    if isinstance(node, Call):
        if node.function == "IN" and is_shared(node.arguments[1]):
            return Constant(value=False, type=BOOLEAN)
        return replace(node, arguments=tuple(_without(each) for each in node.arguments))
    if isinstance(node, Aggregate):
        body, where, by = (
            None if each is None else _without(each) for each in (node.body, node.where, node.by)
        )
        return replace(node, body=body, where=where, by=by)
    return node


def _until(
    tx: Transaction, actor: Actor, change: Change, entity: Entity, record: int, changing: bool
) -> date | None:
    """The last day on which the record is shared with the actor; None for no end."""
    env = AllRows(tables=tx.tables, dialect=tx.dialect, zone=tx.workspace.zone).environment()
    select: sa.Select[Any] = received(entity.uid, record, env, changing=changing, but=change.id)
    today = tx.now.astimezone(tx.workspace.zone).date()
    days = list(tx.connection.execute(select, {"me": actor.user, "today": today, "now": tx.now}).scalars())
    return None if None in days else max(days, default=today)
