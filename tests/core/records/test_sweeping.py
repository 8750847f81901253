"""Files that nobody puts anywhere go after a day; contents that a record or its history may lead to never do."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import records
from core.access.actor import system_actor
from core.records.sweeping import check_contents, sweep_files
from core.records.uploads import keep_file
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from tests.conftest import Databases, Dialect
from tests.papers import papers_model


@pytest.fixture
def workspace(dialect: Dialect, fresh_database: Databases, tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(Settings(home=tmp_path, database_url=fresh_database(dialect), time_zone="UTC"))
    install_model(made, papers_model())
    yield made
    made.close()


def sent(workspace: Workspace, content: bytes) -> tuple[int, str]:
    incoming = workspace.files.receive()
    incoming.write(content)
    stored = incoming.keep()
    link = workspace.write(lambda tx: keep_file(tx, system_actor(), stored, "a.txt", "text/plain", None))
    return link.id, stored.hash


def made_older(workspace: Workspace) -> None:
    """Everything there was done two days ago."""
    past = time.time() - 2 * 24 * 3600
    for path in (workspace.settings.home / "files").rglob("*"):
        os.utime(path, (past, past))

    def age(tx: object) -> None:
        table = tx.tables[tx.model.entities["file"].uid].table  # type: ignore[attr-defined]
        tx.connection.execute(sa.update(table).values(created_at=tx.now - timedelta(days=2)))  # type: ignore[attr-defined]

    workspace.write(age)


def test_what_stands_nowhere_goes_after_a_day_and_everything_else_stays(workspace: Workspace) -> None:
    actor = system_actor()
    kept, kept_hash = sent(workspace, b"kept")
    once, once_hash = sent(workspace, b"once")
    _, alone_hash = sent(workspace, b"alone")
    sent(workspace, b"kept")  # the same contents, standing nowhere
    paper = workspace.write(
        lambda tx: records.create(tx, actor, "paper", {"name": "p", "any": kept, "scans": [once]})
    )
    workspace.write(lambda tx: records.update(tx, actor, "paper", paper.id, {"scans": []}))
    half = workspace.files.receive()
    half.write(b"half of a file")
    assert sweep_files(workspace) == 0
    made_older(workspace)
    _, fresh_hash = sent(workspace, b"fresh")
    assert sweep_files(workspace) == 1
    sizes = {name: workspace.files.size(hash) for name, hash in (
        ("kept", kept_hash), ("once", once_hash), ("alone", alone_hash), ("fresh", fresh_hash))}  # fmt: skip
    assert sizes == {"kept": 4, "once": 4, "alone": None, "fresh": 5}
    assert not list((workspace.settings.home / "files" / "incoming").iterdir())
    assert list(check_contents(workspace, whole=True)) == []
    half.drop()


def test_contents_that_are_missing_or_damaged_are_found(workspace: Workspace) -> None:
    _, gone = sent(workspace, b"gone")
    _, short = sent(workspace, b"short")
    _, turned = sent(workspace, b"turned")
    workspace.files.local(gone).unlink()
    workspace.files.local(short).write_bytes(b"sh")
    workspace.files.local(turned).write_bytes(b"TURNED")
    assert len(list(check_contents(workspace))) == 2
    assert len(list(check_contents(workspace, whole=True))) == 3


def test_contents_that_come_again_while_they_go_stay(workspace: Workspace) -> None:
    _, hash = sent(workspace, b"again")
    assert not workspace.files.remove(hash, unless_younger=60)
    assert workspace.files.size(hash) == 5
