"""The tree of roles: who manages whom, with how many people each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.access.actor import Actor, system_actor
from core.access.managing import below, may_everything
from core.query.query import Query
from core.query.read import count
from core.solutions.foresight import holders_filter
from core.storage.workspace import Transaction
from metamodel.model import Model, Role

MOST_PEOPLE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A role in the tree; ``mine`` are those that the reader may make and change."""

    role: Role
    depth: int
    people: int
    mine: bool


def seen_roles(model: Model, actor: Actor) -> list[Role]:
    """The roles a reader of the screen sees: theirs and those below; all, for who may everything."""
    shown = below(model, actor) | frozenset(actor.roles)
    return [role for role in model.roles.values() if role.uid in shown]


def tree(tx: Transaction, actor: Actor) -> tuple[Branch, ...]:
    """The roles in the order of the tree, the roots first."""
    roles = seen_roles(tx.model, actor)
    shown = {role.uid for role in roles}
    managed = below(tx.model, actor)
    everything = may_everything(tx.model, actor)

    def under(parent: str | None, depth: int) -> Iterator[Branch]:
        for role in roles:
            at = role.parent if role.parent in shown else None
            if at == parent:
                mine = (everything or role.uid in managed) and not role.everything
                yield Branch(role=role, depth=depth, people=people_with(tx, role), mine=mine)
                yield from under(role.uid, depth + 1)

    return tuple(under(None, 0))


def people_with(tx: Transaction, role: Role) -> int:
    """How many people have the role, themselves or by a group: asked by who sees the role, of their number alone."""
    return count(
        tx, system_actor(), Query(entity="user", filter=holders_filter(tx.model, role)), cap=MOST_PEOPLE
    )
