"""Kubik's own tables: made once by whoever comes first, upgraded step by step, never given an id twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.storage import upgrades
from core.storage.catalog import read_catalog
from core.storage.own import OwnTables
from core.storage.upgrades import Step, read_fact, upgrade, write_fact
from core.storage.workspace import Transaction, Workspace
from tests.core.storage.samples import settings_for
from tests.core.storage.test_types import save


def add_column(
    name: str, fail: Callable[[], bool] = lambda: False
) -> Callable[[sa.Connection, OwnTables], None]:
    def apply(connection: sa.Connection, own: OwnTables) -> None:
        place = "" if own.meta.schema is None else f"{own.meta.schema}."
        if name not in read_catalog(connection, own.meta.schema).tables["kubik_number"]:
            connection.exec_driver_sql(f"ALTER TABLE {place}kubik_number ADD COLUMN {name} TEXT")
        if fail():
            raise LookupError

    return apply


def columns(workspace: Workspace) -> set[str]:
    with workspace.read() as tx:
        return set(read_catalog(tx.connection, tx.tables.schema).tables["kubik_number"])


def version(workspace: Workspace) -> str | None:
    with workspace.read() as tx:
        return read_fact(tx.connection, tx.tables.own, "schema_version")


def with_steps(monkeypatch: pytest.MonkeyPatch, *steps: Step) -> None:
    every = (*upgrades.STEPS, *steps)
    monkeypatch.setattr(upgrades, "STEPS", every)
    monkeypatch.setattr(upgrades, "CURRENT", every[-1].number)


def test_steps_are_done_in_order_and_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    last = upgrades.CURRENT
    more = add_column("more")

    def first(connection: sa.Connection, own: OwnTables) -> None:
        done.append(1)

    def second(connection: sa.Connection, own: OwnTables) -> None:
        done.append(2)
        more(connection, own)

    with_steps(monkeypatch, Step(number=last + 1, apply=first), Step(number=last + 2, apply=second))
    upgrade(workspace.database)
    upgrade(workspace.database)
    Workspace.open(workspace.settings).close()
    assert done == [1, 2]
    assert "more" in columns(workspace)
    assert version(workspace) == str(last + 2)


def test_a_step_that_fails_leaves_all_as_it_was_and_is_done_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, last, fails = columns(workspace), upgrades.CURRENT, [True]
    with_steps(
        monkeypatch,
        Step(number=last + 1, apply=add_column("one")),
        Step(number=last + 2, apply=add_column("two", lambda: fails[0])),
    )
    with pytest.raises(LookupError):
        upgrade(workspace.database)
    assert (columns(workspace), version(workspace)) == (before, str(last))
    fails[0] = False
    upgrade(workspace.database)
    assert columns(workspace) == before | {"one", "two"}


def test_many_at_once_make_one_installation(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    made: list[Workspace] = []
    errors: list[BaseException] = []

    def create() -> None:
        try:
            made.append(Workspace.create(settings))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for workspace in made:
        with workspace.read() as tx:
            assert tx.model.version == 0
        workspace.close()


def test_an_id_is_never_given_twice(workspace: Workspace) -> None:
    def both(tx: Transaction) -> tuple[int, int]:
        own = tx.tables.own
        seq = tx.connection.execute(
            own.journal.insert()
            .values(at=tx.now, kind="x", entity="x", record=1)
            .returning(own.journal.c.seq)
        ).scalar_one()
        return save(tx, {}), seq

    def clear(tx: Transaction) -> None:
        tx.connection.execute(tx.tables["deal"].table.delete())
        tx.connection.execute(tx.tables.own.journal.delete())

    assert workspace.write(both) == (1, 1)
    workspace.write(clear)
    assert workspace.write(both) == (2, 2)


def test_facts_are_replaced(workspace: Workspace) -> None:
    for value in ("one", "two", None):
        workspace.write(lambda tx, v=value: write_fact(tx.connection, tx.tables.own, "fact", v))  # type: ignore[misc]
        with workspace.read() as tx:
            assert read_fact(tx.connection, tx.tables.own, "fact") == value
