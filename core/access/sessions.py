"""Sessions of browsers: begun, listed, ended, turned to act as another and back; each turn has a new key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.access.actor import Mode
from core.access.keys import VIEWING, key_hash, new_key
from core.storage.workspace import Transaction

PROOF = timedelta(minutes=10)
"""How long a password counts that was given again."""

HANDLE = 24
"""Letters of a stored hash by which a session is named to its own person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in; ``handle`` names it among those of its user, ``agent`` is how it calls itself."""

    handle: str
    created_at: datetime
    seen_at: datetime
    address: str | None
    agent: str | None
    mode: str | None
    current: bool


def begin_session(
    tx: Transaction, user: int, address: str | None, agent: str | None, *, strong: bool = False
) -> str:
    """A new session of a person who has just proved who they are (``strong``: by a second factor, too); its key."""
    table = tx.tables.own.session
    tx.connection.execute(table.delete().where(table.c.ends_at <= tx.now))
    key = new_key()
    tx.connection.execute(
        table.insert().values(
            hash=key_hash(key), user=user, created_at=tx.now, seen_at=tx.now, proved_at=tx.now,
            ends_at=tx.now + timedelta(days=tx.workspace.settings.session_days),
            address=address, agent=agent and agent[:400], strong=strong,
        )
    )  # fmt: skip
    return key


def list_sessions(tx: Transaction, user: int, current: str | None = None) -> tuple[Session, ...]:
    """The live sessions of a person, that of the key ``current`` first, then the last used."""
    table = tx.tables.own.session
    idle = tx.now - timedelta(hours=tx.workspace.settings.session_hours)
    mine = None if current is None else key_hash(current)
    rows = tx.connection.execute(
        sa.select(table)
        .where(table.c.user == user, table.c.ends_at > tx.now, table.c.seen_at > idle)
        .order_by(table.c.seen_at.desc(), table.c.hash)
    )
    found = [
        Session(
            handle=row.hash[:HANDLE], created_at=row.created_at, seen_at=row.seen_at, address=row.address,
            agent=row.agent, mode=row.mode, current=row.hash == mine,
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda session: not session.current))


def end_session(tx: Transaction, user: int, handle: str) -> None:
    """End a session of that person, wherever its cookie was copied to; one that is not there is ended already."""
    table = tx.tables.own.session
    if len(handle) == HANDLE:
        named = sa.func.substr(table.c.hash, 1, HANDLE) == handle
        tx.connection.execute(table.delete().where(table.c.user == user, named))


def end_sessions(tx: Transaction, user: int, *, but: str | None = None) -> None:
    """End the sessions of a user, but not that of the key ``but``; those that act as them, too."""
    table = tx.tables.own.session
    condition: sa.ColumnElement[bool] = sa.or_(table.c.user == user, table.c.acting == user)
    if but is not None:
        condition = sa.and_(condition, table.c.hash != key_hash(but))
    tx.connection.execute(table.delete().where(condition))


def turn(tx: Transaction, key: str, acting: int | None, mode: Mode | None) -> str:
    """The session under a new key, from now on as that user in that mode, or as oneself again (None).

    Open pages of before are out of date with it: nothing that was meant as one is done as another.
    """
    fresh = new_key(VIEWING if mode == "view" else "")
    table = tx.tables.own.session
    tx.connection.execute(
        table.update()
        .where(table.c.hash == key_hash(key))
        .values(hash=key_hash(fresh), acting=acting, mode=mode)
    )
    return fresh


def renew(tx: Transaction, key: str) -> str:
    """The session under a new key, since the person has just proved again who they are."""
    fresh = new_key()
    table = tx.tables.own.session
    tx.connection.execute(
        table.update().where(table.c.hash == key_hash(key)).values(hash=key_hash(fresh), proved_at=tx.now)
    )
    return fresh


def is_proved(tx: Transaction, key: str | None) -> bool:
    """Whether the person of a session proved a moment ago who they are."""
    table = tx.tables.own.session
    if key is None:
        return False
    at: datetime | None = tx.connection.execute(
        sa.select(table.c.proved_at).where(table.c.hash == key_hash(key))
    ).scalar_one_or_none()
    return at is not None and tx.now - at < PROOF


def strengthen(tx: Transaction, key: str) -> None:
    """The person of this session has set up a second factor in it: it counts as one that was proved by it."""
    table = tx.tables.own.session
    tx.connection.execute(table.update().where(table.c.hash == key_hash(key)).values(strong=True))


def is_strong(tx: Transaction, key: str) -> bool:
    """Whether the session was begun with a second factor."""
    table = tx.tables.own.session
    found = tx.connection.execute(sa.select(table.c.strong).where(table.c.hash == key_hash(key)))
    return bool(found.scalar_one_or_none())
