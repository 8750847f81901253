"""Rows that are too many to be filled while a model is put in force are filled by a job, and asked as before until then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.access.actor import Actor
from core.jobs.jobs import start_job
from core.jobs.running import JobPaused, Run, begin_here, claim
from core.query import Query, read
from core.records import update
from core.records.carrying import CARRY, ask_to_carry, carry_job, keep_carrying
from core.solutions.apply import apply
from core.solutions.packages import install, plan_document
from core.solutions.start import initialize
from core.solutions.undo import undo
from core.storage import carrying
from core.storage.catalog import read_catalog
from core.storage.check import check_storage
from core.storage.ddl import missing_steps
from core.storage.workspace import Workspace
from tests.carrying import carry_now
from tests.conftest import Databases
from tests.core.solutions.samples import SYSTEM, add, changed, settings_for, shop

ORDERS = {
    "entities/order.yaml": """
name: order
title: "{name}"
fields:
  - {name: name, type: text}
  - {name: owner, type: user}
""",
    "entities/note.yaml": """
name: note
title: "{text}"
fields:
  - {name: text, type: text}
  - {name: about, type: link_any, to: [order, good], rights: of parent, required: true}
""",
    "roles/clerk.yaml": """
name: clerk
grants:
  - {entity: order, actions: [read], rows: "name = 'nobody'", fields: all}
  - {entity: note, actions: [read], fields: all}
""",
}


def rule(rows: str) -> Any:
    """A change of the clerk's rule about orders."""

    def change(by: dict[str, Any]) -> None:
        by["clerk"]["grants"][0]["rows"] = rows

    return change


@pytest.fixture
def workspace(
    fresh_database: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """Three people with two orders each, and thirty notes on these; more than three rows are too many at once."""
    made = initialize(settings_for(fresh_database("postgresql"), tmp_path))
    install(made, SYSTEM, shop(ORDERS))
    monkeypatch.setattr(carrying, "SMALL", 3)
    monkeypatch.setattr(carrying, "BATCH", 4)
    people = [add(made, "user", login=f"u{i}", name=f"Имя {i}") for i in range(3)]
    orders = [add(made, "order", name=f"З{i}", owner=people[i % 3]) for i in range(6)]
    for i in range(30):
        add(made, "note", text=f"Т{i}", about={"entity": "order", "id": orders[i % 6]})
    yield made
    made.close()


def change_rule(workspace: Workspace, rows: str) -> None:
    apply(workspace, SYSTEM, plan_document(workspace, SYSTEM, changed(workspace, rule(rows))).id)


def notes(workspace: Workspace, login: str) -> list[str]:
    """What a clerk sees in the list of notes."""
    with workspace.read() as tx:
        user = read(tx, SYSTEM, Query(entity="user", fields=("id",), filter=f"login = '{login}'")).items[0][
            "id"
        ]
        actor = Actor(user=user, login=login, roles=(tx.model.roles["clerk"].uid,))
        return [item["text"] for item in read(tx, actor, Query(entity="note", sort=("id",))).items]


def expected(person: int) -> list[str]:
    return [f"Т{i}" for i in range(30) if i % 6 % 3 == person]


def carries(workspace: Workspace) -> bool:
    """Whether rights to notes are read from what they carry."""
    with workspace.read() as tx:
        return bool(tx.tables[tx.model.entities["note"].uid].carried)


def jobs(workspace: Workspace) -> list[str]:
    with workspace.read() as tx:
        table = tx.tables.own.job
        found = sa.select(table.c.state).where(table.c.kind == CARRY).order_by(table.c.id)
        return list(tx.connection.execute(found).scalars())


def whole(workspace: Workspace) -> bool:
    """Whether nothing is missing, and nothing wrong."""
    with workspace.read() as tx:
        steps = missing_steps(
            read_catalog(tx.connection, tx.tables.schema), tx.tables, tx.model.entities.values()
        )
    return steps == () and not list(check_storage(workspace))


def test_many_rows_are_filled_by_a_job_and_lists_are_right_before_meanwhile_and_after(
    workspace: Workspace,
) -> None:
    assert notes(workspace, "u1") == []
    change_rule(workspace, "owner = me")
    assert jobs(workspace) == ["queued"] and not carries(workspace)
    assert notes(workspace, "u1") == expected(1)
    other = Workspace.open(workspace.settings)
    try:
        assert notes(other, "u1") == expected(1)
        job = claim(workspace, "worker", (CARRY,))
        assert job is not None
        batches = iter(range(3))
        run = Run(workspace, job, "worker", lambda: next(batches, None) is None)
        with pytest.raises(JobPaused):
            carry_job(run)
        run.pause()
        assert not carries(workspace) and notes(workspace, "u1") == expected(1)
        again = claim(workspace, "another", (CARRY,))
        assert again is not None and again.saved["after"] is not None
        second = Run(workspace, again, "another")
        second.finish("done", result=carry_job(second).result)
        assert jobs(workspace) == ["done"]
        for each in (workspace, other):
            assert carries(each)
            assert [notes(each, f"u{person}") for person in range(3)] == [
                expected(person) for person in range(3)
            ]
    finally:
        other.close()
    assert whole(workspace)
    keep_carrying(workspace)
    workspace.write(ask_to_carry)
    assert jobs(workspace) == ["done"]
    change_rule(workspace, "owner = me OR created_by = me")
    assert jobs(workspace) == ["done", "queued"]


def test_an_undone_rule_is_carried_no_longer_and_carried_anew_when_it_comes_again(
    workspace: Workspace,
) -> None:
    change_rule(workspace, "owner = me")
    carry_now(workspace)
    assert carries(workspace) and whole(workspace)
    undo(workspace, SYSTEM)
    assert not carries(workspace) and notes(workspace, "u1") == [] and whole(workspace)
    with workspace.read() as tx:
        first = read(tx, SYSTEM, Query(entity="order", fields=("id",), sort=("id",))).items[0]["id"]
        boss = read(tx, SYSTEM, Query(entity="user", fields=("id",), filter="login = 'u1'")).items[0]["id"]
    workspace.write(lambda tx: update(tx, SYSTEM, "order", first, {"owner": boss}))
    change_rule(workspace, "owner = me OR created_by = me")
    assert not carries(workspace)
    mine = [f"Т{i}" for i in range(30) if i % 6 in (0, 1, 4)]
    assert notes(workspace, "u1") == mine
    keep_carrying(workspace)  # asked already
    assert jobs(workspace).count("queued") == 1
    carry_now(workspace)
    assert carries(workspace) and notes(workspace, "u1") == mine and whole(workspace)


def test_a_run_that_was_cut_short_does_not_go_on_behind_rows_that_were_left_alone_meanwhile(
    workspace: Workspace,
) -> None:
    change_rule(workspace, "owner = me")
    job = claim(workspace, "worker", (CARRY,))
    assert job is not None
    batches = iter(range(4))
    run = Run(workspace, job, "worker", lambda: next(batches, None) is None)
    with pytest.raises(JobPaused):
        carry_job(run)
    run.pause()
    change_rule(workspace, "name = 'nobody'")
    with workspace.read() as tx:
        ids = [item["id"] for item in read(tx, SYSTEM, Query(entity="order", sort=("id",))).items]
        people = {
            item["login"]: item["id"]
            for item in read(tx, SYSTEM, Query(entity="user", fields=("id", "login"))).items
        }
    workspace.write(lambda tx: update(tx, SYSTEM, "order", ids[0], {"owner": people["u1"]}))
    change_rule(workspace, "owner = me")
    with workspace.read() as tx:
        (wanted,) = (
            each
            for each in carrying.missing(tx.connection, tx.tables, tx.model.entities.values())
            if each.table == tx.tables[tx.model.entities["note"].uid].table.name
        )
    with workspace.database.plain.begin() as connection:  # another worker has begun anew, and filled nothing
        carrying.begin(connection, workspace.database.schema, wanted)
    again = claim(workspace, "another", (CARRY,))
    assert again is not None and again.saved["after"] is not None
    second = Run(workspace, again, "another")
    second.finish("done", result=carry_job(second).result)
    assert carries(workspace) and whole(workspace)
    assert notes(workspace, "u1") == [f"Т{i}" for i in range(30) if i % 6 in (0, 1, 4)]
    assert notes(workspace, "u0") == [f"Т{i}" for i in range(30) if i % 6 == 3]


def test_a_job_that_was_never_asked_for_is_asked_for_by_the_worker(workspace: Workspace) -> None:
    """As after an upgrade: the rule is older than what rows carry for it."""
    change_rule(workspace, "owner = me")
    jobs_table = workspace.own.job
    workspace.write(lambda tx: tx.connection.execute(jobs_table.delete()))
    keep_carrying(workspace)
    assert jobs(workspace) == ["queued"]


def test_a_change_of_the_configuration_while_rows_are_filled_leaves_nothing_half_done(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_rule(workspace, "owner = me")
    finish, changes = carrying.finish, iter(["owner = me OR created_by = me"])

    def late(*given: Any) -> bool:
        rows = next(changes, None)
        if rows is not None:
            raise Interrupted(rows)
        return finish(*given)

    class Interrupted(Exception):
        pass

    monkeypatch.setattr(carrying, "finish", late)
    run = begin_here(workspace, lambda tx: start_job(tx, CARRY, {}, by=None))
    with pytest.raises(Interrupted):
        carry_job(run)
    change_rule(workspace, "owner = me OR created_by = me")
    carry_job(run)
    assert carries(workspace) and notes(workspace, "u2") == expected(2) and whole(workspace)
