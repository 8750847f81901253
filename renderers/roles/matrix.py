"""The overview of a role: each entity and action with one of three answers: all, part, none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.access.grants import Grants, make_grants, narrows
from metamodel.model import Entity, Model, Role

State = Literal["all", "part", "none", "follows"]

COLUMNS = ("read", "create", "update", "move", "delete", "export", "print", "import")
"""The columns that every role has; others stand there when some role grants them."""

_CELLS = frozenset(("read", "create", "update"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entity and its answers, in the order of the columns."""

    entity: Entity
    states: tuple[tuple[str, State], ...]


def matrix(model: Model, role: Role, entities: Sequence[Entity]) -> tuple[Row, ...]:
    """The answers of a role with all that it includes."""
    grants = make_grants(model, model.included.get(role.uid, {role.uid}))
    return tuple(
        Row(entity=e, states=tuple((action, state_of(grants, e, action)) for action in COLUMNS))
        for e in entities
    )


def state_of(grants: Grants, entity: Entity, action: str) -> State:
    """All records and fields, a part of them, or none; what follows another record and is not narrowed says so."""
    if grants.everything:
        return "all"
    own = [g for g in grants.own.get(entity.uid, ()) if action in g.actions]
    if not own:
        return "follows" if narrows(entity) and grants.may(entity.uid, action) else "none"
    if action == "move" and entity.stages is None:
        return "none"
    for grant in own:
        whole = grant.rows is None and grant.check is None and grant.stages is None
        if whole and (grant.fields is None or action not in _CELLS):
            return "all"
    return "part"
