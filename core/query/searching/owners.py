"""The records that child rows belong to: what somebody looks for who finds one of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.query import Link, Query
from core.query.read import read
from core.query.searching.excerpts import as_read
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The record that a child row belongs to, and what the row is called as people read it."""

    entity: Entity
    id: int
    title: str
    row: str


def owner_of(model: Model, entity: Entity) -> Entity:
    """The entity whose rows these are in the end; of no child rows the entity itself."""
    for link in _way(model, entity):
        entity = model.entity_by_uid[link.target or ""]
    return entity


def owners(tx: Transaction, actor: Actor, entity: Entity, titles: Mapping[int, str]) -> dict[int, Owner]:
    """The live records that these child rows belong to and the reader may see; the rows come with their titles."""
    way = ".".join(link.name for link in _way(tx.model, entity))
    if not way or not titles:
        return {}
    readable = grants_of(tx.model, actor).readable(entity.uid)
    titled = {part.field for part in entity.title}
    spelled = [f for f in entity.fields if f.uid in titled and f.uid in readable and f.type.name == "phone"]
    fields = ("id", way, *(f.name for f in spelled))
    question = Query(entity=entity.name, fields=fields, ids=tuple(titles), limit=len(titles))
    found: dict[int, Owner] = {}
    for item in read(tx, actor, question).items:
        above: Link | None = item[way]
        if above is None or above.id is None or above.deleted:
            continue
        row = titles[item["id"]]
        for field in spelled:
            if item[field.name]:
                row = row.replace(item[field.name], as_read(field, item[field.name]))
        found[item["id"]] = Owner(entity=owner_of(tx.model, entity), id=above.id, title=above.title, row=row)
    return found


def _way(model: Model, entity: Entity) -> tuple[Field, ...]:
    """The links from a child row to the record above it, and on to what is nobody's row."""
    way: list[Field] = []
    while entity.parent is not None:
        way.append(entity.by_uid[entity.parent])
        entity = model.entity_by_uid[way[-1].target or ""]
    return tuple(way)
