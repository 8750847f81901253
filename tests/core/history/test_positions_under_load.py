"""Each row of the journal is read once and as soon as it is committed, however long other transactions run."""

from __future__ import annotations

import random
import threading
import time

import pytest

from core.errors import KubikError
from core.history.positions import BEGINNING, Position, present, read_journal
from core.storage.workspace import Transaction, Workspace


@pytest.fixture
def workspace(sampled: Workspace) -> Workspace:
    return sampled


def add(tx: Transaction, record: int) -> None:
    tx.connection.execute(
        tx.tables.own.journal.insert().values(
            at=tx.now, kind="created", entity="thing", record=record, version=1
        )
    )


def drain(workspace: Workspace, position: Position, limit: int) -> tuple[list[int], Position]:
    """Everything that is there now, in portions."""
    found: list[int] = []
    while True:
        with workspace.read() as tx:
            portion = read_journal(tx, position, limit)
        assert len(portion.rows) <= limit
        found += [row.record for row in portion.rows]
        position = portion.next
        if not portion.more:
            return found, position


def test_a_long_transaction_holds_up_nobody_and_is_not_missed(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return  # it has one writer: a later one waits
    wrote, go = threading.Event(), threading.Event()

    def long(tx: Transaction) -> None:
        add(tx, 1)
        wrote.set()
        go.wait()

    thread = threading.Thread(target=lambda: workspace.write(long))
    thread.start()
    try:
        assert wrote.wait(60)
        for record in (2, 3, 4):
            workspace.write(lambda tx, r=record: add(tx, r))  # type: ignore[misc]
        found, position = drain(workspace, BEGINNING, 2)
        assert found == [2, 3, 4]
    finally:
        go.set()
        thread.join()
    found, position = drain(workspace, position, 2)
    assert found == [1]
    assert drain(workspace, position, 2)[0] == []


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_every_row_is_read_once(workspace: Workspace, limit: int) -> None:
    chance = random.Random(limit)
    pauses = [[chance.random() ** 4 / 20 for _ in range(12)] for _ in range(5)]
    rollbacks = [[chance.random() < 0.2 for _ in range(12)] for _ in range(5)]
    committed: set[int] = set()
    live = threading.Event()

    class Undone(Exception):
        pass

    def writer(number: int) -> None:
        for turn, pause in enumerate(pauses[number]):
            records = [1000 * number + 10 * turn + n for n in range(3)]

            def action(
                tx: Transaction, records: list[int] = records, turn: int = turn, pause: float = pause
            ) -> None:
                for record in records:
                    add(tx, record)
                    time.sleep(pause / 3)
                if rollbacks[number][turn]:
                    raise Undone

            try:
                workspace.write(action)
            except Undone:
                continue
            committed.update(records)

    seen: list[int] = []
    late: set[int] = set()
    positions = [BEGINNING]

    def reader() -> None:
        while not live.is_set():
            before = set(committed)
            found, positions[0] = drain(workspace, positions[0], limit)
            seen.extend(found)
            late.update(before - set(seen))

    threads = [threading.Thread(target=writer, args=(n,)) for n in range(5)]
    watching = threading.Thread(target=reader)
    for thread in (*threads, watching):
        thread.start()
    for thread in threads:
        thread.join()
    live.set()
    watching.join()
    seen.extend(drain(workspace, positions[0], limit)[0])
    assert sorted(seen) == sorted(committed)
    assert late == set(), "what was committed before a read is in it"


def test_who_starts_at_the_present_sees_only_what_comes(workspace: Workspace) -> None:
    workspace.write(lambda tx: add(tx, 1))
    with workspace.read() as tx:
        position = present(tx)
    workspace.write(lambda tx: add(tx, 2))
    assert drain(workspace, position, 10)[0] == [2]


def test_a_position_of_another_server_is_refused(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return
    with workspace.read() as tx, pytest.raises(KubikError) as caught:
        read_journal(tx, Position(since="9999999999:9999999999:"), 10)
    assert caught.value.code == "KBK2004"


def test_reading_what_is_new_does_not_walk_the_whole_journal(workspace: Workspace) -> None:
    """Even when the driver has prepared the statement and the planner knows nothing of its parameters."""
    if workspace.database.dialect == "sqlite":
        return
    workspace.write(
        lambda tx: tx.connection.exec_driver_sql(
            "INSERT INTO kubik.kubik_journal (tx, at, kind, entity, record, version) "
            "SELECT '700', now(), 'updated', 'thing', n, 1 FROM generate_series(1, 100000) n"
        )
    )
    with workspace.read() as tx:
        position = present(tx)
    workspace.write(lambda tx: add(tx, 7))
    walked = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'kubik_journal'"
    for _ in range(12):
        assert drain(workspace, position, 10)[0] == [7]
    with workspace.read() as tx:
        tx.connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
    with workspace.read() as tx:
        assert tx.connection.exec_driver_sql(walked).scalar_one() == 0
        index = "SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'kubik_journal'"
        assert tx.connection.exec_driver_sql(index).scalar_one() < 10_000
