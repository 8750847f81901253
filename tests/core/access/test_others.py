"""What is begun, taken or ended for one person leaves the keys of everybody else as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from core.access.actor import system_actor
from core.access.attempts import count_attempt, forgive
from core.access.challenges import begin_challenge, code_keys
from core.access.invitations import (
    invite,
    open_invitations,
    opened_invitation,
    reset_factor,
    sign_out_everywhere,
    use_invitation,
)
from core.access.login import sign_out
from core.access.second import drop_factor, new_secret, set_factor, store_recovery, take_code, take_recovery
from core.access.sessions import (
    begin_session,
    end_session,
    end_sessions,
    list_sessions,
    renew,
    strengthen,
    turn,
)
from core.access.tokens import create_token, end_keys, list_tokens, revoke_token, revoke_tokens
from core.storage.workspace import Transaction, Workspace
from tests.core.access.test_login import HASH, add_user, change

KEYS = ("session", "token", "invitation", "challenge")
"""Tables of what lets somebody in but their password and second factor."""

PROOFS = ("credential", "factor", "recovery")


class Somebody:
    """A person with one of everything that can be ended."""

    def __init__(self, workspace: Workspace, login: str) -> None:
        self.workspace = workspace
        self.id, self.secret = add_user(workspace, login), new_secret()
        workspace.write(self._equip)

    def _equip(self, tx: Transaction) -> None:
        at = int(tx.now.timestamp()) // 30
        assert set_factor(tx, self.id, self.secret, pyotp.TOTP(self.secret).generate_otp(at - 1))
        store_recovery(tx, self.id, ["aa", "bb"])  # of another salt, so never the same; here the worst
        count_attempt(tx, code_keys(self.id))
        self.session = begin_session(tx, self.id, None, None)
        self.token = create_token(tx, self.id, "import")
        self.link = invite(tx, system_actor(), self.id)
        begin_challenge(tx, self.id)

    def handle(self, tx: Transaction) -> str:
        return list_sessions(tx, self.id)[0].handle

    def kept(self) -> dict[str, list[Any]]:
        """What is stored of their keys and of their tries."""
        with self.workspace.read() as tx:
            tables = {name: getattr(tx.tables.own, name) for name in (*KEYS, *PROOFS)}
            found = {
                name: list(tx.connection.execute(sa.select(table).where(table.c.user == self.id)))
                for name, table in tables.items()
            }
            attempt = tx.tables.own.attempt
            codes = sa.select(attempt.c.key, attempt.c["count"]).where(attempt.c.key.in_(code_keys(self.id)))
            return {**found, "attempts": list(tx.connection.execute(codes.order_by(attempt.c.key)))}


@pytest.fixture
def two(workspace: Workspace) -> tuple[Somebody, Somebody]:
    return Somebody(workspace, "Olga"), Somebody(workspace, "Boris")


def test_a_persons_keys_are_ended_begun_and_taken_without_those_of_others(
    workspace: Workspace, two: tuple[Somebody, Somebody]
) -> None:
    one, other = two

    def code(tx: Transaction) -> str:
        return pyotp.TOTP(one.secret).generate_otp(int(tx.now.timestamp()) // 30)

    deeds: list[Callable[[Transaction], object]] = [
        lambda tx: take_code(tx, one.id, code(tx)),
        lambda tx: take_recovery(tx, one.id, "aa"),
        lambda tx: forgive(tx, code_keys(one.id)),
        lambda tx: strengthen(tx, one.session),
        lambda tx: setattr(one, "session", renew(tx, one.session)),
        lambda tx: setattr(one, "session", turn(tx, one.session, None, None)),
        lambda tx: end_session(tx, one.id, other.handle(tx)),
        lambda tx: revoke_token(tx, list_tokens(tx, other.id)[0].id, user=one.id),
        lambda tx: revoke_tokens(tx, one.id),
        lambda tx: store_recovery(tx, one.id, ["cc"]),
        lambda tx: begin_challenge(tx, one.id),
        lambda tx: end_session(tx, one.id, one.handle(tx)),
        lambda tx: begin_session(tx, one.id, None, None),
        lambda tx: end_sessions(tx, one.id),
        lambda tx: setattr(one, "link", invite(tx, system_actor(), one.id)),
        lambda tx: use_invitation(tx, one.link, HASH, None),
        lambda tx: drop_factor(tx, one.id),
        lambda tx: end_keys(tx, one.id, None),
    ]
    theirs = other.kept()
    assert all(theirs[name] for name in (*KEYS, *PROOFS, "attempts"))
    for number, deed in enumerate(deeds):
        before = one.kept()
        workspace.write(deed)
        assert other.kept() == theirs, number
        assert (one.kept() == before) == (number in (6, 7, 17)), number
    sign_out(workspace, one.session)
    assert other.kept() == theirs


def test_whoever_is_shut_out_has_no_key_left_nor_has_who_acts_as_them(
    workspace: Workspace, two: tuple[Somebody, Somebody]
) -> None:
    one, other = two
    workspace.write(lambda tx: turn(tx, other.session, one.id, "deputy"))
    workspace.write(lambda tx: end_keys(tx, one.id, None))
    assert not any(one.kept()[name] for name in KEYS) and one.kept()["factor"]
    theirs = other.kept()
    assert not theirs["session"] and all(theirs[name] for name in KEYS if name != "session")


def test_a_password_that_is_chosen_by_a_link_ends_whatever_was_begun_with_the_one_before(
    workspace: Workspace, two: tuple[Somebody, Somebody]
) -> None:
    one, _ = two
    before, one.link = one.link, workspace.write(lambda tx: invite(tx, system_actor(), one.id))
    with workspace.read() as tx:
        assert opened_invitation(tx, before) is None, "a new link takes the place of the one before"
        assert opened_invitation(tx, one.link) is not None and set(open_invitations(tx, [one.id])) == {one.id}
    workspace.write(lambda tx: use_invitation(tx, one.link, HASH, None))
    kept = one.kept()
    assert not (kept["session"] or kept["invitation"] or kept["challenge"]) and kept["factor"]


def test_a_lost_second_factor_is_taken_off_with_its_codes_and_what_was_open(
    workspace: Workspace, two: tuple[Somebody, Somebody]
) -> None:
    one, other = two
    theirs = other.kept()
    workspace.write(lambda tx: reset_factor(tx, system_actor(), one.id))
    assert not any(one.kept()[name] for name in ("factor", "recovery", "challenge", "session"))
    assert other.kept() == theirs
    workspace.write(lambda tx: sign_out_everywhere(tx, system_actor(), other.id))
    assert other.kept() == {**theirs, "session": []}


def test_a_link_of_who_may_not_sign_in_any_more_is_good_no_more(
    workspace: Workspace, two: tuple[Somebody, Somebody]
) -> None:
    one, other = two
    by = replace(system_actor(), person=other.id)
    one.link = workspace.write(lambda tx: invite(tx, by, one.id))
    change(workspace, "user", other.id, active=False)
    with workspace.read() as tx:
        assert opened_invitation(tx, one.link) is None
