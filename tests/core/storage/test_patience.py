"""What takes too long is ended and told; the connection is good for the next one."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from core.errors import KubikError
from core.storage.patience import NobodyWaits, Waiting, patience
from core.storage.workspace import Workspace

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_a_long_statement_is_refused_and_the_next_one_is_answered(workspace: Workspace) -> None:
    def ask() -> None:
        with workspace.read() as tx, patience(tx.connection, 0.2):
            driver: Any = tx.connection.connection.dbapi_connection
            driver.execute(LONG)

    with pytest.raises(KubikError) as refused:
        ask()
    assert refused.value.code == "KBK2013"  # of a statement that has no end
    with workspace.read() as tx:
        with patience(tx.connection, 60):
            assert tx.connection.execute(sa.select(sa.literal_column("1"))).scalar_one() == 1
        assert tx.connection.execute(sa.select(sa.literal_column("2"))).scalar_one() == 2


def test_who_left_has_nothing_begun_and_what_may_end_too_late_hits_nobody_else(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Waiting(lambda: None)
    drivers: list[Any] = []

    def ask() -> None:
        with workspace.read() as tx, patience(tx.connection, 5, waiting):
            drivers.append(tx.connection.connection.dbapi_connection)
            assert waiting.leave()

    def unheard(*_: Any, **__: Any) -> None:
        raise psycopg.errors.CancellationTimeout("too late")

    for cancel in (psycopg.Connection.cancel_safe, unheard):
        monkeypatch.setattr(psycopg.Connection, "cancel_safe", cancel)
        waiting = Waiting(lambda: None)
        with pytest.raises(NobodyWaits):
            ask()
        assert not waiting.leave(), "what is over is not ended for ever"
        with pytest.raises(NobodyWaits):
            ask()
        assert not waiting.leave(), "nor what was never begun"
        with workspace.read() as tx:
            assert tx.connection.execute(sa.select(sa.literal_column("2"))).scalar_one() == 2
            drivers.append(tx.connection.connection.dbapi_connection)
    same = [driver is drivers[0] for driver in drivers]
    assert same == [True] * 3 + [workspace.database.dialect == "sqlite"], "unheard: to nobody"
