"""Records that are found by the title of another one, when that title changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.records.indexing.asking import ask
from core.records.indexing.texts import write_again
from core.storage.search.layout import layout_of
from metamodel.model import Entity, Field

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

AT_ONCE = 1000
"""Records that are written again with the one whose title changed; more of them follow by a job."""


def followers(tx: Transaction, target: Entity) -> tuple[tuple[Entity, Field, frozenset[str]], ...]:
    """The entities that are searched by titles of that one: by which link, and by which of its fields (uids)."""
    kept: dict[str, tuple[tuple[Entity, Field, frozenset[str]], ...]]
    kept = tx.model.derived.setdefault("search followers", {})
    if target.uid not in kept:
        found = []
        for entity in tx.model.entities.values():
            columns = layout_of(tx.model, entity).columns
            for uid in dict.fromkeys(c.link for c in columns if c.link is not None):
                link = entity.by_uid[uid]
                if link.target == target.uid:
                    fields = frozenset(f for c in columns if c.link == uid for f in c.fields)
                    found.append((entity, link, fields))
        kept[target.uid] = tuple(found)
    return kept[target.uid]


def renamed(tx: Transaction, entity: Entity, changed: Mapping[int, AbstractSet[str]]) -> list[int]:
    """Of the changed fields by record, the records whose titles others are found by."""
    titles = frozenset[str]().union(*(fields for _, _, fields in followers(tx, entity)))
    return [record for record, uids in changed.items() if uids & titles] if titles else []


def follow_titles(tx: Transaction, target: Entity, records: Sequence[int]) -> None:
    """Write again what is found by the titles of these records; where that is much, ask a job for it."""
    if not records:
        return
    for entity, link, _ in followers(tx, target):
        if entity.uid not in tx.searched:
            continue
        for record in records:
            ids = leading(tx, entity, link, record, after=0, most=AT_ONCE + 1)
            if len(ids) > AT_ONCE:
                ask(tx, entity=entity.uid, link=link.uid, record=record)
            else:
                write_again(tx, entity, ids)


def leading(tx: Transaction, entity: Entity, link: Field, record: int, *, after: int, most: int) -> list[int]:
    """The records of an entity that lead to that one, in order of their ids, those in the bin among them."""
    place = tx.tables[entity.uid]
    column, number = place.columns[link.uid].value, place.table.c.id
    found = sa.select(number).where(column == record, number > after).order_by(number).limit(most)
    return list(tx.connection.execute(found).scalars())
