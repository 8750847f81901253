"""Sign-ins whose password was right and which wait for the second factor: known to one browser, for ten minutes."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.attempts import count_attempt, forgive
from core.access.keys import key_hash, new_key
from core.access.people import find_person
from core.access.second import (
    has_factor,
    hash_recovery,
    is_code,
    salt_of,
    set_factor,
    take_code,
    take_recovery,
)
from core.access.security import note_security
from core.access.sessions import begin_session
from core.errors import KubikError
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message

GOOD_FOR = timedelta(minutes=10)


def begin_challenge(tx: Transaction, user: int) -> str:
    """The key of a sign-in that goes on with the second factor."""
    table = tx.tables.own.challenge
    tx.connection.execute(table.delete().where(table.c.ends_at <= tx.now))
    key = new_key()
    values = {"hash": key_hash(key), "user": user, "created_at": tx.now, "ends_at": tx.now + GOOD_FOR}
    tx.connection.execute(table.insert().values(values))
    return key


def challenged(tx: Transaction, key: str) -> tuple[Actor, bool]:
    """Who is signing in, and whether they have a second factor already; KBK4001 when the sign-in is not, or too old."""
    table = tx.tables.own.challenge
    user = tx.connection.execute(
        sa.select(table.c.user).where(table.c.hash == key_hash(key), table.c.ends_at > tx.now)
    ).scalar_one_or_none()
    person = None if user is None else find_person(tx, "user", {"user": user})
    if user is None or person is None:
        raise KubikError("KBK4001", message("The sign-in took too long. Begin anew."))
    return person.actor, has_factor(tx, user)


def pass_challenge(workspace: Workspace, key: str, code: str, address: str | None, agent: str | None) -> str:
    """The key of a session, for a code of the second factor or a recovery code.

    KBK4006 when it does not fit or was taken before, KBK4004 after too many, KBK4001 when the sign-in is not any more.
    """
    with workspace.read() as tx:
        actor, there = challenged(tx, key)
    if not there:
        raise _unfit()
    check_code(workspace, _user(actor), code, address)

    def begin(tx: Transaction) -> str:
        challenged(tx, key)
        return _through(tx, key, _user(actor), address, agent)

    return workspace.write(begin)


def enrol(
    workspace: Workspace, key: str, secret: str, code: str, address: str | None, agent: str | None
) -> str:
    """The key of a session, for who sets up the second factor that they need; refused as `pass_challenge`."""
    with workspace.read() as tx:
        actor, _ = challenged(tx, key)
    user = _user(actor)
    count_code(workspace, user)

    def begin(tx: Transaction) -> str | None:
        challenged(tx, key)
        if not set_factor(tx, user, secret, code):
            return None
        forgive(tx, code_keys(user))
        note_security(tx, "factor_on", user, user, address=address)
        return _through(tx, key, user, address, agent)

    session = workspace.write(begin)
    if session is None:
        raise _unfit()
    return session


def check_code(workspace: Workspace, user: int, code: str, address: str | None) -> None:
    """Take a code of the second factor, or a recovery code, of somebody; KBK4006, KBK4004."""
    count_code(workspace, user)
    if is_code(code):
        right = workspace.write(lambda tx: _taken(tx, user, take_code(tx, user, code)))
    else:
        with workspace.read() as tx:
            salt = salt_of(tx, user)
        hashed = hash_recovery(code, salt or "00" * 16)

        def take(tx: Transaction) -> bool:
            right = _taken(tx, user, take_recovery(tx, user, hashed))
            if right:
                note_security(tx, "recovery_used", user, user, address=address)
            return right

        right = workspace.write(take)
    if not right:
        raise _unfit()


def count_code(workspace: Workspace, user: int) -> None:
    """Count a code before it is judged; KBK4004 when there were too many."""
    workspace.write(lambda tx: count_attempt(tx, code_keys(user)))


def code_keys(user: int) -> tuple[str, ...]:
    """The counters of codes of a user: whose password is known already, from wherever it comes."""
    return (f"code {user}", f"codes {user}")


def _taken(tx: Transaction, user: int, right: bool) -> bool:
    if right:
        forgive(tx, code_keys(user))
    return right


def _through(tx: Transaction, key: str, user: int, address: str | None, agent: str | None) -> str:
    table = tx.tables.own.challenge
    tx.connection.execute(table.delete().where(table.c.hash == key_hash(key)))
    note_security(tx, "signed_in", user, user, address=address, detail=agent)
    return begin_session(tx, user, address, agent, strong=True)


def _user(actor: Actor) -> int:
    return actor.person or 0


def _unfit() -> KubikError:
    return KubikError(
        "KBK4006", message("The code does not fit, or it was used already. Wait for the next one.")
    )
