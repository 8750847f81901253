"""The guard of deputies: named by who is away themselves, or by who manages them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.access.actor import Actor
from core.access.managing import answers_for, may_everything
from core.system.changes import Change, problem
from metamodel.errors import Problem
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def guard_deputy(tx: Transaction, actor: Actor, change: Change) -> list[Problem]:
    """What is wrong with a deputy that was written: nobody gives away what another may."""
    if may_everything(tx.model, actor) or change.taken_along:
        return []
    for side in (change.before, change.after):
        user = side.get("user")
        if user is not None and not _decides(tx, actor, user):
            return [
                problem(change, "user", message("Only they themselves, and who manages them, name a deputy."))
            ]
    return []


def _decides(tx: Transaction, actor: Actor, user: int) -> bool:
    return actor.narrowing is None and (user == actor.person or answers_for(tx, actor, user))
