"""An erasure that dies at any of its writes: whoever goes on with it erases everything, counts the same, does nothing twice."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import query, records
from core.access.actor import system_actor
from core.jobs.running import Run, take
from core.records.erasing import begin_erasure, erase_job, job
from core.records.erasing.traces import find_tables
from core.storage.check import check_storage
from core.storage.workspace import Transaction, Workspace
from tests import sites
from tests.conftest import Databases, Dialect
from tests.core.records.erasing.conftest import Filled
from tests.core.records.erasing.test_erasure import NAME, PHONE, admin, everything, workbook

CONTENT = "справка о человеке".encode()


class Died(BaseException):
    """In place of a signal: nothing of Kubik holds it up."""


class Mortal(Workspace):
    """A workspace that dies at the write that follows ``left`` others: when that is about to be committed, or just was."""

    left: int | None = None
    committing = False

    def _commit(self, connection: sa.Connection) -> None:
        dies, self.left = self.left == 0, None if self.left is None else self.left - 1
        if not dies or self.committing:
            super()._commit(connection)
        if dies:
            self.left = None
            raise Died


@pytest.fixture
def pair(
    filled: Filled, fresh_database: Databases, dialect: Dialect, tmp_path: Path
) -> Iterator[tuple[Mortal, Mortal]]:
    """Two workspaces with the same in them, files beside the database, too."""
    made = []
    for name in ("one", "other"):
        url = fresh_database(dialect, template=filled(dialect))
        workspace = Mortal.open(sites.settings(url, tmp_path / name))
        assert isinstance(workspace, Mortal)
        made.append(workspace)
        put_files(workspace)
    yield made[0], made[1]
    for each in made:
        each.close()


def put_files(workspace: Workspace) -> None:
    """A file that hangs on the contact, a table that was exported, and one of lines that an import refused."""
    incoming = workspace.files.receive()
    incoming.write(CONTENT)
    stored = incoming.keep()

    def hang(tx: Transaction) -> None:
        values = {"name": f"{NAME}.txt", "size": stored.size, "type": "text/plain", "hash": stored.hash}
        file = records.create(tx, system_actor(), "file", values).id
        about = {"entity": "contact", "id": 1}
        records.create(tx, system_actor(), "attachment", {"about": about, "file": {"id": file}})

    workspace.write(hang)
    for folder, name in (("exports", "8.xlsx"), ("imports", "errors-7.xlsx")):
        (workspace.settings.home / folder).mkdir()
        workbook(workspace.settings.home / folder / name, [["Имя"], [NAME]])


def begun(workspace: Workspace) -> int:
    return workspace.write(
        lambda tx: begin_erasure(tx, admin(tx), "contact", 1, "asked for", attached=True)
    ).job


def go_on(workspace: Mortal, number: int, left: int | None) -> bool:
    """Go on with the job as another process would; whether it came to its end."""
    taken = workspace.write(lambda tx: take(tx, number, f"after {left}"))
    workspace.left = left
    try:
        erase_job(Run(workspace, taken, f"after {left}"))
    except Died:
        return False
    return True


def told(workspace: Workspace) -> dict[str, Any]:
    """What an erasure leaves that can be counted: its acts, the lines of history, the versions, the files."""
    with workspace.read() as tx:
        acts = query.read(tx, admin(tx), query.Query(entity="erasure", fields=("content",))).items
        journal = tx.tables.own.journal
        lines = sa.select(journal.c.entity, journal.c.kind, journal.c.version)
        found = tx.connection.execute(lines.order_by(journal.c.entity, journal.c.record, journal.c.seq)).all()
        tables = [
            path.name
            for each in ("exports", "imports")
            for path in (workspace.settings.home / each).iterdir()
        ]
        contents = [json.loads(act["content"].text) for act in acts]
        return {
            "cleared": [each["cleared"] for each in contents],
            "elsewhere": [each["elsewhere"] for each in contents],
            "history": [tuple(row) for row in found],
            "files": tables,
            "contents": [hash for hash, _ in workspace.files.all()],
        }


@pytest.mark.parametrize("committing", [False, True], ids=["before", "behind"])
def test_an_erasure_that_dies_at_each_of_its_writes_erases_everything_and_counts_it_once(
    pair: tuple[Mortal, Mortal], committing: bool
) -> None:
    one, other = pair
    assert go_on(one, begun(one), None)
    number, other.committing = begun(other), committing
    deaths = next(left for left in itertools.count() if go_on(other, number, left))
    assert deaths > 15
    assert told(other) == told(one)
    assert told(one)["files"] == told(one)["contents"] == []
    left = everything(other)
    assert [each for each in (NAME, NAME.casefold(), PHONE) if each.encode() in left] == []
    assert not list(check_storage(other))


def test_who_goes_on_behind_the_act_knows_no_value_and_removes_every_table_that_came_meanwhile(
    pair: tuple[Mortal, Mortal], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = pair
    exports = workspace.settings.home / "exports"
    look = job._look_elsewhere

    def meanwhile(run: Run, erasing: job._Erasing) -> None:
        look(run, erasing)
        workbook(exports / "9.xlsx", [["Имя"], [NAME]])

    def die(*given: Any) -> tuple[str, ...]:
        if len(given) > 3:  # the look behind the act
            raise Died
        return find_tables(*given)

    monkeypatch.setattr(job, "_look_elsewhere", meanwhile)
    number = begun(workspace)
    with monkeypatch.context() as patched:
        patched.setattr(job, "find_tables", die)
        assert not go_on(workspace, number, None)
    assert [path.name for path in exports.iterdir()] == ["9.xlsx"]
    assert go_on(workspace, number, None)
    assert list(exports.iterdir()) == []
