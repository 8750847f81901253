"""What is physically there: tables, columns, indexes and views of the workspace, read from the database itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIndex:
    """An index that is there; one whose making was cut short is not ``whole`` (PostgreSQL)."""

    table: str
    unique: bool
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """``tables``: name to {column: its type as the database says it}; ``indexes`` and ``views`` by name."""

    tables: Mapping[str, Mapping[str, str]]
    indexes: Mapping[str, FoundIndex]
    views: frozenset[str]


_SQLITE_COLUMNS = """
SELECT m.name, c.name, lower(c.type) FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""
_SQLITE_INDEXES = """
SELECT i.name, i.tbl_name, l."unique", 1 FROM sqlite_master i JOIN pragma_index_list(i.tbl_name) l ON l.name = i.name
WHERE i.type = 'index' AND i.sql IS NOT NULL
"""
_POSTGRESQL_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = :schema AND c.relkind IN ('r', 'p')
"""
_POSTGRESQL_INDEXES = """
SELECT i.relname, t.relname, x.indisunique, x.indisvalid AND x.indisready
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = :schema AND NOT x.indisprimary
"""
_POSTGRESQL_VIEWS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND c.relkind = 'v'
"""


def read_catalog(connection: sa.Connection, schema: str | None) -> Catalog:
    """All tables, indexes and views of the workspace."""
    if schema is None:
        columns = connection.execute(sa.text(_SQLITE_COLUMNS)).all()
        indexes = connection.execute(sa.text(_SQLITE_INDEXES)).all()
        views = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'view'")).all()
    else:
        place = {"schema": schema}
        columns = connection.execute(sa.text(_POSTGRESQL_COLUMNS), place).all()
        indexes = connection.execute(sa.text(_POSTGRESQL_INDEXES), place).all()
        views = connection.execute(sa.text(_POSTGRESQL_VIEWS), place).all()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in columns:
        tables.setdefault(table, {})[column] = kind
    return Catalog(
        tables=tables,
        indexes={
            name: FoundIndex(table=table, unique=bool(unique), whole=bool(whole))
            for name, table, unique, whole in indexes
        },
        views=frozenset(name for (name,) in views),
    )
