"""A prepared statement answers what the same statement answers, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from core.storage.prepared import Prepared
from core.storage.tables import Tables
from core.storage.workspace import Workspace
from tests.core.storage.test_types import SAMPLES, save


def test_rows_are_those_of_the_statement(workspace: Workspace) -> None:
    values = dict(SAMPLES)
    workspace.write(lambda tx: [save(tx, values), save(tx, {}), save(tx, {"dealname": "100% ё"})])
    with workspace.read() as tx:
        place = tx.tables["deal"]
        columns = [c.value for c in place.columns.values()]
        statement = (
            sa.select(*columns)
            .where(place.table.c.id >= sa.bindparam("least", type_=sa.BigInteger()))
            .where(place.columns["dealname"].value.is_distinct_from("x%x"))
            .order_by(place.table.c.id)
            .limit(sa.bindparam("most", type_=sa.BigInteger()))
        )
        prepared = Prepared(statement, workspace.database)
        assert prepared.parameters == {"least", "most"}
        for least, most in ((0, 10), (2, 10), (0, 1), (99, 10)):
            given = {"least": least, "most": most}
            expected = [tuple(row) for row in tx.connection.execute(statement, given)]
            assert prepared.rows(tx.connection, given) == expected
            assert [[type(v) for v in row] for row in prepared.rows(tx.connection, given)] == [
                [type(v) for v in row] for row in expected
            ]


def test_an_insert_gives_its_id_and_an_update_its_count(workspace: Workspace) -> None:
    table = _table(workspace)
    insert = Prepared(
        table.insert().values(version=sa.bindparam("v")).returning(table.c.id), workspace.database
    )
    update = Prepared(table.update().values(version=sa.bindparam("v")), workspace.database)
    assert workspace.write(lambda tx: insert.rows(tx.connection, {"v": 1})) == [(1,)]
    assert workspace.write(lambda tx: insert.rows(tx.connection, {"v": 1})) == [(2,)]
    assert workspace.write(lambda tx: update.run(tx.connection, {"v": 5})) == 2


def test_a_null_that_stands_in_the_statement_is_not_asked_for(workspace: Workspace) -> None:
    table = _table(workspace)
    workspace.write(lambda tx: save(tx, {"dealname": "one"}))
    update = Prepared(
        table.update().where(table.c.id == sa.bindparam("record")).values(f_dealname=None, version=9),
        workspace.database,
    )
    assert update.parameters == {"record"}
    assert workspace.write(lambda tx: update.run(tx.connection, {"record": 1})) == 1
    with workspace.read() as tx:
        assert tuple(tx.connection.execute(sa.select(table.c.f_dealname, table.c.version)).one()) == (None, 9)


def test_a_missing_parameter_and_an_expanding_one_are_refused(workspace: Workspace) -> None:
    table = _table(workspace)
    prepared = Prepared(sa.select(table.c.id).where(table.c.id == sa.bindparam("one")), workspace.database)
    with workspace.read() as tx, pytest.raises(KeyError):
        prepared.rows(tx.connection, {})
    with pytest.raises(ValueError, match="expanding"):
        Prepared(sa.select(table.c.id).where(table.c.id.in_([1, 2])), workspace.database)


def _table(workspace: Workspace) -> sa.Table:
    model = _model(workspace)
    workspace.remember(model)
    return Tables(model, workspace.database.schema, workspace.database.dialect)["deal"].table


def _model(workspace: Workspace) -> Any:
    with workspace.read() as tx:
        return tx.model


def test_a_parameter_that_stands_in_several_places_is_given_once(workspace: Workspace) -> None:
    table = _table(workspace)
    workspace.write(lambda tx: [save(tx, {"dealname": "one"}), save(tx, {"dealname": "two"})])
    least = [table.c.id >= sa.bindparam("least", type_=sa.BigInteger()) for _ in range(2)]
    unused = sa.select(sa.bindparam("least", type_=sa.BigInteger()), table.c.id).where(*least)
    prepared = Prepared(unused, workspace.database)
    with workspace.read() as tx:
        assert prepared.rows(tx.connection, {"least": 2}) == [(2, 2)]
