"""kill -9: what was acknowledged is there whole, what was not is there whole or not at all, an import goes on exactly."""

import os
import time
from decimal import Decimal
from typing import Any

import pytest

from core.records.importing import Options, run_import
from core.records.importing.report import MOST_ERRORS
from core.storage.check import check_storage
from tests.core.records.crashing import import_columns

CRASHING = "import sys; from tests.core.records.crashing import main; main(*sys.argv[1:])"


@pytest.fixture
def child(office, warm):
    """Start a process that writes; it is killed at the end whatever happens."""
    started = []

    def start(*arguments):
        home, root = str(office.workspace.settings.home), str(office.people["root"].user)
        url = office.workspace.settings.database
        process = warm.begin(CRASHING, [home, url, root, *arguments])
        started.append(process)
        assert process.out.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()


def kill(process):
    return [line.split() for line in process.kill() if line.endswith(tuple("0123456789"))]


def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(office, child):
    product = office.create("product", {"code": "x", "name": "X", "price": 10}).id
    assert product == 1
    deals: dict[int, Any] = {}
    for _ in range(3):
        process = child("write")
        acknowledged = [process.out.readline().split() for _ in range(4)]
        time.sleep(0.05)
        acknowledged += kill(process)
        deals = office.rows("deal")
        assert {int(id) for _, id, _ in acknowledged} <= set(deals)
    items = office.rows("deal_item").values()
    assert len(items) == len(deals)
    for item in items:
        deal = deals[item["deal"]]
        assert deal["amount"] == item["quantity"] * 10 == Decimal(deal["name"].split()[1]) * 10
        assert [kind for kind, _, _ in office.journal("deal", deal["id"])] == ["created"]
    assert sorted(deal["number"] for deal in deals.values()) == [
        f"Д-2026-{n:05}" for n in range(1, len(deals) + 1)
    ]
    assert not list(check_storage(office.workspace))


@pytest.mark.parametrize("way", ["import", "columns"])
def test_an_import_that_was_killed_goes_on_without_doubles(office, child, tmp_path, way):
    count = 200_000 if os.environ.get("KUBIK_TEST_LONG") else 1500
    lines = [f"Company {n},{'bad' if n % 100 == 7 else ''}" for n in range(count)]
    file = tmp_path / "companies.csv"
    file.write_text("name,inn\n" + "\n".join(lines), encoding="utf-8")
    done = "0"
    for steps in (1, 4):
        process = child(way, str(file))
        for _ in range(steps):
            word, done = process.out.readline().split()
            assert word == "done" and int(done) < count
        kill(process)
        there = len(office.rows("company"))
        assert int(done) * 0.98 <= there < count
    if way == "columns":
        report = import_columns(office.workspace, office.people["root"], file, told=False)
    else:
        options = Options(origin="import")
        report = run_import(office.workspace, office.people["root"], "company", file.read_bytes(), options)
    bad = count // 100
    assert (report.total, report.created, report.refused) == (count, count - bad, bad)
    names = [row["name"] for row in office.rows("company").values()]
    assert names == [line.split(",")[0] for line in lines if not line.endswith("bad")]
    assert [e.line for e in report.errors] == [n + 2 for n in range(count) if n % 100 == 7][:MOST_ERRORS]
    with office.workspace.read() as tx:
        job = tx.tables.own.job
        (row,) = tx.connection.execute(job.select().where(job.c.kind == "import")).all()
    assert (row.state, row.done, row.result["created"]) == ("done", count, count - bad)
    errors = (office.workspace.settings.home / "imports" / row.errors_file).read_text(encoding="utf-8-sig")
    assert errors.splitlines()[0] == "name,inn,Причина" or errors.splitlines()[0] == "name,inn,Reason"
    assert not list(check_storage(office.workspace))
