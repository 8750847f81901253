"""Lists of links and links to any record: does each lead from a record that is there to one that is there?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.storage.any_links import leads_to, record_of
from core.storage.tables import EntityTable, Tables, list_tables
from core.storage.types import BIG
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def check_lists(tx: Transaction, place: EntityTable, broken: set[str]) -> Iterator[Message]:
    """Pairs of a list of links one side of which is not there at all."""
    for uid, table in place.lists.items():
        field = place.entity.by_uid[uid]
        if field.target is None or {table.name, tx.tables[field.target].table.name} & broken:
            continue
        astray = _astray(place, tx.tables[field.target], table)
        yield from _told(tx, place, field.name, sa.select(table.c.record).where(astray))


def drop_astray(connection: sa.Connection, before: Tables, now: Tables) -> None:
    """Drop such pairs from the lists that come into force: while they were not, records may have gone for ever."""
    in_force = list_tables(before)
    for place in now:
        for uid, table in place.lists.items():
            target = place.entity.by_uid[uid].target
            if table.name not in in_force and target is not None:
                connection.execute(table.delete().where(_astray(place, now[target], table)))


def _astray(place: EntityTable, leads_to: EntityTable, pairs: sa.Table) -> sa.ColumnElement[bool]:
    owner, target = place.table.alias(), leads_to.table.alias()
    return sa.or_(
        ~sa.exists().where(owner.c.id == pairs.c.record), ~sa.exists().where(target.c.id == pairs.c.target)
    )


def check_any_links(tx: Transaction, place: EntityTable, broken: set[str]) -> Iterator[Message]:
    """Links to any record that lead to a record that is not there; to an entity that is gone they may lead."""
    for field in place.entity.fields:
        if field.type.name != "link_any" or field.uid not in place.columns:
            continue
        column = place.columns[field.uid].value
        for uid in field.targets:
            if tx.tables[uid].table.name in broken:
                continue
            target = tx.tables[uid].table.alias()
            there = sa.exists().where(target.c.id == record_of(column, uid, BIG))
            astray = sa.select(place.table.c.id).where(leads_to(column, uid), ~there)
            yield from _told(tx, place, field.name, astray)


def _told(tx: Transaction, place: EntityTable, name: str, astray: sa.Select[tuple[int]]) -> Iterator[Message]:
    count = tx.connection.execute(sa.select(sa.func.count()).select_from(astray.subquery())).scalar_one()
    if count:
        yield message(
            "entity {entity}: links {field} that lead to nothing: {count}",
            entity=place.entity.name, field=name, count=count,
        )  # fmt: skip
