"""Closure of trees: every record of an entity with a `tree` link, with itself and all above it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.records.shapes import Row
from core.records.statements import chunks
from core.records.values import escaped
from core.records.work import Work
from metamodel.messages import message
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def check_trees(work: Work) -> None:
    """Refuse a move of a record under itself or under what is below it."""
    for rows in work.by_entity("update").values():
        entity = rows[0].entity
        if entity.tree is None:
            continue
        for row in rows:
            above = row.values.get(entity.tree)
            if (
                above is not None
                and above != row.before.get(entity.tree)
                and above in _below(work, entity, row.id)
            ):
                field = entity.by_uid[entity.tree]
                work.refuse(f"{row.pointer}/{escaped(field.name)}", "KBK3006", message(
                    "“{field}”: a record cannot stand under itself", field=field.label))  # fmt: skip


def keep_trees(work: Work) -> None:
    """Bring the closure up to what was written."""
    for rows in work.by_entity("create", "update").values():
        entity = rows[0].entity
        if entity.tree is None:
            continue
        for row in rows:
            above = row.values.get(entity.tree)
            if row.action == "create":
                _add(work, entity, _ancestors(work, entity, above), [row.id], itself=True)
            elif above != row.before.get(entity.tree):
                _move(work, entity, row, above)


def rebuild_closure(tx: Transaction, entity: Entity) -> None:
    """Make the closure of an entity anew from its links: for one that has just become a tree."""
    table = tx.tables.own.closure
    tx.connection.execute(table.delete().where(table.c.entity == entity.uid))
    if entity.tree is None:
        return
    place = tx.tables[entity.uid]
    links = sa.select(place.table.c.id, place.columns[entity.tree].value)
    above = {row[0]: row[1] for row in tx.connection.execute(links)}
    rows: list[dict[str, Any]] = []
    for record in above:
        step: int | None = record
        seen: set[int] = set()
        while step is not None and step not in seen:
            seen.add(step)
            rows.append({"entity": entity.uid, "ancestor": step, "descendant": record})
            step = above.get(step)
    if rows:
        tx.connection.execute(table.insert(), rows)


def _move(work: Work, entity: Entity, row: Row, above: int | None) -> None:
    table = work.tx.tables.own.closure
    branch = _below(work, entity, row.id)
    for some in chunks(branch):
        work.tx.connection.execute(table.delete().where(
            table.c.entity == entity.uid, table.c.descendant.in_(some),
            table.c.ancestor.not_in(sa.select(table.c.descendant).where(
                table.c.entity == entity.uid, table.c.ancestor == row.id)),
        ))  # fmt: skip
    _add(work, entity, _ancestors(work, entity, above), branch, itself=False)


def _add(work: Work, entity: Entity, above: Iterable[int], branch: Iterable[int], *, itself: bool) -> None:
    above = list(above)
    rows = [
        {"entity": entity.uid, "ancestor": a, "descendant": d}
        for d in branch
        for a in (*above, *([d] if itself else []))
    ]
    if rows:
        work.tx.connection.execute(work.tx.tables.own.closure.insert(), rows)


def _ancestors(work: Work, entity: Entity, record: int | None) -> list[int]:
    if record is None:
        return []
    table = work.tx.tables.own.closure
    return list(work.tx.connection.execute(
        sa.select(table.c.ancestor).where(table.c.entity == entity.uid, table.c.descendant == record)).scalars())  # fmt: skip


def _below(work: Work, entity: Entity, record: int) -> list[int]:
    table = work.tx.tables.own.closure
    return list(work.tx.connection.execute(
        sa.select(table.c.descendant).where(table.c.entity == entity.uid, table.c.ancestor == record)).scalars())  # fmt: skip
