"""The records that were chosen, as they are found at the time of the deed and under the rights of then."""

from __future__ import annotations

from core.access.actor import Actor
from core.query.query import Query
from core.query.read import count, read
from core.records.bulk.order import Order
from core.storage.workspace import Transaction


def chosen_ids(tx: Transaction, actor: Actor, order: Order, after: int, limit: int) -> list[int]:
    """The next of the chosen records behind that id."""
    choice = order.choice
    if choice.ids is not None:
        rest = sorted(id for id in set(choice.ids) if id > after)
        found: list[int] = []
        while rest and len(found) < limit:
            some, rest = tuple(rest[:limit]), rest[limit:]
            found += _ids(tx, actor, _asked(order, ids=some, limit=len(some)))
        return found[:limit]
    behind = f"id > {after}"
    narrowed = f"({choice.filter}) AND {behind}" if choice.filter else behind
    return _ids(tx, actor, _asked(order, filter=narrowed, search=choice.search, limit=limit))


def chosen_count(tx: Transaction, actor: Actor, order: Order) -> int:
    """How many records are chosen, as far as the actor sees them."""
    choice = order.choice
    if choice.ids is not None:
        return count(tx, actor, _asked(order, ids=choice.ids)) if choice.ids else 0
    return count(tx, actor, _asked(order, filter=choice.filter, search=choice.search))


def _asked(
    order: Order, *, ids: tuple[int, ...] | None = None, filter: str | None = None, search: str | None = None,
    limit: int = 50,
) -> Query:  # fmt: skip
    return Query(
        entity=order.entity, fields=("id",), ids=ids, filter=filter, search=search, sort=("id",), limit=limit,
        deleted="only" if order.deed == "restore" else "none",
    )  # fmt: skip


def _ids(tx: Transaction, actor: Actor, query: Query) -> list[int]:
    return sorted(item["id"] for item in read(tx, actor, query).items)
