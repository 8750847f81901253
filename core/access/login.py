"""Signing in and out, sessions, and who a session or a token is; keys are stored as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.attempts import count_attempt, forgive, keys_of
from core.access.passwords import (
    PasswordHash,
    hash_password,
    is_outdated,
    verify_password,
)
from core.access.people import Key, find_login, find_person, nobody
from core.errors import KubikError
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message
from metamodel.text import KEY_LENGTH, fold

REFRESH = timedelta(minutes=1)
"""How stale the moment of last use of a session or token may be."""


def key_hash(token: str) -> str:
    """What is stored of a session's or a program's key. It has 256 random bits: no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# --- signing in -------------------------------------------------------------------------------------------------------


def sign_in(workspace: Workspace, login: str, password: str, address: str | None) -> str:
    """A new session's key for the browser.

    KBK4005 when login and password do not fit, whichever of them; KBK4004 with `retry_after` after too many attempts.
    """
    folded = fold(login.strip())[:KEY_LENGTH].encode(errors="replace").decode()
    keys = keys_of(folded, address)
    workspace.write(lambda tx: count_attempt(tx, keys))
    with workspace.read() as tx:
        found = find_login(tx, folded)
        stored = None if found is None or not found[1] else _stored_hash(tx, found[0])
    if not verify_password(stored, password) or stored is None or found is None:
        raise KubikError("KBK4005", message("The login or the password does not fit."))
    fresh = hash_password(password) if is_outdated(stored) else None
    user, token = found[0], secrets.token_urlsafe(32)

    def begin(tx: Transaction) -> None:
        if _stored_hash(tx, user) != stored or find_person(tx, "user", {"user": user}) is None:
            raise KubikError("KBK4005", message("The login or the password does not fit."))
        forgive(tx, keys)
        if fresh is not None:
            _store_hash(tx, user, fresh)
        _begin_session(tx, user, token, address)

    workspace.write(begin)
    return token


def _begin_session(tx: Transaction, user: int, token: str, address: str | None) -> None:
    table = tx.tables.own.session
    tx.connection.execute(table.delete().where(table.c.ends_at <= tx.now))
    tx.connection.execute(
        table.insert().values(
            hash=key_hash(token),
            user=user,
            created_at=tx.now,
            seen_at=tx.now,
            ends_at=tx.now + timedelta(days=tx.workspace.settings.session_days),
            address=address,
        )
    )


def sign_out(workspace: Workspace, token: str) -> None:
    """End the session of that key; one that is not there is ended already."""
    table = workspace.own.session
    workspace.write(lambda tx: tx.connection.execute(table.delete().where(table.c.hash == key_hash(token))))


def end_sessions(tx: Transaction, user: int, *, but: str | None = None) -> None:
    """End the sessions of a user, but not that of the key ``but``."""
    table = tx.tables.own.session
    condition = table.c.user == user
    if but is not None:
        condition = sa.and_(condition, table.c.hash != key_hash(but))
    tx.connection.execute(table.delete().where(condition))


# --- passwords --------------------------------------------------------------------------------------------------------


def set_password(tx: Transaction, user: int, password: str, *, but: str | None = None) -> None:
    """Give a user this password and end their sessions (but not that of the key ``but``).

    Give it as `PasswordHash` (`hash_password`, outside the transaction) where others may be waiting to write.
    """
    hashed = password if isinstance(password, PasswordHash) else hash_password(password)
    _store_hash(tx, user, hashed)
    end_sessions(tx, user, but=but)


def has_password(tx: Transaction, user: int) -> bool:
    """Whether the user can sign in at all."""
    return _stored_hash(tx, user) is not None


def _store_hash(tx: Transaction, user: int, hashed: PasswordHash) -> None:
    table = tx.tables.own.credential
    tx.connection.execute(table.delete().where(table.c.user == user))
    tx.connection.execute(table.insert().values(user=user, hash=str(hashed), changed_at=tx.now))


def _stored_hash(tx: Transaction, user: int) -> str | None:
    table = tx.tables.own.credential
    found: str | None = tx.connection.execute(
        sa.select(table.c.hash).where(table.c.user == user)
    ).scalar_one_or_none()
    return found


# --- who asks ---------------------------------------------------------------------------------------------------------


def actor_of_session(tx: Transaction, token: str) -> Actor | None:
    """Who is signed in by that key: None when it is unknown, ended, idle for too long, or theirs who may not."""
    idle = tx.now - timedelta(hours=tx.workspace.settings.session_hours)
    return _actor(tx, "session", token, idle)


def actor_of_token(tx: Transaction, token: str) -> Actor | None:
    """Whose program sent that key; ``Actor.token`` is the id of the key."""
    return _actor(tx, "token", token, None)


def load_actor(tx: Transaction, user: int) -> Actor:
    """An active user by id; KBK4001 when there is none."""
    person = find_person(tx, "user", {"user": user})
    if person is None:
        raise nobody()
    return person.actor


def _actor(tx: Transaction, by: Key, token: str, idle: datetime | None) -> Actor | None:
    person = find_person(tx, by, {"hash": key_hash(token), "now": tx.now, "idle": idle})
    if person is None:
        return None
    if person.seen is None or tx.now - person.seen >= REFRESH:
        _refresh(tx.workspace, by, person.key)
    return person.actor


def _refresh(workspace: Workspace, by: Key, key: object) -> None:
    """Note that the session or token is in use, apart from the request and once for all that ask at once."""

    def note(tx: Transaction) -> None:
        own = tx.tables.own
        if by == "session":
            change = own.session.update().where(own.session.c.hash == key).values(seen_at=tx.now)
        else:
            change = own.token.update().where(own.token.c.id == key).values(used_at=tx.now)
        tx.connection.execute(change)

    workspace.later((by, key), note)


__all__ = [
    "PasswordHash", "actor_of_session", "actor_of_token", "end_sessions", "has_password", "hash_password",
    "key_hash", "load_actor", "set_password", "sign_in", "sign_out", "verify_password",
]  # fmt: skip
