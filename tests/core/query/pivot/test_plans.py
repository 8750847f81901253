"""How SQLite finds the rows of a pivot: by the index that holds all it reads, not by one whose order would do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.access.actor import Actor
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.pivot import pivot
from core.storage.workspace import Transaction, Workspace
from tests.core.query.test_explain import index_of, put
from tests.core.query.world import make_workspace
from tests.factories import model

FILES = {
    "reports/sales.yaml": """
        name: sales
        entity: deal
        rows: [owner]
        columns: ["closes_on:month"]
        values: [sum(amount)]
        filter: "stage != 'lead'"
    """,
    "views/board.yaml": """
        name: board
        entity: deal
        kind: board
        group_by: stage
        columns: [name]
        sort: [closes_on]
    """,
}
ASKED = PivotQuery(
    entity="deal", rows=(Axis(field="stage"),), columns=(Axis(field="closes_on", by="month"),),
    values=(Measure(aggregate="sum", field="amount"),),
)  # fmt: skip


def fill(tx: Transaction) -> None:
    stages = [c.uid for c in tx.model.entities["deal"].by_name["stage"].choices]
    begin = dt.date(2026, 1, 1)
    deals = [
        {"id": i, "name": f"Сделка {i}", "stage": stages[i % len(stages)], "owner": i % 40, "amount": i,
         "closes_on": begin + dt.timedelta(days=i % 700)}
        for i in range(1, 5_001)
    ]  # fmt: skip
    put(tx, "deal", deals)
    tx.connection.exec_driver_sql("ANALYZE")


def plans(tx: Transaction, actor: Actor) -> str:
    """How the statements of the pivot are run."""
    driver: Any = tx.connection.connection.driver_connection
    said: list[str] = []
    driver.set_trace_callback(said.append)
    pivot(tx, actor, ASKED)
    driver.set_trace_callback(None)
    rows = [row for text in said for row in driver.execute(f"EXPLAIN QUERY PLAN {text}")]
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize("role", ["administrator", "head"])
def test_a_pivot_reads_the_index_of_a_report_that_holds_all_it_asks(lasting_database, tmp_path, role):
    workspace: Workspace = make_workspace(lasting_database("sqlite"), tmp_path, [], model(FILES))
    workspace.write(fill)
    with workspace.read() as tx:
        found = plans(tx, Actor(user=1, login="x", roles=(tx.model.roles[role].uid,)))
        report, board = index_of(tx, "owner", "closes_on"), index_of(tx, "stage", "closes_on")
        assert f"COVERING INDEX {report}" in found and board not in found
    workspace.close()
