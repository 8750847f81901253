"""Everything that is somebody's, counted by entity and field as the one who asks may see it."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.query import Query
from core.query.read import count
from core.records.handover.places import Place, places
from core.storage.workspace import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """What stands under somebody's name in one field; ``more`` when it was counted no further."""

    place: Place
    count: int
    more: bool = False


def condition(place: Place, person: int) -> str:
    """The filter for the records that name the person there."""
    return f"{place.field.name} {'CONTAINS' if place.field.listed else '='} {person}"


def all_of_theirs(
    tx: Transaction, actor: Actor, person: int, *, cap: int | None = None
) -> tuple[Theirs, ...]:
    """What is theirs and visible to the actor, without places where nothing is; counted up to ``cap`` in each."""
    found = []
    for place in places(tx.model, grants_of(tx.model, actor)):
        question = Query(entity=place.entity.name, fields=(), filter=condition(place, person))
        counted = count(tx, actor, question, cap=None if cap is None else cap + 1)
        if counted:
            more = cap is not None and counted > cap
            found.append(
                Theirs(place=place, count=min(counted, cap) if cap is not None else counted, more=more)
            )
    return tuple(found)
