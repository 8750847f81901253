"""Lists that are kept as records of an entity of pairs: what was sent is made of them by creating and deleting pairs,
under the rights of that entity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from core.records.asking import parameters, relations
from core.records.places import pointer_to
from core.records.shapes import Row
from core.records.work import Work, start
from metamodel.model import Field


def write_pairs(work: Work, run: Callable[[Work], None]) -> None:
    """Bring the pairs of every row up to the lists that were sent, in a write of their own in the same transaction.

    Only pairs that the actor sees can go, so that a list keeps what its writer does not see.
    """
    inner = start(work.tx, work.actor, work.context)
    for row in work.rows():
        for uid, wanted in row.pairs.items():
            _match(inner, row, row.entity.by_uid[uid], wanted)
    if inner.tops:
        run(inner)


def _match(inner: Work, row: Row, field: Field, wanted: tuple[int, ...]) -> None:
    assert field.via is not None
    entity = inner.model.entity_by_uid[field.via.entity]
    pointer = pointer_to(row, field.name)
    stored = there(inner, row, field) if row.action != "create" else []
    for pair, target in stored:
        if target not in wanted:
            inner.tops.append(Row(entity=entity, action="delete", id=pair, pointer=pointer))
    known = {target for _, target in stored}
    for target in wanted:
        if target not in known:
            sent = {field.via.owner: row.id, field.via.target: target}
            inner.tops.append(Row(entity=entity, action="create", pointer=pointer, sent=dict(sent)))


def there(work: Work, row: Row, field: Field) -> list[tuple[int, int]]:
    """The pairs of the row that the actor sees, each with what it leads to, where they see that."""
    assert field.via is not None and field.target is not None
    rows = relations(work).visible
    pair, target = rows.open(field.via.entity), rows.open(field.target, "any")
    led = pair.cell(field.via.target).value
    limits: list[Any] = [c for c in (pair.condition, target.condition) if c is not None]
    select = sa.select(pair.alias.c.id, led).where(
        pair.cell(field.via.owner).value == row.id, target.alias.c.id == led, *limits
    )
    return [(found[0], found[1]) for found in work.tx.connection.execute(select, parameters(work))]
