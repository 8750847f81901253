"""What rows carry while many write at once, and while what keeps it is made and taken away: on PostgreSQL, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.access.actor import system_actor
from core.jobs.jobs import start_job
from core.jobs.running import Run, begin_here, claim
from core.query import Query, read
from core.records.carrying import CARRY, carry_job, keep_carrying
from core.solutions.apply import apply
from core.solutions.packages import install, plan_document
from core.solutions.start import initialize
from core.solutions.sweep import purge_unreferenced, unreferenced
from core.storage import carrying
from core.storage.install import install_model
from core.storage.search.settling import moved
from core.storage.workspace import Workspace
from tests.carrying import carry_now
from tests.conftest import Databases
from tests.core.records.test_carrying import ORDERS, carries, expected, notes, rule, whole
from tests.core.solutions.samples import add, changed, settings_for, shop
from tests.core.storage.test_carrying import (
    about,
    beside,
    carried,
    change,
    differ,
    forget,
    held,
    insert,
    kept,
    put,
    sales,
    wrong,
)  # fmt: skip
from tests.sites import settings


@pytest.fixture
def workspace(fresh_database: Databases, tmp_path: Path) -> Iterator[Workspace]:
    """A PostgreSQL workspace with three people and deals 1 to 3 of the first two of them."""
    made = Workspace.create(settings(fresh_database("postgresql"), tmp_path))
    install_model(made, sales())
    insert(made, "user", *({"id": i, "login": f"u{i}"} for i in (1, 2, 3)))
    insert(made, "deal", *({"id": i, "name": f"С{i}", "owner": i % 2 + 1} for i in (1, 2, 3)))
    yield made
    made.close()


def remove(workspace: Workspace, connection: sa.Connection, name: str, id: int) -> None:
    with workspace.read() as tx:
        table = tx.tables[tx.model.entities[name].uid].table
    connection.execute(table.delete().where(table.c.id == id))


Act = Callable[[sa.Connection], None]


def both(workspace: Workspace, first: Act, second: Act, *, waits: bool = True) -> None:
    """The second one begins when the first one has done it and commits no sooner, the first one half a second later."""
    with workspace.database.plain.connect() as connection:
        first(connection)
        with beside(workspace, second) as done:
            assert done.wait(0.3) is not waits
            connection.commit()


# --- records that come, and rows that were there before


def test_a_row_and_its_record_that_come_at_once_find_each_other(workspace: Workspace) -> None:
    link = about(workspace, "deal", 9)

    def row(id: int, deal: int) -> Act:
        def act(connection: sa.Connection) -> None:
            put(workspace, connection, "remark", {"id": id, "about": replace(link, id=deal)})
            put(workspace, connection, "deal_item", {"id": id, "deal": deal})

        return act

    def record(id: int) -> Act:
        return lambda c: put(workspace, c, "deal", {"id": id, "name": "new", "owner": 3})

    both(workspace, row(1, 9), record(9))
    both(workspace, record(-10), row(2, -10))
    assert held(workspace) == held(workspace, "deal_item") == {1: 3, 2: 3}
    # who makes records does not wait for others who do
    both(workspace, record(11), record(12), waits=False)


def test_a_record_that_goes_and_comes_again_in_one_transaction_is_found_by_a_row_that_waited(
    workspace: Workspace,
) -> None:
    def anew(connection: sa.Connection) -> None:
        remove(workspace, connection, "deal", 1)
        put(workspace, connection, "deal", {"id": 1, "name": "new", "owner": 3})

    link = about(workspace, "deal", 1)
    both(workspace, anew, lambda c: put(workspace, c, "remark", {"id": 1, "about": link}))
    assert held(workspace) == {1: 3}
    both(workspace, lambda c: change(workspace, c, "deal", 2, owner=3), anew, waits=False)
    assert held(workspace) == {1: 3} and wrong(workspace) == []


def test_what_is_taken_back_to_a_savepoint_leaves_nothing(workspace: Workspace) -> None:
    insert(workspace, "deal_item", {"id": 1, "deal": 1}, {"id": 2, "deal": 2})
    with workspace.database.plain.begin() as connection:
        remove(workspace, connection, "deal", 1)
        tried = connection.begin_nested()
        put(workspace, connection, "deal", {"id": 1, "name": "new", "owner": 3})
        change(workspace, connection, "deal_item", 2, deal=1)
        tried.rollback()
        put(workspace, connection, "deal", {"id": 1, "name": "new", "owner": 1})
    assert held(workspace, "deal_item") == {1: 1, 2: 1}
    assert wrong(workspace) == []


def test_who_would_hand_on_from_an_older_state_of_the_database_is_refused(workspace: Workspace) -> None:
    link = about(workspace, "deal", 1)

    def old(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql("SELECT version FROM kubik.kubik_head")

    def given(connection: sa.Connection) -> None:
        change(workspace, connection, "deal", 1, owner=3)

    def led(connection: sa.Connection) -> None:
        put(workspace, connection, "remark", {"id": 3, "about": replace(link, id=9)})

    for newer, action in (
        (("remark", {"id": 1, "about": link}), given),
        (("deal", {"id": 9, "name": "new", "owner": 3}), led),
    ):
        with workspace.database.plain.connect() as connection:
            old(connection)
            insert(workspace, *newer)
            with pytest.raises(sa.exc.NotSupportedError, match="READ COMMITTED"):
                action(connection)
    with workspace.database.plain.begin() as connection:  # a record that has not changed is as good as ever
        old(connection)
        put(workspace, connection, "remark", {"id": 2, "about": link})
    assert held(workspace) == {1: 2, 2: 2}
    assert wrong(workspace) == []


# --- what keeps it is made and taken away


def begin(workspace: Workspace) -> int:
    with workspace.database.plain.begin() as connection:
        return carrying.begin(connection, workspace.database.schema, carried(workspace))


def fill(workspace: Workspace, connection: sa.Connection, after: int = carrying.BEFORE_ALL) -> None:
    carrying.fill(connection, workspace.database.schema, carried(workspace), after)


def test_two_who_fill_at_once_take_turns_and_writers_wait(workspace: Workspace) -> None:
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    forget(workspace)
    begin(workspace)
    with workspace.database.plain.connect() as connection:
        fill(workspace, connection, 1)  # there is nothing behind it
        with beside(workspace, lambda c: fill(workspace, c)) as done:
            assert not done.wait(0.3)
            fill(workspace, connection)
            connection.commit()
    both(workspace, lambda c: fill(workspace, c), lambda c: change(workspace, c, "deal", 1, owner=3))
    assert held(workspace) == {1: 3}


def test_two_who_begin_at_once_take_turns(workspace: Workspace) -> None:
    place, schema = carried(workspace), workspace.database.schema
    forget(workspace)

    def act(connection: sa.Connection) -> None:
        carrying.begin(connection, schema, place)

    both(workspace, act, act)


def test_columns_that_rows_are_to_carry_are_no_leftovers_while_they_are_filled(workspace: Workspace) -> None:
    forget(workspace)
    begin(workspace)
    other = Workspace.open(workspace.settings)  # knows that not all rows carry it
    try:
        assert unreferenced(other) == ()
        purge_unreferenced(other, system_actor())
    finally:
        other.close()
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    assert held(workspace) == {1: 2}


def test_two_workers_end_it_both_whoever_begins_and_ends_first(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    places = [carried(workspace, name) for name in ("remark", "deal_item")]
    forget(workspace)
    one, two = Workspace.open(workspace.settings), Workspace.open(workspace.settings)
    first, second = (begin_here(each, lambda tx: start_job(tx, CARRY, {}, by=None)) for each in (one, two))
    start, finish, others = carrying.begin, carrying.finish, iter([second])
    begun, ended = [], []

    def counted(*given: Any, **named: Any) -> int:
        begun.append(named)
        return start(*given, **named)

    def late(*given: Any) -> bool:
        for run in others:  # the other one does all of it when the first one is about to end
            carry_job(run)
        ended.append(given)
        return finish(*given)

    monkeypatch.setattr(carrying, "begin", counted)
    monkeypatch.setattr(carrying, "finish", late)
    try:
        carry_job(first)
    finally:
        one.close()
        two.close()
    assert kept(workspace) == {place.name for place in places}
    assert (len(begun), len(ended)) == (2, 3), "what one has begun the other one goes on with"
    assert [differ(workspace, place) for place in places] == [0, 0]


def test_a_reader_of_before_is_not_told_by_a_writer_that_rows_carry_it_by_now(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    place, schema = carried(workspace), workspace.database.schema
    forget(workspace)
    begun = begin(workspace)
    other, whole, ends = Workspace.open(workspace.settings), carrying.whole, iter([begun])
    remark = place.table.removeprefix("e_")

    def ended(*given: Any) -> frozenset[str]:
        for number in ends:  # between the beginning of a write and what it asks then

            def finish(tx: Any, number: int = number) -> None:
                fill(workspace, tx.connection)
                assert carrying.finish(tx.connection, schema, place, number)
                moved(tx)

            workspace.write(finish)
        return whole(*given)

    with workspace.read():
        pass
    monkeypatch.setattr("core.storage.workspace.whole", ended)
    try:
        before = other.database.reading.connect()
        before.begin()
        other.write(lambda tx: None)
        _, tables = other._model(before, False)
        before.close()
        assert tables[remark].carried == {}
        with other.read() as tx:
            assert tx.tables[remark].carried != {}
    finally:
        other.close()


# --- readers


@pytest.fixture
def clerks(fresh_database: Databases, tmp_path: Path) -> Iterator[Workspace]:
    """Three people with two orders each, and thirty notes on these; no clerk sees any yet."""
    made = initialize(settings_for(fresh_database("postgresql"), tmp_path))
    install(made, system_actor(), shop(ORDERS))
    people = [add(made, "user", login=f"u{i}", name=f"Имя {i}") for i in range(3)]
    orders = [add(made, "order", name=f"З{i}", owner=people[i % 3]) for i in range(6)]
    for i in range(30):
        add(made, "note", text=f"Т{i}", about={"entity": "order", "id": orders[i % 6]})
    yield made
    made.close()


def test_who_reads_for_long_stops_no_change_of_rules_and_nobody_else(clerks: Workspace) -> None:
    def change(rows: str, begins: str) -> None:
        """Change the rule while somebody who has looked at notes from that step on goes on reading."""
        with ExitStack() as reading:

            def told(step: str) -> None:
                if step == begins:
                    tx = reading.enter_context(clerks.read())
                    read(tx, system_actor(), Query(entity="note", fields=("id",)))

            plan = plan_document(clerks, system_actor(), changed(clerks, rule(rows)))
            begun = time.monotonic()
            apply(clerks, system_actor(), plan.id, step=told)
            assert time.monotonic() - begun < 20

    change("owner = me", "begun")
    assert not carries(clerks) and notes(clerks, "u1") == expected(1)
    carry_now(clerks)
    assert carries(clerks) and notes(clerks, "u1") == expected(1)
    change("name = 'nobody'", "switching")
    assert not carries(clerks) and kept(clerks) != frozenset(), "readers are in the way"
    with clerks.read() as tx:
        parts = tx.connection.exec_driver_sql(
            "SELECT count(*) FROM pg_proc WHERE proname ~ '^c_.*_(in|out|new)$'"
        )
        assert parts.scalar_one() == 3, "what looks whole is kept true"
    keep_carrying(clerks)
    job = claim(clerks, "worker", (CARRY,))
    assert job is not None
    carry_job(Run(clerks, job, "worker"))
    assert kept(clerks) == frozenset() and whole(clerks)
