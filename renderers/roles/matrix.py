"""The overview of a role: each entity and action with one of three answers: all, part, none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.access.grants import Grants, make_grants, narrows, of_no_row
from metamodel.messages import Message, message
from metamodel.model import Entity, Model, Role

State = Literal["all", "part", "none", "follows"]

COLUMNS: Mapping[str, Message] = {
    "read": message("See"),
    "create": message("Create"),
    "update": message("Change"),
    "move": message("Stage"),
    "delete": message("Delete"),
    "print": message("Print"),
    "export": message("Export"),
    "import": message("Import"),
}
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
    if action == "move" and entity.stages is None:
        return "none"
    own = [g for g in grants.own.get(entity.uid, ()) if action in g.actions]
    if not own:
        return "follows" if narrows(entity) and grants.may(entity.uid, action) else "none"
    own = [grant for grant in own if not of_no_row(grant)]
    if not own:
        return "none"
    for grant in own:
        whole = grant.rows is None and grant.check is None and grant.stages is None
        if whole and (grant.fields is None or action not in _CELLS):
            return "all"
    return "part"


def in_order(model: Model, entities: Sequence[Entity]) -> list[Entity]:
    """The entities as the navigation has them, the rest behind; child rows behind what they belong to."""
    places = {uid: number for number, uid in enumerate(_in_menus(model))}
    tops = [e for e in entities if e.parent is None]
    tops.sort(key=lambda e: places.get(e.uid, len(places)))
    made: list[Entity] = []
    for top in tops:
        made.append(top)
        made += _below(model, top, entities)
    return made + [e for e in entities if e not in made]


def _below(model: Model, entity: Entity, shown: Sequence[Entity]) -> Iterator[Entity]:
    for child in shown:
        if child.parent is not None and child.by_uid[child.parent].target == entity.uid:
            yield child
            yield from _below(model, child, shown)


def _in_menus(model: Model) -> Iterator[str]:
    waiting = [item for menu in model.menus.values() for item in menu.items]
    while waiting:
        item = waiting.pop(0)
        if item.entity is not None:
            yield item.entity
        waiting[:0] = item.items
