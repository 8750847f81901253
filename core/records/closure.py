"""Closure of trees: every record of an entity with a `tree` link, with itself and all above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """Refuse moves of a record under itself or under what will be below it, all moves of the write together."""
    for rows in work.by_entity("update").values():
        entity = rows[0].entity
        moves = {row.id: above for row, above in _moved(entity, rows)}
        links = _links_above(work, entity, moves) | moves if moves else {}
        for row in rows:
            if row.id in moves and _meets_itself(row.id, links):
                field = entity.by_uid[entity.tree or ""]
                work.refuse(f"{row.pointer}/{escaped(field.name)}", "KBK3006", message(
                    "“{field}”: a record cannot stand under itself", field=field.label))  # fmt: skip


def keep_trees(work: Work) -> None:
    """Bring the closure up to what was written."""
    for rows in work.by_entity("create", "update").values():
        entity = rows[0].entity
        moves = _moved(entity, rows)
        for row, _ in moves:  # all let go first: what one is moved under may be below it until its own move
            _let_go(work, entity, row)
        for row, above in moves:
            _add(work, entity, _ancestors(work, entity, above), _below(work, entity, row.id), itself=False)
        for row in rows:
            if row.action == "create" and entity.tree is not None:
                above = row.values.get(entity.tree)
                _add(work, entity, _ancestors(work, entity, above), [row.id], itself=True)


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


def _moved(entity: Entity, rows: Iterable[Row]) -> list[tuple[Row, int | None]]:
    """The rows that get another place in their tree, each with the record it will stand under."""
    tree = entity.tree
    if tree is None:
        return []
    changed = (r for r in rows if r.action == "update" and r.values.get(tree) != r.before.get(tree))
    return [(row, row.values.get(tree)) for row in changed]


def _links_above(work: Work, entity: Entity, moves: Mapping[int, int | None]) -> dict[int, int | None]:
    """What every record above those that are moved, and above their new places, stands under now."""
    table, place = work.tx.tables.own.closure, work.tx.tables[entity.uid]
    found: dict[int, int | None] = {}
    for some in chunks({*moves, *(above for above in moves.values() if above is not None)}):
        above = sa.select(table.c.ancestor).where(table.c.entity == entity.uid, table.c.descendant.in_(some))
        links = sa.select(place.table.c.id, place.columns[entity.tree or ""].value)
        found |= {
            row[0]: row[1] for row in work.tx.connection.execute(links.where(place.table.c.id.in_(above)))
        }
    return found


def _meets_itself(record: int, links: Mapping[int, int | None]) -> bool:
    """Whether the way up from a record comes back to it."""
    step, seen = links.get(record), set[int]()
    while step is not None and step not in seen and step != record:
        seen.add(step)
        step = links.get(step)
    return step == record


def _let_go(work: Work, entity: Entity, row: Row) -> None:
    """Take a branch out of what is above it."""
    table = work.tx.tables.own.closure
    branch = _below(work, entity, row.id)
    for some in chunks(branch):
        work.tx.connection.execute(table.delete().where(
            table.c.entity == entity.uid, table.c.descendant.in_(some),
            table.c.ancestor.not_in(sa.select(table.c.descendant).where(
                table.c.entity == entity.uid, table.c.ancestor == row.id)),
        ))  # fmt: skip


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
