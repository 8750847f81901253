"""What SQLite's planner goes by, kept true as tables grow: PostgreSQL does so by itself.

`PRAGMA optimize` looks at a thousand entries of an index and takes a stage that a sixth of all records has for as rare as
a link to one company: a page of a person's own records of one stage then reads all records of the stage. So of what it
found too frequent to count, the different values are counted here, by going from one to the next in the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

AT_MOST = 1000
"""Entries of an index that SQLite itself looks at."""

DIFFERENT = 3000
"""Values of a column that are gone through: one with more of them has few rows for each."""

GROWN = 2
"""How many times as many rows as were counted make it due to count again."""

FEW = 50
"""Rows more that are never worth it."""

OURS = "kubik"
"""The last word of what was counted here; SQLite passes over words that it does not know."""


@dataclass(frozen=True, slots=True)
class First:
    """The first column of an index; ``live`` when the index leaves out what is in the bin."""

    column: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table of the database: its indexes with their first columns, and how many rows it was known to have; ``bare``
    when its rows have no ids of SQLite's own."""

    name: str
    bare: bool
    indexes: dict[str, First]
    known: int | None


def due(connection: sa.Connection) -> list[tuple[str, dict[str, First], int]]:
    """The tables that are to be counted: name, first columns by index, rows. Where nothing has changed it reads the highest
    ids alone, and counts the rows of tables that have none of SQLite's own."""
    found = []
    for table in _tables(connection):
        least = 1 if table.known is None else max(table.known * GROWN, table.known + FEW)
        highest = "count(*)" if table.bare or table.known is None else "max(rowid)"
        if _number(connection, highest, table.name) < least:
            continue
        rows = _number(connection, "count(*)", table.name)
        if rows >= least:
            found.append((table.name, table.indexes, rows))
    return found


def each_value(connection: sa.Connection, table: str, firsts: dict[str, First], rows: int) -> dict[str, int]:
    """Of indexes whose first column has few different values, how many rows each value has."""
    if rows <= AT_MOST:
        return {}
    whole = {first.column for first in firsts.values() if not first.live}
    counted = {
        column: _different(connection, table, column, live=column not in whole)
        for column in {first.column for first in firsts.values()}
    }
    return {
        index: -(-rows // counted[first.column])
        for index, first in firsts.items()
        if 0 < counted[first.column] < DIFFERENT
    }


def count(
    connection: sa.Connection, table: str, indexes: Iterable[str], rows: int, exact: Mapping[str, int]
) -> None:
    """Note what is known of a table; the caller is in a transaction that writes."""
    connection.exec_driver_sql(f"PRAGMA analysis_limit = {AT_MOST}")
    connection.exec_driver_sql(f'ANALYZE "{table}"')
    found = connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = ?", (table,)).all()
    for index, stat in found:
        if index not in indexes:
            continue
        first, *more = (int(part) for part in stat.split()[1:] if part.isdigit())
        first = max(exact.get(index, min(first, rows)), 1)
        said = " ".join(map(str, (rows, first, *(min(each, first) for each in more), OURS)))
        connection.exec_driver_sql(
            "UPDATE sqlite_stat1 SET stat = ? WHERE tbl = ? AND idx = ?", (said, table, index)
        )


def told(connection: sa.Connection) -> None:
    """Have every connection read anew what was noted: they do when the schema changes, and otherwise never."""
    connection.exec_driver_sql("CREATE VIEW kubik_reread AS SELECT 1 AS one")
    connection.exec_driver_sql("DROP VIEW kubik_reread")


def _tables(connection: sa.Connection) -> Iterator[_Table]:
    stored: dict[str, dict[str, int]] = {}
    if sa.inspect(connection).has_table("sqlite_stat1"):
        for table, index, stat in connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1"):
            if index is not None and stat is not None and stat.endswith(OURS):
                stored.setdefault(table, {})[index] = int(stat.split()[0])
    by_table: dict[tuple[str, bool], dict[str, First]] = {}
    for table, bare, index, column, live in connection.exec_driver_sql(_INDEXES):
        by_table.setdefault((table, bool(bare)), {})[index] = First(column, bool(live))
    for (table, bare), indexes in by_table.items():
        known = {stored.get(table, {}).get(index) for index in indexes}
        yield _Table(name=table, bare=bare, indexes=indexes, known=known.pop() if len(known) == 1 else None)


_INDEXES = """
SELECT m.name, m.sql LIKE '%WITHOUT ROWID%', i.name, c.name, ifnull(i.sql, '') LIKE '% WHERE %'
FROM sqlite_master m
JOIN sqlite_master i ON i.tbl_name = m.name AND i.type = 'index'
  AND (ifnull(i.sql, '') NOT LIKE '% WHERE %' OR i.sql LIKE '% WHERE deleted_at IS NULL')
JOIN pragma_index_info(i.name) c ON c.seqno = 0
WHERE m.type = 'table' AND m.name NOT GLOB 'g_*_*_*' AND c.name IS NOT NULL
UNION ALL
SELECT m.name, 1, m.name, c.name, 0
FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.pk = 1
WHERE m.type = 'table' AND m.name NOT GLOB 'g_*_*_*' AND m.sql LIKE '%WITHOUT ROWID%'
"""
"""The indexes that hold all rows of their table, or all but those in the bin, and the table where it has no ids of
SQLite's own; those of the index of search are its own matter."""


def _different(connection: sa.Connection, table: str, column: str, *, live: bool) -> int:
    """How many different values a column has, being empty among them, up to `DIFFERENT`; ``live`` of rows in use alone,
    which an index of these goes through."""
    place = sa.table(table, sa.column(column), sa.column("deleted_at"))
    value = place.c[column]
    meant = (place.c.deleted_at.is_(None),) if live else ()
    first = sa.select(sa.func.min(value).label("x"), sa.literal(1).label("step")).where(*meant)
    every = first.select_from(place).cte("v", recursive=True)
    following = sa.select(value).where(value > every.c.x, *meant).order_by(value).limit(1).scalar_subquery()
    going = sa.and_(every.c.x.is_not(None), every.c.step < DIFFERENT)
    every = every.union_all(sa.select(following, every.c.step + 1).where(going))
    empty = sa.exists(sa.select(sa.literal(1)).select_from(place).where(value.is_(None), *meant))
    return int(connection.scalar(sa.select(sa.func.count(every.c.x) + sa.cast(empty, sa.Integer))) or 0)


def _number(connection: sa.Connection, what: str, table: str) -> int:
    found = sa.select(sa.literal_column(what, sa.Integer())).select_from(sa.table(table))
    return int(connection.scalar(found) or 0)
