"""The index of trigrams: made when an entity has many records, and brought further in small steps while others write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import sqlalchemy as sa

from core.errors import KubikError
from core.storage.catalog import read_catalog
from core.storage.database import Database
from core.storage.search.places import Place, trigrams_name
from core.storage.search.settling import moved
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction, Workspace

TAIL = 4000
"""Records that may stand behind the index: they are looked through, which takes a few milliseconds."""

STEP = 1000
"""Records that are indexed at once: writers wait meanwhile."""

EXTENSION = "pg_trgm"


def index_step(tx: Transaction, place: Place) -> int:
    """Index the next records of an SQLite file; how many are still behind."""
    rows, name = place.table, trigrams_name(place.table.name)
    names = ", ".join(c.name for c in place.texts)
    if not place.indexed:
        tx.connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{name}"')
        tx.connection.exec_driver_sql(
            f'CREATE VIRTUAL TABLE "{name}" USING fts5({names}, content="{rows.name}", content_rowid=id, '
            "tokenize='trigram case_sensitive 1', detail=none, columnsize=0)"
        )
    last = tx.connection.execute(
        sa.select(sa.func.max(sa.select(rows.c.id).where(rows.c.id > place.indexed).order_by(rows.c.id).limit(STEP)
                              .subquery().c.id))
    ).scalar_one()  # fmt: skip
    if last is None:
        return 0
    tx.connection.exec_driver_sql(
        f'INSERT INTO "{name}"(rowid, {names}) SELECT id, {names} FROM "{rows.name}" '  # noqa: S608
        "WHERE id > ? AND id <= ?",
        (place.indexed, last),
    )
    _set_indexed(tx, place, last)
    return int(
        tx.connection.execute(
            sa.select(sa.func.count()).select_from(rows).where(rows.c.id > last)
        ).scalar_one()
    )


def make_index(workspace: Workspace, place: Place) -> None:
    """Make the index on PostgreSQL, while others read and write; refused in words when its extension is missing."""
    schema = workspace.database.schema
    name = trigrams_name(place.table.name)
    where = _extension(workspace.database)
    with workspace.database.outside.connect() as connection:
        found = read_catalog(connection, schema).indexes.get(name)
        if found is not None and not found.whole:
            connection.exec_driver_sql(f'DROP INDEX CONCURRENTLY IF EXISTS "{schema}"."{name}"')
        connection.exec_driver_sql(
            f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON "{schema}"."{place.table.name}" '
            f'USING gin (key "{where}".gin_trgm_ops)'
        )
    workspace.write(lambda tx: _made(tx, place))


def _made(tx: Transaction, place: Place) -> None:
    now = tx.searched.get(place.entity)
    if now is not None and now.generation == place.generation:
        _set_indexed(tx, now, 1)


def _set_indexed(tx: Transaction, place: Place, last: int) -> None:
    own = tx.tables.own.search
    tx.connection.execute(own.update().where(own.c.entity == place.entity).values(indexed=last))
    moved(tx)


def set_ready(tx: Transaction, place: Place) -> None:
    """Say that every record of the entity has its search row."""
    own = tx.tables.own.search
    tx.connection.execute(own.update().where(own.c.entity == place.entity).values(ready=True))
    moved(tx)


def _extension(database: Database) -> str:
    """The schema in which the extension with the trigrams is; it is made when it is not there yet."""
    found = sa.text(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = :name"
    )
    with database.outside.connect() as connection:
        where = connection.execute(found, {"name": EXTENSION}).scalar_one_or_none()
        if where is None:
            try:
                connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION} SCHEMA public")
            except (sa.exc.DBAPIError, psycopg.Error) as error:
                raise KubikError("KBK6002", missing_extension(str(getattr(error, "orig", error)))) from error
            where = connection.execute(found, {"name": EXTENSION}).scalar_one()
    return str(where)


def missing_extension(why: str) -> Message:
    """What to do when the extension cannot be made."""
    return message(
        "search is slow with many records: the database has no extension pg_trgm and it cannot be made ({why}); let an "
        "administrator of the database run CREATE EXTENSION pg_trgm in it, then run `kubik search rebuild`",
        why=why.splitlines()[0] if why else "",
    )


def unused_tables(tx: Transaction) -> list[str]:
    """Tables of search rows, and of their trigrams, that no entity has any more."""
    kept = {place.table.name for place in tx.searched.values()}
    kept |= {trigrams_name(name) for name in kept}
    return [
        name
        for name in read_catalog(tx.connection, tx.tables.schema).tables
        if name.startswith(("s_", "g_")) and name not in kept
        and not (name.startswith("g_") and any(name.startswith(f"{other}_") for other in kept))
    ]  # fmt: skip


def drop_unused(tx: Transaction) -> None:
    """Drop them, those of trigrams with what SQLite keeps behind them."""
    place = "" if tx.tables.schema is None else f'"{tx.tables.schema}".'
    for name in sorted(unused_tables(tx), key=len):
        tx.connection.exec_driver_sql(f'DROP TABLE IF EXISTS {place}"{name}"')
