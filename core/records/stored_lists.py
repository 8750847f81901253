"""Lists of links as they are stored: read with the values of a record, written with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

CHUNK = 500


def load_lists(tx: Transaction, entity: Entity, found: Mapping[int, dict[str, Any]]) -> None:
    """Add the lists of these records to their values: a tuple of ids in order, None when it is empty."""
    ids = sorted(found)
    for uid, table in tx.tables[entity.uid].lists.items():
        for values in found.values():
            values[uid] = None
        select = sa.select(table.c.record, table.c.target).order_by(table.c.record, table.c.position)
        lists: dict[int, list[int]] = {}
        for start in range(0, len(ids), CHUNK):
            some = table.c.record.in_(ids[start : start + CHUNK])
            for record, target in tx.connection.execute(select.where(some)):
                lists.setdefault(record, []).append(target)
        for record, targets in lists.items():
            found[record][uid] = tuple(targets)


def store_lists(
    tx: Transaction, entity: Entity, rows: Sequence[tuple[int, Mapping[str, Any]]], *, new: bool = False
) -> None:
    """Write the lists that stand among the values of these records, each as a whole; of new records there is none."""
    for uid, table in tx.tables[entity.uid].lists.items():
        written = [(record, values[uid]) for record, values in rows if uid in values]
        ids = [] if new else [record for record, _ in written]
        for start in range(0, len(ids), CHUNK):
            tx.connection.execute(table.delete().where(table.c.record.in_(ids[start : start + CHUNK])))
        pairs = [
            {"record": record, "target": target, "position": place}
            for record, targets in written
            for place, target in enumerate(targets or (), start=1)
        ]
        if pairs:
            tx.connection.execute(table.insert(), pairs)
