"""The tables of search rows brought to what the model says, in the transaction that puts it in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.storage.search.layout import Layout, layout_of, meanings
from core.storage.search.places import Place, read_places, search_table
from core.storage.tables import Tables
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def settle(tx: Transaction, tables: Tables) -> bool:
    """Make what the entities of the model of ``tables`` need and forget what nobody has; whether anything changed.

    Rows that no longer hold what they should are made anew in another table, by a job; until then texts are looked
    through where they stand. Nobody else may write meanwhile.
    """
    own = tx.tables.own
    places = read_places(tx.connection, own)
    changed = False
    for entity in tables.model.entities.values():
        layout, place = layout_of(tables.model, entity), places.get(entity.uid)
        if layout.columns:
            changed |= _settle(tx, tables, entity, layout, place)
        elif place is not None:
            changed |= _forget(tx, entity.uid)
    for uid in places.keys() - tables.model.entity_by_uid.keys():
        changed |= _forget(tx, uid)
    if changed:
        moved(tx)
    return changed


def again(tx: Transaction, place: Place) -> None:
    """Begin the rows of an entity anew, in another table."""
    make_table(tx, place.entity, place.generation + 1, place.layout, ready=False)


def moved(tx: Transaction) -> None:
    """Let every transaction that begins from now on read the places anew; this one, too."""
    head = tx.tables.own.head
    tx.connection.execute(head.update().values(search=sa.func.coalesce(head.c.search, 0) + 1))
    tx.places = read_places(tx.connection, tx.tables.own)
    tx.decided.clear()


def _forget(tx: Transaction, uid: str) -> bool:
    table = tx.tables.own.search
    tx.connection.execute(table.delete().where(table.c.entity == uid))
    return True


def _settle(tx: Transaction, tables: Tables, entity: Entity, layout: Layout, place: Place | None) -> bool:
    if place is not None and place.layout.key == layout.key:
        return False
    records = tables[entity.uid].table
    empty = tx.connection.execute(sa.select(records.c.id).limit(1)).first() is None
    if place is not None and not empty and _only_grown(tx, tables, entity, layout, place):
        table = tx.tables.own.search
        written = [column.written() for column in layout.columns]
        tx.connection.execute(
            table.update().where(table.c.entity == entity.uid).values(columns=written, key=layout.key)
        )
        return True
    generation = 1 if place is None else place.generation + 1
    make_table(tx, entity.uid, generation, layout, ready=empty)
    return True


def _only_grown(tx: Transaction, tables: Tables, entity: Entity, layout: Layout, place: Place) -> bool:
    """Whether the layout is the one before with fields more that no record has a value of."""
    if len(layout.columns) != len(place.layout.columns):
        return False
    added: set[str] = set()
    for new, old in zip(layout.columns, place.layout.columns, strict=True):
        same = (new.link, new.through, new.title, new.literal) == (
            old.link,
            old.through,
            old.title,
            old.literal,
        )
        if not same or not set(old.fields) <= set(new.fields) or (new.link and new.fields != old.fields):
            return False
        added |= set(new.fields) - set(old.fields)
    before = tx.model.entity_by_uid.get(entity.uid)
    if before is None or any(
        meanings(tx.model, before, old) != meanings(tables.model, entity, old) for old in place.layout.columns
    ):
        return False
    columns = [tables[entity.uid].columns[uid].value for uid in added]
    if not columns:
        return False
    filled = sa.select(sa.literal(1)).where(sa.or_(*(column.is_not(None) for column in columns))).limit(1)
    return tx.connection.execute(filled).first() is None


def make_table(tx: Transaction, entity: str, generation: int, layout: Layout, *, ready: bool) -> None:
    """A new table of search rows, known from now on as those of the entity."""
    own = tx.tables.own
    table = search_table(own.search.schema, entity, generation, layout, tx.dialect)
    tx.connection.execute(sa.schema.DropTable(table, if_exists=True))
    tx.connection.execute(sa.schema.CreateTable(table))
    values: dict[str, Any] = {
        "entity": entity, "generation": generation, "key": layout.key, "ready": ready, "indexed": 0,
        "columns": [column.written() for column in layout.columns],
    }  # fmt: skip
    tx.connection.execute(own.search.delete().where(own.search.c.entity == entity))
    tx.connection.execute(own.search.insert().values(values))
