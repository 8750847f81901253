"""Keys of programs: printed once, stored as hashes, ended by date or by hand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.access.login import key_hash
from core.storage.workspace import Transaction

PREFIX = "kbk_"
"""How a key of ours begins, so that scanners of leaked secrets know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a key."""

    id: int
    user: int
    name: str
    created_at: datetime
    ends_at: datetime | None
    used_at: datetime | None


def create_token(tx: Transaction, user: int, name: str, days: int | None = None) -> str:
    """A new key with all rights of its user, good for so many days or until it is revoked."""
    token = PREFIX + secrets.token_urlsafe(32)
    ends_at = None if days is None else tx.now + timedelta(days=days)
    tx.connection.execute(
        tx.tables.own.token.insert().values(
            hash=key_hash(token), user=user, name=name, created_at=tx.now, ends_at=ends_at
        )
    )
    return token


def list_tokens(tx: Transaction, user: int) -> tuple[Token, ...]:
    """The keys of a user, the newest first, ended ones included."""
    table = tx.tables.own.token
    columns = [table.c[name] for name in ("id", "user", "name", "created_at", "ends_at", "used_at")]
    rows = tx.connection.execute(sa.select(*columns).where(table.c.user == user).order_by(table.c.id.desc()))
    return tuple(Token(**row._mapping) for row in rows)


def revoke_token(tx: Transaction, token: int) -> None:
    """End a key at once."""
    table = tx.tables.own.token
    tx.connection.execute(table.delete().where(table.c.id == token))
