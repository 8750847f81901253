"""The guard of departments: nobody widens what they see by heading one, or by putting one under their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.managing import manages, may_everything
from core.system.changes import Change, column, problem
from metamodel.errors import Problem
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def guard_department(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    """Rules name `my.departments` and `my.subordinates`: who heads a department, and what stands under it, are rights."""
    if may_everything(tx.model, actor) or change.taken_along:
        return []
    heads: set[int] = {each for each in (change.before.get("head"), change.after.get("head")) if each}
    if (change.moved("head") or change.action != "update") and heads:
        if heads & {actor.user, actor.person}:
            return [problem(change, "head", message("Nobody makes themselves the head of a department."))]
        if not all(manages(tx, actor, person) for person in heads):
            return [problem(change, "head", message("This person has a role that is not below yours."))]
    if change.moved("parent") and _mine(tx, actor) & (
        _above(tx, change, "after") - _above(tx, change, "before")
    ):
        return [problem(change, "parent", message("Nobody puts a department under their own."))]
    return []


def _above(tx: Transaction, change: Change, side: str) -> set[int]:
    """The department that this one stands or stood under, and all above that."""
    parent = (change.after if side == "after" else change.before).get("parent")
    table = tx.tables.own.closure
    select = sa.select(table.c.ancestor).where(
        table.c.entity == change.entity.uid, table.c.descendant == parent
    )
    return set(tx.connection.execute(select).scalars())


def _mine(tx: Transaction, actor: Actor) -> set[int]:
    """The departments by which the actor sees more: their own, and those they head."""
    users, department = column(tx, "user", "department")
    departments, head = column(tx, "department", "head")
    own = sa.select(department).where(users.c.id == actor.user, department.is_not(None))
    headed = sa.select(departments.c.id).where(head == actor.user, departments.c.deleted_at.is_(None))
    return set(tx.connection.execute(own.union(headed)).scalars())
