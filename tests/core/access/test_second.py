"""The second factor: a code is good once and for its time, tries are few, nothing of it can be read from the database."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from core.access import second
from core.access.challenges import enrol, pass_challenge
from core.access.login import actor_of_session, sign_in
from core.access.second import (
    drop_factor,
    has_factor,
    hash_recovery,
    needs_factor,
    new_recovery_codes,
    new_secret,
    salt_of,
    set_factor,
    store_recovery,
    take_code,
)
from core.storage.workspace import Workspace
from tests.core.access.test_login import PASSWORD, add_user, later, refusal
from tests.factories import model

NOW = 59_000_000
"""The step of time at which these tests stand still."""


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second, "_step", lambda at: NOW)


def code(secret: str, ahead: int = 0) -> str:
    """What the application shows now, or some steps later."""
    return pyotp.TOTP(secret).generate_otp(NOW + ahead)


def with_factor(workspace: Workspace) -> tuple[int, str]:
    user, secret = add_user(workspace), new_secret()
    assert not workspace.write(lambda tx: set_factor(tx, user, secret, "000000"))
    assert workspace.write(lambda tx: set_factor(tx, user, secret, code(secret, -1)))
    return user, secret


def begun(workspace: Workspace, address: str | None = None) -> str:
    entry = sign_in(workspace, "olga", PASSWORD, address)
    assert entry.needs == "code"
    return entry.key


def test_the_password_alone_makes_no_session(workspace: Workspace) -> None:
    _, secret = with_factor(workspace)
    key = begun(workspace)
    with workspace.read() as tx:
        assert actor_of_session(tx, key) is None
        assert tx.connection.execute(sa.select(tx.tables.own.session)).first() is None
    session = pass_challenge(workspace, key, f" {code(secret)[:3]} {code(secret)[3:]}", None, None)
    with workspace.read() as tx:
        actor = actor_of_session(tx, session)
    assert actor is not None and actor.login == "Olga"
    assert refusal(pass_challenge, workspace, key, code(secret, 1), None, None).code == "KBK4001"


def test_a_code_is_taken_once_and_none_older_than_it(workspace: Workspace) -> None:
    user, secret = with_factor(workspace)
    now = code(secret)
    assert workspace.write(lambda tx: take_code(tx, user, now))
    for old in (now, code(secret, -1)):
        assert refusal(pass_challenge, workspace, begun(workspace), old, None, None).code == "KBK4006"
    assert workspace.write(lambda tx: take_code(tx, user, code(secret, 1)))
    assert not workspace.write(lambda tx: take_code(tx, user, code(secret, 5)))


def test_tries_are_few_from_wherever_they_come_and_whatever_sign_in(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = with_factor(workspace)
    for number in range(5):
        key = begun(workspace, f"10.0.0.{number}")
        assert refusal(pass_challenge, workspace, key, "123456", f"10.0.0.{number}", None).code == "KBK4006"
    key = begun(workspace, "10.0.0.9")
    refused = refusal(pass_challenge, workspace, key, code(secret), "10.0.0.9", None)
    assert refused.code == "KBK4004" and 0 < refused.extra["retry_after"] <= 300
    later(workspace, monkeypatch, timedelta(minutes=5, seconds=1))
    assert pass_challenge(workspace, begun(workspace), code(secret), None, None)


def test_a_right_code_forgives_those_that_were_mistyped_before(workspace: Workspace) -> None:
    _, secret = with_factor(workspace)
    for ahead in (0, 1):
        key = begun(workspace)
        for _ in range(4):
            assert refusal(pass_challenge, workspace, key, "123456", None, None).code == "KBK4006"
        assert pass_challenge(workspace, key, code(secret, ahead), None, None)


def test_a_sign_in_that_waits_too_long_begins_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = with_factor(workspace)
    key = begun(workspace)
    later(workspace, monkeypatch, timedelta(minutes=11))
    assert refusal(pass_challenge, workspace, key, code(secret), None, None).code == "KBK4001"


def test_a_recovery_code_is_good_once_however_it_is_written(workspace: Workspace) -> None:
    user, _ = with_factor(workspace)
    with workspace.read() as tx:
        salt = salt_of(tx, user)
    assert salt is not None
    codes = new_recovery_codes()
    hashed = [hash_recovery(each, salt) for each in codes[:2]]
    workspace.write(lambda tx: store_recovery(tx, user, hashed))
    typed = codes[0].upper().replace("-", " ")
    assert pass_challenge(workspace, begun(workspace), typed, None, None)
    assert refusal(pass_challenge, workspace, begun(workspace), codes[0], None, None).code == "KBK4006"
    assert refusal(pass_challenge, workspace, begun(workspace), codes[5], None, None).code == "KBK4006"


def test_nothing_of_a_factor_stands_readable_and_it_is_bound_to_its_user(workspace: Workspace) -> None:
    user, secret = with_factor(workspace)
    other = add_user(workspace, "Boris")
    with workspace.read() as tx:
        row = tx.connection.execute(sa.select(tx.tables.own.factor)).one()
    assert secret not in str(row)
    workspace.write(
        lambda tx: tx.connection.execute(
            tx.tables.own.factor.insert().values({**row._mapping, "user": other})
        )
    )
    moved = refusal(lambda: workspace.write(lambda tx: take_code(tx, other, code(secret))))
    assert moved.code == "KBK5006"
    workspace.write(lambda tx: drop_factor(tx, user))
    with workspace.read() as tx:
        assert not has_factor(tx, user)
    assert sign_in(workspace, "olga", PASSWORD, None).needs is None


def test_where_everybody_needs_one_it_is_set_up_at_the_door_and_never_in_place_of_another(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_user(workspace)
    before = sign_in(workspace, "olga", PASSWORD, None).key
    monkeypatch.setattr("core.access.login.needs_factor", lambda *_: True)
    with workspace.read() as tx:
        assert actor_of_session(tx, before) is None, "a session of before is not enough any more"
    entry, secret = sign_in(workspace, "olga", PASSWORD, None), new_secret()
    assert entry.needs == "factor"
    assert refusal(pass_challenge, workspace, entry.key, "000000", None, None).code == "KBK4006"
    assert refusal(enrol, workspace, entry.key, secret, "000000", None, None).code == "KBK4006"
    session = enrol(workspace, entry.key, secret, code(secret), None, None)
    with workspace.read() as tx:
        assert actor_of_session(tx, session) is not None
    again = begun(workspace)
    theirs = new_secret()
    assert refusal(enrol, workspace, again, theirs, code(theirs), None, None).code == "KBK4002"


def test_who_needs_one_is_said_by_the_role_and_by_the_installation() -> None:
    made = model({"roles/clerk.yaml": "{name: clerk, second_factor: required, grants: []}"})
    roles = {name: (made.roles[name].uid,) for name in ("administrator", "head", "clerk")}
    needing = {
        setting: {name for name, held in roles.items() if needs_factor(made, held, setting)}
        for setting in ("roles", "administrators", "everybody")
    }
    assert needing == {
        "roles": {"clerk"}, "administrators": {"clerk", "administrator"}, "everybody": set(roles),
    }  # fmt: skip
    assert not needs_factor(made, ())
