"""The passwords of users as they are stored, and setting one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from core.access.passwords import PasswordHash, hash_password
from core.access.sessions import end_sessions
from core.storage.workspace import Transaction


def set_password(tx: Transaction, user: int, password: str, *, but: str | None = None) -> None:
    """Give a user this password and end their sessions (but not that of the key ``but``), links and open sign-ins.

    Give it as `PasswordHash` (`hash_password`, outside the transaction) where others may be waiting to write.
    """
    hashed = password if isinstance(password, PasswordHash) else hash_password(password)
    store_hash(tx, user, hashed)
    end_sessions(tx, user, but=but)
    own = tx.tables.own
    for table in (own.invitation, own.challenge):
        tx.connection.execute(table.delete().where(table.c.user == user))


def has_password(tx: Transaction, user: int) -> bool:
    """Whether the user can sign in at all."""
    return stored_hash(tx, user) is not None


def with_password(tx: Transaction, users: Iterable[int]) -> dict[int, datetime]:
    """Those of the users who have one, and when it was set."""
    table = tx.tables.own.credential
    rows = tx.connection.execute(
        sa.select(table.c.user, table.c.changed_at).where(table.c.user.in_(list(users)))
    )
    return {row[0]: row[1] for row in rows}


def store_hash(tx: Transaction, user: int, hashed: PasswordHash) -> None:
    """Put the hash in the place of the one before."""
    table = tx.tables.own.credential
    tx.connection.execute(table.delete().where(table.c.user == user))
    tx.connection.execute(table.insert().values(user=user, hash=str(hashed), changed_at=tx.now))


def stored_hash(tx: Transaction, user: int) -> str | None:
    """The hash of a user's password."""
    table = tx.tables.own.credential
    found: str | None = tx.connection.execute(
        sa.select(table.c.hash).where(table.c.user == user)
    ).scalar_one_or_none()
    return found
