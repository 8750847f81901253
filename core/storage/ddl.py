"""Growing the physical schema: steps that are safe to repeat, and nothing that ever drops a column by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

import psycopg
import sqlalchemy as sa

from core.errors import KubikError
from core.storage import carrying
from core.storage.carried import Carried
from core.storage.catalog import Catalog, read_catalog
from core.storage.database import (
    LOCK_MILLISECONDS,
    SHORT_MILLISECONDS,
    Database,
    is_conflict,
    pause,
    too_many,
)
from core.storage.indexes import PREFIX as INDEX_PREFIX
from core.storage.indexes import Index, indexes_of
from core.storage.tables import LIST_PREFIX, Tables, list_tables
from metamodel.errors import Problem
from metamodel.messages import message
from metamodel.model import Entity

ATTEMPTS = 20
"""How often a step asks for a lock that others hold, letting them pass in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing the database lacks: a table, some columns of a table, or an index. No reader sees it come.

    ``field`` is the uid of the field whose list of links the table holds; None is the table of the entity itself.
    """

    kind: Literal["table", "columns", "index"]
    entity: Entity
    name: str
    field: str | None = None
    columns: tuple[str, ...] = ()
    index: Index | None = None


def missing_steps(catalog: Catalog, tables: Tables, entities: Iterable[Entity]) -> tuple[Step, ...]:
    """What the tables of these entities lack, in the order to make it: nothing when it is all there."""
    steps: list[Step] = []
    for entity in entities:
        place = tables[entity.uid]
        for uid, table in ((None, place.table), *place.lists.items()):
            found = catalog.tables.get(table.name)
            if found is None:
                steps.append(Step(kind="table", entity=entity, name=table.name, field=uid))
                continue
            lacking = tuple(c.name for c in table.columns if c.name not in found)
            if lacking:
                steps.append(Step(kind="columns", entity=entity, name=table.name, columns=lacking, field=uid))
        for index in indexes_of(tables, entity.uid):
            there = catalog.indexes.get(index.name)
            if there is None or not there.whole:
                steps.append(Step(kind="index", entity=entity, name=index.name, index=index))
    return tuple(steps)


def create_entities(connection: sa.Connection, tables: Tables, entities: Iterable[Entity]) -> Tables:
    """Whatever the tables of these entities lack, in this transaction: for tables that are new or small. Those as they are
    then, with what all rows carry."""
    entities = tuple(entities)
    for step in missing_steps(read_catalog(connection, tables.schema), tables, entities):
        if step.kind != "index":
            _apply(connection, tables, step, concurrently=False)
    for carried in carrying.missing(connection, tables, entities):
        if carrying.is_small(connection, tables.schema, carried):
            _carry(connection, tables.schema, carried)
    tables = tables.now(carrying.whole(connection, tables.schema))
    for step in missing_steps(read_catalog(connection, tables.schema), tables, entities):
        _apply(connection, tables, step, concurrently=False)
    return tables


def _carry(connection: sa.Connection, schema: str | None, carried: Carried) -> None:
    """Let all rows carry what they are to, while nobody else writes; where readers are in the way, a job does."""
    if not widen(connection, schema, carried):
        return
    begun = carrying.begun_as(connection, schema, carried) or carrying.begin(connection, schema, carried)
    last: int | None = carrying.BEFORE_ALL
    while last is not None:
        last = carrying.fill(connection, schema, carried, last)
    carrying.finish(connection, schema, carried, begun)


def grow(
    database: Database,
    tables: Tables,
    entities: Iterable[Entity],
    done: Callable[[Step], None] = lambda step: None,
) -> None:
    """Whatever the tables of these entities lack, each step by itself, while others read and write.

    Cut short, it goes on where it stopped when called again. ``done`` is told each step that is made. KBK1103 when
    existing records do not fit a unique index.
    """
    with database.outside.connect() as connection:
        steps = missing_steps(read_catalog(connection, tables.schema), tables, entities)
    for step in steps:
        run_step(database, tables, step)
        done(step)


def run_step(database: Database, tables: Tables, step: Step) -> None:
    """Make one step durable."""
    if step.kind == "index" and database.dialect == "postgresql":

        def beside_writers() -> None:
            with database.outside.connect() as connection:
                _apply(connection, tables, step, concurrently=True)

        _again(beside_writers)
    else:
        in_one(database, lambda connection: _apply(connection, tables, step, concurrently=False))


T = TypeVar("T")


def in_one(database: Database, action: Callable[[sa.Connection], T]) -> T:
    """Do it in one transaction that locks tables."""

    def done() -> T:
        with database.turn(), database.plain.begin() as connection:
            limit_waiting(connection)
            return action(connection)

    return _again(done)


def _again(action: Callable[[], T]) -> T:
    """Do it, again when others were in the way. A lock that does not come soon is let go and asked for again: who waits
    for a lock stops everybody behind."""
    for attempt in range(ATTEMPTS):
        try:
            return action()
        except (sa.exc.DBAPIError, psycopg.Error) as error:
            if not is_conflict(error):
                raise
        pause(min(attempt, 3))
    raise too_many()


def limit_waiting(connection: sa.Connection, milliseconds: int = LOCK_MILLISECONDS) -> None:
    """Let this transaction wait for no lock longer than others can bear (PostgreSQL)."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")


def widen(connection: sa.Connection, schema: str | None, carried: Carried) -> bool:
    """Make the columns of what rows are to carry; not while somebody reads the table for long, which may take minutes."""
    waiting = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
    try:
        with connection.begin_nested():
            limit_waiting(connection, SHORT_MILLISECONDS)
            carrying.widen(connection, schema, carried)
    except sa.exc.DBAPIError as error:
        if is_conflict(error):
            return False
        raise
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{waiting}'")
    return True


def _apply(connection: sa.Connection, tables: Tables, step: Step, *, concurrently: bool) -> None:
    place = tables[step.entity.uid]
    table = place.table if step.field is None else place.lists[step.field]
    if step.kind == "table":
        connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
    elif step.kind == "columns":
        there = read_catalog(connection, tables.schema).tables.get(table.name, {})
        for name in step.columns:
            if name not in there:
                connection.exec_driver_sql(_add_column(connection, table, name))
    else:
        assert step.index is not None
        _create_index(connection, tables, step.entity, step.index, concurrently)


def _place(table: sa.Table) -> str:
    return f'"{table.name}"' if table.schema is None else f'"{table.schema}"."{table.name}"'


def _add_column(connection: sa.Connection, table: sa.Table, name: str) -> str:
    kind = table.c[name].type.compile(dialect=connection.dialect)
    return f'ALTER TABLE {_place(table)} ADD COLUMN "{name}" {kind}'


_ROWS = {"all": "", "live": " WHERE deleted_at IS NULL", "bin": " WHERE deleted_at IS NOT NULL"}


def _create_index(
    connection: sa.Connection, tables: Tables, entity: Entity, index: Index, concurrently: bool
) -> None:
    own = tables[entity.uid]
    table = next((t for t in own.lists.values() if t.name == index.table), own.table)
    place = "" if tables.schema is None else f'"{tables.schema}".'
    if concurrently:  # what a making that was cut short has left serves nobody
        found = read_catalog(connection, tables.schema).indexes.get(index.name)
        if found is not None and not found.whole:
            connection.exec_driver_sql(f'DROP INDEX CONCURRENTLY IF EXISTS {place}"{index.name}"')
    columns = ", ".join(
        f'"{c.removeprefix("-")}"{" DESC" if c.startswith("-") else ""}' for c in index.columns
    )
    unique = "UNIQUE " if index.unique else ""
    how = "CONCURRENTLY " if concurrently else ""
    where = f'{place}"{index.name}"' if tables.schema is None else f'"{index.name}"'
    try:
        connection.exec_driver_sql(
            f"CREATE {unique}INDEX {how}IF NOT EXISTS {where} ON {_place(table)} ({columns}){_ROWS[index.rows]}"
        )
    except sa.exc.IntegrityError as error:
        raise _not_unique(entity, index) from error


def _not_unique(entity: Entity, index: Index) -> KubikError:
    names = ", ".join(entity.by_uid[uid].name for uid in index.fields)
    words = message("{entity}: records have equal values of {fields}", entity=entity.name, fields=names)
    return KubikError("KBK1103", words, [Problem(pointer=f"/{entity.name}", code="KBK1103", message=words)])


def drop_stale(connection: sa.Connection, tables: Tables) -> tuple[str, ...]:
    """Drop the indexes that the model no longer has, so that a rule that was taken away binds nobody; and keep what rows
    carry no longer where it has no use for it."""
    carrying.end_stale(connection, tables.schema, tables.model)
    stale = stale_indexes(connection, tables)
    for name in stale:
        drop_index(connection, tables, name)
    return stale


def drop_binding(connection: sa.Connection, tables: Tables) -> None:
    """Of that what must not wait: indexes that bind writers. Whoever takes something away from a table stops its readers
    until the end of the transaction, and from several, readers and it may wait for each other (PostgreSQL): the rest is
    for `core.records.carrying.tidy`."""
    if tables.schema is None:
        drop_stale(connection, tables)
        return
    found = read_catalog(connection, tables.schema).indexes
    for name in stale_indexes(connection, tables):
        if found[name].unique:
            drop_index(connection, tables, name)


def drop_index(connection: sa.Connection, tables: Tables, name: str) -> None:
    """Drop it, where it is still there."""
    place = "" if tables.schema is None else f'"{tables.schema}".'
    connection.exec_driver_sql(f'DROP INDEX IF EXISTS {place}"{name}"')


def stale_indexes(connection: sa.Connection, tables: Tables) -> tuple[str, ...]:
    """The names of the indexes that the model no longer has."""
    wanted = {i.name for uid in tables.model.entity_by_uid for i in indexes_of(tables, uid)}
    return tuple(
        sorted(
            name
            for name, found in read_catalog(connection, tables.schema).indexes.items()
            if name.startswith(INDEX_PREFIX)
            and found.table.startswith(("e_", LIST_PREFIX))
            and name not in wanted
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What no definition names any more: a column, or a whole table (``column`` is None)."""

    table: str
    column: str | None = None


def leftovers(catalog: Catalog, tables: Tables) -> tuple[Leftover, ...]:
    """The physical tables and columns of entities and fields that are not in the model. What rows are to carry is, before
    all of them do."""
    known = {place.table.name: {c.name for c in place.table.columns} for place in tables}
    for carried in (each for place in tables for each in tables.carried_by(place.entity)):
        known[carried.table].update(carried.columns)
    known |= {name: {c.name for c in table.columns} for name, table in list_tables(tables).items()}
    found: list[Leftover] = []
    for table, columns in sorted(catalog.tables.items()):
        if not table.startswith(("e_", LIST_PREFIX)):
            continue
        if table not in known:
            found.append(Leftover(table=table))
        else:
            found.extend(Leftover(table=table, column=c) for c in columns if c not in known[table])
    return tuple(found)


def purge(connection: sa.Connection, tables: Tables, what: Iterable[Leftover]) -> None:
    """Drop these for ever, with the values in them. Views must have been remade without them."""
    drop_stale(connection, tables)
    place = "" if tables.schema is None else f'"{tables.schema}".'
    for each in what:
        if each.column is None:
            connection.exec_driver_sql(f'DROP TABLE IF EXISTS {place}"{each.table}"')
        else:
            connection.exec_driver_sql(f'ALTER TABLE {place}"{each.table}" DROP COLUMN "{each.column}"')


__all__ = [
    "Leftover", "Step", "create_entities", "drop_binding", "drop_index", "drop_stale", "grow", "in_one",
    "leftovers", "limit_waiting", "missing_steps", "purge", "run_step", "stale_indexes", "widen",
]  # fmt: skip
