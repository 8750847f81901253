"""What SQLite's planner goes by: true however large a table grows, told to every connection, counted anew when it is due."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.settings import Settings
from core.storage import statistics
from core.storage.database import Database

ROWS = 20_000
SHORT = "EXPLAIN QUERY PLAN SELECT id FROM deal WHERE stage = ? AND owner = ? ORDER BY id LIMIT 5"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(Settings(home=tmp_path))
    with made.outside.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE deal (id INTEGER PRIMARY KEY, stage INT, owner INT, key INT, deleted_at TEXT)"
        )
        connection.exec_driver_sql("CREATE INDEX by_stage ON deal (stage, id)")
        connection.exec_driver_sql("CREATE INDEX by_owner ON deal (owner, id)")
        connection.exec_driver_sql("CREATE INDEX of_few ON deal (id) WHERE owner IS NULL")
        connection.exec_driver_sql(
            "CREATE TABLE shared (whom INT, record INT, PRIMARY KEY (whom, record)) WITHOUT ROWID"
        )
        _fill(connection, ROWS)
    yield made
    made.close()


def _fill(connection: sa.Connection, rows: int) -> None:
    connection.exec_driver_sql(
        "INSERT INTO deal (stage, owner) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " SELECT i % 6, i % 12 FROM n",
        (rows,),
    )


def _noted(connection: sa.Connection) -> dict[str, list[str]]:
    found = connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'deal'")
    return {index: stat.split() for index, stat in found}


def test_the_rarer_of_two_frequent_values_is_sought_by_whoever_asks(database: Database) -> None:
    with database.outside.connect() as other:
        other.exec_driver_sql("SELECT 1 FROM deal").first()  # it has read the schema, without any counts
        database.tidy()
        noted = _noted(other)
        assert noted["by_stage"] == [str(ROWS), str(-(-ROWS // 6)), "1", statistics.OURS]
        assert noted["by_owner"] == [str(ROWS), str(-(-ROWS // 12)), "1", statistics.OURS]
        assert "by_owner" in str(other.exec_driver_sql(SHORT, (1, 1)).all())


def test_an_index_of_what_is_in_use_is_no_rarer_than_one_of_everything(database: Database) -> None:
    with database.outside.connect() as connection:
        connection.exec_driver_sql(
            "CREATE INDEX of_report ON deal (stage, owner, key) WHERE deleted_at IS NULL"
        )
        connection.exec_driver_sql("CREATE UNIQUE INDEX of_key ON deal (key) WHERE deleted_at IS NULL")
        connection.exec_driver_sql("UPDATE deal SET key = id, deleted_at = iif(id % 50 = 0, 'now', NULL)")
        database.tidy()
        noted = _noted(connection)
        assert noted["of_report"][:2] == [str(ROWS), str(-(-ROWS // 6))]
        assert noted["of_key"][1] == "1"
        assert statistics.due(connection) == []
        page = (
            "EXPLAIN QUERY PLAN SELECT * FROM deal WHERE deleted_at IS NULL AND stage = ? ORDER BY id LIMIT 5"
        )
        assert "by_stage" in str(connection.exec_driver_sql(page, (1,)).all())


def test_it_is_counted_again_when_there_is_twice_as_much_and_not_before(database: Database) -> None:
    database.tidy()
    with database.outside.connect() as connection:
        assert statistics.due(connection) == []
        _fill(connection, ROWS - 10)
        assert statistics.due(connection) == []
        _fill(connection, 10)
        assert [table for table, *_ in statistics.due(connection)] == ["deal"]
        database.tidy()
        assert _noted(connection)["by_stage"][0] == str(2 * ROWS)
        assert statistics.due(connection) == []


def test_what_somebody_else_counted_and_tables_without_ids_are_counted_too(database: Database) -> None:
    with database.outside.connect() as connection:
        connection.exec_driver_sql("INSERT INTO shared SELECT id % 3, id FROM deal")
        connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
        connection.exec_driver_sql("ANALYZE")
        assert {table for table, *_ in statistics.due(connection)} == {"deal", "shared"}
        database.tidy()
        assert _noted(connection)["by_stage"][1] == str(-(-ROWS // 6))
        stat = connection.exec_driver_sql("SELECT stat FROM sqlite_stat1 WHERE tbl = 'shared'").scalar()
        assert stat is not None and stat.split()[:2] == [str(ROWS), str(-(-ROWS // 3))]
        assert statistics.due(connection) == []
