"""Who may sign in, who stays signed in, and what is stored of their keys."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from core.access import attempts
from core.access.login import (
    actor_of_session,
    actor_of_token,
    end_sessions,
    hash_password,
    load_actor,
    set_password,
    sign_in,
    sign_out,
)
from core.access.tokens import create_token, list_tokens, revoke_token
from core.errors import KubikError
from core.storage.tables import encode_values
from core.storage.workspace import Transaction, Workspace
from metamodel.labels import Label
from metamodel.model import Role

PASSWORD = "correct horse Ёлка"
HASH = hash_password(PASSWORD)


def insert(tx: Transaction, entity: str, **values: Any) -> int:
    definition = tx.model.entities[entity]
    encoded = encode_values(
        tx.tables, definition, {definition.by_name[name].uid: value for name, value in values.items()}
    )
    table = tx.tables[definition.uid].table
    return int(tx.connection.execute(table.insert().values(encoded).returning(table.c.id)).scalar_one())


def change(workspace: Workspace, entity: str, record: int, **values: Any) -> None:
    def action(tx: Transaction) -> None:
        definition = tx.model.entities[entity]
        table = tx.tables[definition.uid].table
        encoded = encode_values(
            tx.tables, definition, {definition.by_name[name].uid: value for name, value in values.items()}
        )
        tx.connection.execute(table.update().where(table.c.id == record).values(encoded))

    workspace.write(action)


def add_user(workspace: Workspace, login: str = "Olga", **values: Any) -> int:
    def action(tx: Transaction) -> int:
        user = insert(
            tx, "user", login=login, **{"name": "Ольга", "active": True, "language": "lngen", **values}
        )
        set_password(tx, user, HASH)
        return user

    return workspace.write(action)


def refusal(action: Callable[..., object], *arguments: object) -> KubikError:
    with pytest.raises(KubikError) as caught:
        action(*arguments)
    return caught.value


def later(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Every transaction from now on is that much later."""
    plain = Workspace._transaction

    def shifted(self: Workspace, connection: sa.Connection, *, writing: bool) -> Transaction:
        tx = plain(self, connection, writing=writing)
        return replace(tx, now=tx.now + by)

    monkeypatch.setattr(Workspace, "_transaction", shifted)


def test_signing_in_makes_a_session_of_that_person_with_their_roles(workspace: Workspace) -> None:
    user = add_user(workspace, time_zone="Asia/Yekaterinburg")

    def give_roles(tx: Transaction) -> None:
        known = insert(tx, "role", name="manager", definition="rolemanager")
        gone = insert(tx, "role", name="old", definition="rolegone")
        insert(tx, "user_role", user=user, role=known)
        insert(tx, "user_role", user=user, role=gone)

    workspace.write(give_roles)
    with workspace.read() as tx:
        role = Role(uid="rolemanager", name="manager", solution="test", label=Label(), grants=())
        workspace.remember(replace(tx.model, roles={"manager": role}))
    token = sign_in(workspace, " оlga".replace("о", "o"), PASSWORD, "10.0.0.1").key
    with workspace.read() as tx:
        actor = actor_of_session(tx, token)
        assert actor is not None
        assert (actor.user, actor.login, actor.name, actor.language) == (user, "Olga", "Ольга", "en")
        assert actor.zone == "Asia/Yekaterinburg"
        assert actor.roles == ("rolemanager",)
        assert actor.token is None
        assert load_actor(tx, user) == actor
        assert actor_of_session(tx, token + "x") is None
        assert actor_of_token(tx, token) is None


def test_a_wrong_password_an_unknown_login_and_a_closed_account_are_answered_alike(
    workspace: Workspace,
) -> None:
    add_user(workspace)
    add_user(workspace, "gone", active=False)
    add_user(workspace, "never", active=None)
    errors = [
        refusal(sign_in, workspace, login, password, "10.0.0.1")
        for login, password in [
            ("olga", "wrong"),
            ("nobody", PASSWORD),
            ("gone", PASSWORD),
            ("never", PASSWORD),
            ("", ""),
            ("o" * 100_000, PASSWORD),
            ("olga", PASSWORD + "x" * 100_000),
            ("ol\0ga\ud800", "\ud800\0"),
        ]
    ]
    assert {(e.code, str(e.detail)) for e in errors} == {
        ("KBK4005", "The login or the password does not fit.")
    }


def test_what_is_stored_opens_nothing(workspace: Workspace) -> None:
    user = add_user(workspace)
    session = sign_in(workspace, "olga", PASSWORD, None).key
    token = workspace.write(lambda tx: create_token(tx, user, "import"))
    with workspace.read() as tx:
        own = tx.tables.own
        everything = [
            str(value)
            for table in own.metadata.tables.values()
            for row in tx.connection.execute(sa.select(table))
            for value in row
        ]
    assert not any(session in text or token in text or PASSWORD in text for text in everything)
    assert any(text.startswith("$argon2id$") for text in everything)
    for stored in everything:
        with workspace.read() as tx:
            assert actor_of_session(tx, stored) is None
            assert actor_of_token(tx, stored) is None


def test_signing_out_ends_the_session(workspace: Workspace) -> None:
    add_user(workspace)
    token, other = (sign_in(workspace, "olga", PASSWORD, None).key for _ in range(2))
    sign_out(workspace, token)
    sign_out(workspace, token)
    with workspace.read() as tx:
        assert actor_of_session(tx, token) is None
        assert actor_of_session(tx, other) is not None


def test_a_new_password_ends_all_sessions_but_the_one_that_set_it(workspace: Workspace) -> None:
    user = add_user(workspace)
    mine, other = (sign_in(workspace, "olga", PASSWORD, None).key for _ in range(2))
    workspace.write(lambda tx: set_password(tx, user, "another password", but=mine))
    with workspace.read() as tx:
        assert actor_of_session(tx, mine) is not None
        assert actor_of_session(tx, other) is None
    assert refusal(sign_in, workspace, "olga", PASSWORD, None).code == "KBK4005"
    assert sign_in(workspace, "olga", "another password", None).key
    workspace.write(lambda tx: end_sessions(tx, user))
    with workspace.read() as tx:
        assert actor_of_session(tx, mine) is None


@pytest.mark.parametrize("how", ["active", "deleted"])
def test_who_is_closed_or_deleted_is_out_at_once(workspace: Workspace, how: str) -> None:
    user = add_user(workspace)
    session = sign_in(workspace, "olga", PASSWORD, None).key
    token = workspace.write(lambda tx: create_token(tx, user, "import"))
    if how == "active":
        change(workspace, "user", user, active=False)
    else:
        workspace.write(
            lambda tx: tx.connection.execute(tx.tables["user"].table.update().values(deleted_at=tx.now))
        )
    with workspace.read() as tx:
        assert actor_of_session(tx, session) is None
        assert actor_of_token(tx, token) is None
        assert refusal(load_actor, tx, user).code == "KBK4001"
    assert refusal(sign_in, workspace, "olga", PASSWORD, None).code == "KBK4005"


def test_a_session_ends_when_idle_and_at_last_in_any_case(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_user(workspace)
    token = sign_in(workspace, "olga", PASSWORD, None).key

    workspace._later.close()  # what is seen here must not keep it alive

    def alive() -> bool:
        with workspace.read() as tx:
            return actor_of_session(tx, token) is not None

    with monkeypatch.context() as patch:
        later(workspace, patch, timedelta(hours=11, minutes=59))
        assert alive()
    with monkeypatch.context() as patch:
        later(workspace, patch, timedelta(hours=36))
        assert not alive()
    workspace.write(
        lambda tx: tx.connection.execute(
            workspace.own.session.update().values(seen_at=tx.now + timedelta(days=31))
        )
    )
    with monkeypatch.context() as patch:
        later(workspace, patch, timedelta(days=31))
        assert not alive()


def test_use_is_noted_once_a_minute_apart_from_the_request(workspace: Workspace) -> None:
    user = add_user(workspace)
    token = workspace.write(lambda tx: create_token(tx, user, "import"))
    with workspace.read() as tx:
        actor = [actor_of_token(tx, token) for _ in range(3)][-1]
    workspace._later.close()
    with workspace.read() as tx:
        (kept,) = list_tokens(tx, user)
    assert kept.used_at is not None
    assert actor is not None
    assert actor.token == kept.id


def test_a_token_ends_by_date_or_by_hand(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    user = add_user(workspace)
    lasting = workspace.write(lambda tx: create_token(tx, user, "for ever"))
    brief = workspace.write(lambda tx: create_token(tx, user, "a week", days=7))
    with monkeypatch.context() as patch:
        later(workspace, patch, timedelta(days=8))
        with workspace.read() as tx:
            assert actor_of_token(tx, lasting) is not None
            assert actor_of_token(tx, brief) is None
    with workspace.read() as tx:
        names = [t.name for t in list_tokens(tx, user)]
        first = list_tokens(tx, user)[-1].id
    assert names == ["a week", "for ever"]
    workspace.write(lambda tx: revoke_token(tx, first))
    with workspace.read() as tx:
        assert actor_of_token(tx, lasting) is None
        assert actor_of_token(tx, brief) is not None


def test_after_too_many_attempts_even_the_right_password_waits(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attempts.LIMITS, "both", 3)
    add_user(workspace)
    for _ in range(3):
        assert refusal(sign_in, workspace, "OLGA", "wrong", "10.0.0.1").code == "KBK4005"
    refused = refusal(sign_in, workspace, "olga", PASSWORD, "10.0.0.1")
    assert refused.code == "KBK4004"
    assert 0 < refused.extra["retry_after"] <= 300
    assert sign_in(workspace, "olga", PASSWORD, "10.0.0.2").key, "another address is not held up"
    later(workspace, monkeypatch, timedelta(minutes=5, seconds=1))
    assert sign_in(workspace, "olga", PASSWORD, "10.0.0.1").key


def test_one_address_cannot_try_one_password_on_everybody(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attempts.LIMITS, "address", 3)
    add_user(workspace)
    for number in range(3):
        refusal(sign_in, workspace, f"guess{number}", "wrong", f"2001:db8::{number}")
    assert refusal(sign_in, workspace, "olga", PASSWORD, "2001:db8::ffff").code == "KBK4004"
    assert sign_in(workspace, "olga", PASSWORD, "2001:db8:0:1::1").key


def test_signing_in_rightly_is_no_attempt(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attempts.LIMITS, "both", 2)
    monkeypatch.setitem(attempts.LIMITS, "address", 2)
    add_user(workspace)
    for _ in range(5):
        sign_in(workspace, "olga", PASSWORD, "10.0.0.1")


@pytest.mark.parametrize("password", ["short", "", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    assert refusal(hash_password, password).code == "KBK3003"


def test_first_attempts_that_come_at_once_are_all_counted(workspace: Workspace) -> None:
    keys = attempts.keys_of("somebody", "192.0.2.7")
    gate = Barrier(6)

    def attempt(_: int) -> None:
        gate.wait()
        workspace.write(lambda tx: attempts.count_attempt(tx, keys))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(attempt, range(6)))
    with workspace.read() as tx:
        table = tx.tables.own.attempt
        counted = tx.connection.execute(sa.select(table.c["count"]).where(table.c.key.in_(keys))).scalars()
        assert list(counted) == [6, 6, 6]
