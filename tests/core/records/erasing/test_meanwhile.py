"""What is written to a record while an erasure empties it (PostgreSQL) goes with it: cells, child rows, copies, history; so
does what is being kept of it elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core import query, records
from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.errors import KubikError
from core.jobs.worker import Worker
from core.records.drafts import keep_draft
from core.records.erasing import KIND, begin_erasure, erase_job, job
from core.records.erasing.act import write_act
from core.storage.workspace import Transaction, Workspace
from core.web.exchange import Answer
from core.web.idempotency import once
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


def answering(workspace: Workspace, amid: Callable[[], None]) -> Callable[[Transaction], Answer]:
    """A request that may be repeated and whose answer names the person; what happens once that was read."""
    call: Any = SimpleNamespace(
        header=lambda _: "key of mine", method="PATCH", path="/", query_string=b"", body=b"",
        site=SimpleNamespace(workspace=workspace),
    )  # fmt: skip

    def action(tx: Transaction, actor: Actor) -> Answer:
        read, _ = query.record(tx, actor, "visit", 1, ("contact",))
        amid()
        return Answer(status=200, headers=[], body=read["contact"].title.encode())

    asked = once(call, action)
    return lambda tx: asked(tx, load_actor(tx, 1))


def test_an_answer_that_is_being_kept_goes_too(workspace: Workspace) -> None:
    erasure = Meanwhile(workspace, Worker(workspace, {KIND: erase_job}).run_one)
    answer = workspace.write(answering(workspace, erasure.begin))
    assert answer.body.decode() == NAME
    assert erasure.result()
    assert NAME.encode() not in everything(workspace)


def test_an_answer_that_comes_to_an_erasure_is_made_of_what_that_leaves(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Meanwhile[Answer] = Meanwhile(
        workspace, lambda: workspace.write(answering(workspace, lambda: None))
    )
    begin_amid_the_act(monkeypatch, asked)
    assert Worker(workspace, {KIND: erase_job}).run_one()
    assert asked.result().body == b"Erased"
    assert NAME.encode() not in everything(workspace)


def test_a_draft_that_comes_to_an_erasure_is_not_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep() -> str:
        try:
            workspace.write(
                lambda tx: keep_draft(tx, load_actor(tx, 1), "new", "contact", 1, 3, {"name": NAME})
            )
        except KubikError as error:
            return error.code
        return ""

    kept: Meanwhile[str] = Meanwhile(workspace, keep)
    begin_amid_the_act(monkeypatch, kept)
    assert Worker(workspace, {KIND: erase_job}).run_one()
    assert kept.result() == "KBK3009"
    assert NAME.encode() not in everything(workspace)


def begin_amid_the_act(monkeypatch: pytest.MonkeyPatch, other: Meanwhile[Any]) -> None:
    """Let somebody come when an erasure has emptied everything, and nothing of it is committed."""

    def write(*given: Any) -> int:
        other.begin()
        return write_act(*given)

    monkeypatch.setattr(job, "write_act", write)
