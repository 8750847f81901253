"""What is written to a record while an erasure empties it (PostgreSQL) goes with it: cells, child rows, copies, history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import records
from core.access.actor import system_actor
from core.access.login import load_actor
from core.jobs.worker import Worker
from core.records.erasing import KIND, begin_erasure, erase_job
from core.storage.workspace import Transaction, Workspace
from tests import sites
from tests.conftest import Databases
from tests.core.records.erasing.test_erasure import MODEL, NAME, everything, fill
from tests.factories import model
from tests.meanwhile import Meanwhile

LATER, PHONE = "Аграфена Ромашкина", "+79167654321"


@pytest.fixture
def workspace(fresh_database: Databases, tmp_path: Path) -> Iterator[Workspace]:
    url = fresh_database("postgresql")
    sites.install(url, tmp_path, model(MODEL))
    opened = Workspace.open(sites.settings(url, tmp_path))
    fill(opened)
    opened.write(lambda tx: begin_erasure(tx, load_actor(tx, 1), "contact", 1, "asked for"))
    yield opened
    opened.close()


def change(tx: Transaction) -> None:
    records.update(tx, system_actor(), "contact", 1, {"name": LATER})


def add_row(tx: Transaction) -> None:
    records.create(tx, system_actor(), "contact_phone", {"contact": 1, "phone": PHONE})


def link(tx: Transaction) -> None:
    records.create(tx, system_actor(), "visit", {"subject": "Встреча 3", "contact": 1})


@pytest.mark.parametrize("write", [change, add_row, link])
def test_what_is_being_written_to_a_record_goes_with_what_was_there(
    workspace: Workspace, write: Callable[[Transaction], None]
) -> None:
    erasure = Meanwhile(workspace, Worker(workspace, {KIND: erase_job}).run_one)

    def action(tx: Transaction) -> None:
        write(tx)
        erasure.begin()

    workspace.write(action)
    assert erasure.result()
    left = everything(workspace)
    assert [each for each in (NAME, LATER, PHONE, PHONE[1:]) if each.encode() in left] == []
