"""Transactions: whole or not at all, one snapshot, the model that is in force in it, and done again on conflict."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from core.errors import KubikError
from core.settings import Settings
from core.storage.check import check_storage
from core.storage.install import install_model
from core.storage.load import store_model
from core.storage.workspace import Transaction, Workspace
from metamodel.model import Model
from tests.conftest import Databases, Dialect
from tests.core.storage.samples import sample_model, settings_for
from tests.core.storage.test_types import save


def names(workspace: Workspace) -> list[str]:
    with workspace.read() as tx:
        place = tx.tables["deal"]
        column = place.columns["dealname"].value
        return list(tx.connection.execute(sa.select(column).order_by(place.table.c.id)).scalars())


def in_threads(*actions: Callable[[], object]) -> list[BaseException]:
    errors: list[BaseException] = []

    def run(action: Callable[[], object]) -> None:
        try:
            action()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_a_write_is_there_whole_or_not_at_all(workspace: Workspace) -> None:
    called: list[str] = []

    def action(tx: Transaction, fail: bool) -> None:
        save(tx, {"dealname": "one"})
        tx.after_commit.append(lambda: called.append("after"))
        if fail:
            raise LookupError

    with pytest.raises(LookupError):
        workspace.write(lambda tx: action(tx, True))
    assert (names(workspace), called) == ([], [])
    workspace.write(lambda tx: action(tx, False))
    assert (names(workspace), called) == (["one"], ["after"])


def test_what_is_read_is_one_snapshot(workspace: Workspace) -> None:
    workspace.write(lambda tx: save(tx, {"dealname": "one"}))
    with workspace.read() as tx:
        count = sa.select(sa.func.count()).select_from(tx.tables["deal"].table)
        before = tx.connection.execute(count).scalar_one()
        assert not in_threads(lambda: workspace.write(lambda tx: save(tx, {"dealname": "two"})))
        assert tx.connection.execute(count).scalar_one() == before
    assert names(workspace) == ["one", "two"]


def test_a_reader_cannot_write_on_postgresql(workspace: Workspace) -> None:
    if workspace.database.dialect == "postgresql":
        with workspace.read() as tx, pytest.raises(sa.exc.InternalError):
            save(tx, {"dealname": "one"})


def test_many_writers_of_one_row_lose_nothing(workspace: Workspace) -> None:
    row = workspace.write(lambda tx: save(tx, {"dealcount": 0}))

    def add(tx: Transaction) -> None:
        place = tx.tables["deal"]
        column = place.columns["dealcount"].value
        value = tx.connection.execute(
            sa.select(column).where(place.table.c.id == row).with_for_update()
        ).scalar_one()
        tx.connection.execute(place.table.update().values({column: value + 1}))

    assert not in_threads(*[lambda: [workspace.write(add) for _ in range(10)] for _ in range(8)])
    with workspace.read() as tx:
        assert (
            tx.connection.execute(sa.select(tx.tables["deal"].columns["dealcount"].value)).scalar_one() == 80
        )


def test_a_deadlock_is_done_again_whole(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return  # it has one writer
    first, second = workspace.write(lambda tx: [save(tx, {"dealcount": 0}), save(tx, {"dealcount": 0})])
    both = threading.Barrier(2)
    tries: list[int] = []

    def crosswise(tx: Transaction, order: tuple[int, int]) -> None:
        place = tx.tables["deal"]
        column = place.columns["dealcount"].value
        tries.append(order[0])
        for n, row in enumerate(order):
            tx.connection.execute(
                place.table.update().where(place.table.c.id == row).values({column: column + 1})
            )
            if n == 0 and len(tries) <= 2:
                both.wait(60)

    assert not in_threads(
        lambda: workspace.write(lambda tx: crosswise(tx, (first, second))),
        lambda: workspace.write(lambda tx: crosswise(tx, (second, first))),
    )
    assert len(tries) == 3
    with workspace.read() as tx:
        counts = (
            tx.connection.execute(sa.select(tx.tables["deal"].columns["dealcount"].value)).scalars().all()
        )
    assert counts == [2, 2]


def test_a_conflict_that_stays_is_refused_with_advice(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def conflict(tx: Transaction) -> None:
        tries.append(1)
        raise psycopg.errors.SerializationFailure("could not serialize")

    with pytest.raises(KubikError) as caught:
        workspace.write(conflict)
    assert (caught.value.code, caught.value.extra["retry_after"], len(tries)) == ("KBK3013", 1, 4)


def test_a_write_inside_a_write_is_a_fault_of_ours(workspace: Workspace) -> None:
    with pytest.raises(RuntimeError):
        workspace.write(lambda tx: workspace.write(lambda inner: None))
    workspace.write(lambda tx: None)


def test_writers_of_other_processes_wait_for_each_other(workspace: Workspace) -> None:
    other = Workspace.open(workspace.settings)
    install_into = sample_model()
    other.remember(install_into)
    try:
        assert not in_threads(
            *[
                lambda w=w: [w.write(lambda tx: save(tx, {"dealname": "x"})) for _ in range(30)]
                for w in (workspace, other, workspace, other)
            ]
        )
        assert len(names(workspace)) == 120
    finally:
        other.close()


def put_in_force(tx: Transaction, model: Model) -> None:
    store_model(
        tx.connection,
        tx.tables.own,
        version=model.version,
        at=tx.now,
        by=None,
        document={},
        columns={},
    )


def test_a_transaction_has_the_model_of_its_own_snapshot(workspace: Workspace) -> None:
    workspace.remember(sample_model(version=2))
    with workspace.read() as old:
        assert not in_threads(lambda: workspace.write(lambda tx: put_in_force(tx, sample_model(version=2))))
        assert old.model.version == 1
        with workspace.read() as new:
            assert new.model.version == 2
            assert new.tables.model is new.model
        with workspace.read() as same:
            assert same.model is new.model
    assert workspace.write(lambda tx: tx.model.version) == 2


def test_another_process_follows_a_new_version_by_itself(workspace: Workspace) -> None:
    from metamodel.parse import parse_files

    document = parse_files(
        {
            "solution.yaml": "name: shop\nlabel: Shop\n",
            "entities/thing.yaml": "name: thing\nlabel: Thing\nlabel_many: Things\ntitle: '{name}'\n"
            "fields:\n  - {name: name, type: text}\n",
        }
    ).to_json()
    other = Workspace.open(workspace.settings)

    def switch(tx: Transaction) -> None:
        store_model(
            tx.connection,
            tx.tables.own,
            version=2,
            at=tx.now,
            by=None,
            document=document,
            columns={},
        )

    try:
        workspace.write(switch, exclusive=True)
        for each in (workspace, other):
            with each.read() as tx:
                assert tx.model.version == 2
                assert list(tx.model.entities) == ["thing"]
    finally:
        other.close()


def test_a_switch_waits_for_writers_and_keeps_them_out(workspace: Workspace) -> None:
    workspace.remember(sample_model(version=2))
    seen: list[tuple[str, int]] = []
    inside, switched = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        inside.set()
        time.sleep(0.3)
        seen.append(("slow writer", tx.model.version))

    def switch(tx: Transaction) -> None:
        put_in_force(tx, sample_model(version=2))
        switched.set()
        time.sleep(0.3)
        seen.append(("switch", tx.model.version))

    def late() -> None:
        switched.wait(60)
        workspace.write(lambda tx: seen.append(("late writer", tx.model.version)))

    def switching() -> None:
        inside.wait(60)
        workspace.write(switch, exclusive=True)

    assert not in_threads(lambda: workspace.write(slow), switching, late)
    assert seen == [("slow writer", 1), ("switch", 1), ("late writer", 2)]


def test_the_turn_goes_to_who_waited_longest(workspace: Workspace) -> None:
    turns = workspace.database.turns
    if turns is None:
        return
    order: list[int] = []
    assert turns.take(1)
    threads = []

    def wait(n: int) -> None:
        assert turns.take(60)
        order.append(n)
        turns.give()

    for n in range(5):
        thread = threading.Thread(target=wait, args=(n,))
        thread.start()
        threads.append(thread)
        while len(turns._waiting) <= n:
            time.sleep(0.001)
    assert not turns.take(0.01), "who gives up leaves the queue"
    turns.give()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert turns.take(0)
    turns.give()


# --- a server that is not there ---------------------------------------------------------------------------------------


def end_all_connections(workspace: Workspace) -> None:
    """What a restart of the server does to the pool."""
    url = sa.make_url(workspace.settings.database)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as killer:
        killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_dead_connections_of_the_pool_are_replaced_unseen(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return
    for _ in range(2):
        in_threads(*[lambda: names(workspace) for _ in range(4)])
        end_all_connections(workspace)
        assert names(workspace) == []
        end_all_connections(workspace)
        workspace.write(lambda tx: None)


def test_a_write_whose_connection_dies_before_the_commit_is_done_again(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return
    tries: list[int] = []

    def action(tx: Transaction) -> None:
        tries.append(1)
        save(tx, {"dealname": "one"})
        if len(tries) == 1:
            end_all_connections(workspace)
            save(tx, {"dealname": "two"})

    workspace.write(action)
    assert names(workspace) == ["one"]


def test_a_connection_lost_at_the_commit_is_told_and_not_done_again(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return
    tries: list[int] = []

    def action(tx: Transaction) -> None:
        tries.append(1)
        save(tx, {"dealname": "one"})
        end_all_connections(workspace)

    with pytest.raises(KubikError) as caught:
        workspace.write(action)
    assert (caught.value.code, len(tries)) == ("KBK6003", 1)
    assert names(workspace) == []


def test_a_lost_connection_while_reading_is_told(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return
    with pytest.raises(KubikError) as caught, workspace.read() as tx:
        end_all_connections(workspace)
        tx.connection.execute(sa.select(tx.tables["deal"].table.c.id)).all()
    assert caught.value.code == "KBK6003"
    assert names(workspace) == []


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    settings = settings_for("postgresql://nobody@127.0.0.1:1/none", tmp_path)
    for action in (Workspace.open, Workspace.create):
        with pytest.raises(KubikError) as caught:
            action(settings)
        assert caught.value.code == "KBK6003"


@pytest.fixture
def limited_role(postgres_url: str) -> Iterator[tuple[str, str]]:
    """A role that may create nothing but tables in its own schema; its name and password."""
    name, password = f"kubik_test_{uuid.uuid4().hex[:12]}", uuid.uuid4().hex
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        yield name, password
        server.execute(f"DROP ROLE {name}")


def test_a_role_that_owns_its_schema_and_may_nothing_else_is_enough(
    fresh_database: Databases, limited_role: tuple[str, str], tmp_path: Path
) -> None:
    url = fresh_database("postgresql")
    name, password = limited_role
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE SCHEMA kubik AUTHORIZATION {name}")
    limited = sa.make_url(url).set(username=name, password=password).render_as_string(False)
    workspace = Workspace.create(settings_for(limited, tmp_path))
    install_model(workspace, sample_model())
    workspace.write(lambda tx: save(tx, {"dealname": "one"}))
    assert names(workspace) == ["one"]
    assert list(check_storage(workspace)) == []
    workspace.close()
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP OWNED BY {name}")


def test_a_wrong_password_is_told_as_what_it_is(
    fresh_database: Databases, limited_role: tuple[str, str], tmp_path: Path
) -> None:
    url = sa.make_url(fresh_database("postgresql")).set(username=limited_role[0], password="wrong-word")
    with pytest.raises(KubikError) as caught:
        Workspace.create(settings_for(url.render_as_string(False), tmp_path))
    assert "password authentication failed" in str(caught.value.detail)
    assert "wrong-word" not in str(caught.value.detail)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_what_is_not_there_is_not_opened_nor_made(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(KubikError) as caught:
        Workspace.open(settings_for(database_url, tmp_path))
    assert caught.value.code == "KBK6002"
    assert list(tmp_path.glob("*.db")) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path}/missing/kubik.db", tmp_path)
    for action, words in ((Workspace.open, "no installation"), (Workspace.create, "missing")):
        with pytest.raises(KubikError) as caught:
            action(settings)
        assert caught.value.code == "KBK6002"
        assert words in str(caught.value.detail)


def test_a_database_of_a_newer_kubik_is_not_touched(workspace: Workspace) -> None:
    meta = workspace.own.meta
    workspace.write(
        lambda tx: tx.connection.execute(
            meta.update().where(meta.c.key == "schema_version").values(value="999")
        )
    )
    for action in (Workspace.open, Workspace.create):
        with pytest.raises(KubikError) as caught:
            action(workspace.settings)
        assert caught.value.code == "KBK6002"
        assert "999" in str(caught.value.detail)


def test_the_zone_and_the_key_of_the_beginning_stay(
    dialect: Dialect, database_url: str, tmp_path: Path
) -> None:
    made = Workspace.create(Settings(home=tmp_path, database_url=database_url, time_zone="Asia/Tokyo"))
    key = made.secret_key
    made.close()
    again = Workspace.create(Settings(home=tmp_path, database_url=database_url, time_zone="Europe/Paris"))
    assert (again.zone.key, again.secret_key) == ("Asia/Tokyo", key)
    assert len(key) >= 32
    again.close()


def test_two_workspaces_of_one_postgresql_database_do_not_meet(database_url: str, tmp_path: Path) -> None:
    if not database_url.startswith("postgresql"):
        return
    made = []
    for schema in ("one", "two"):
        settings = Settings(
            home=tmp_path / schema, database_url=database_url, schema=schema, secret_key=b"k" * 32
        )
        workspace = Workspace.create(settings)
        install_model(workspace, sample_model())
        workspace.write(lambda tx, name=schema: save(tx, {"dealname": name}))  # type: ignore[misc]
        made.append(workspace)
    assert [names(w) for w in made] == [["one"], ["two"]]
    for workspace in made:
        workspace.close()


def test_many_readers_and_writers_at_once_are_all_served(workspace: Workspace) -> None:
    def person() -> None:
        for _ in range(5):
            workspace.write(lambda tx: save(tx, {"dealname": "x"}))
            names(workspace)

    assert not in_threads(*[person] * 30)
    assert len(names(workspace)) == 150
