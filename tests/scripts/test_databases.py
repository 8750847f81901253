"""The databases of the tests are what they claim to be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements on either database and give the rows of the last."""
    connection: sqlite3.Connection | psycopg.Connection
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(url)
    try:
        *before, last = statements
        for statement in before:
            connection.execute(statement)
        cursor = connection.execute(last)
        rows = list(cursor.fetchall()) if cursor.description else []
        connection.commit()
        return rows
    finally:
        connection.close()


def test_each_test_has_an_empty_database(database_url: str) -> None:
    execute(database_url, "CREATE TABLE once (id integer)")
    assert execute(database_url, "SELECT * FROM once") == []


def test_a_template_is_copied(fresh_database: Callable[..., str], dialect: str) -> None:
    first = fresh_database(dialect)
    execute(first, "CREATE TABLE a (id integer)", "INSERT INTO a VALUES (7)")
    copy = fresh_database(dialect, template=first)
    execute(copy, "DELETE FROM a")
    assert execute(first, "SELECT id FROM a") == [(7,)]
    assert execute(copy, "SELECT id FROM a") == []


def test_postgresql_differs_from_us_in_what_must_not_matter(postgres_url: str) -> None:
    """Its default order is not ours (`COLLATE "C"`), so a forgotten collation shows."""
    assert urlsplit(postgres_url).scheme == "postgresql"
    assert execute(postgres_url, "SELECT 'Ё' < 'Ж', 'Ё' COLLATE \"C\" < 'Ж' COLLATE \"C\"") == [(True, True)]
    assert execute(postgres_url, "SELECT 'ё' < 'ж', 'ё' COLLATE \"C\" < 'ж' COLLATE \"C\"") == [(True, False)]
