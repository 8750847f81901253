"""Keys of programs: printed once, stored as hashes, narrower than their user if wished, ended by date or by hand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.access.keys import key_hash
from core.access.narrowing import READING, Narrowing, read_narrowing, write_narrowing
from core.access.security import note_security
from core.access.sessions import end_sessions
from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.errors import unknown
from metamodel.model import Model

PREFIX = "kbk_"
"""How a key of ours begins, so that scanners of leaked secrets know it."""

_HINT = len(PREFIX) + 4
"""Letters that are kept to recognise a key by: of 43, too few to guess the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a key; ``hint`` is how it begins."""

    id: int
    user: int
    name: str
    created_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    narrowing: Narrowing | None
    hint: str | None


def narrowed(model: Model, *, read_only: bool = False, entities: tuple[str, ...] = ()) -> Narrowing | None:
    """What is left to a token that only reads, or knows these entities (names) only; KBK1002 for one that is not."""
    for name in entities:
        if name not in model.entities:
            raise KubikError("KBK1002", unknown("there is no entity “{name}”", name, model.entities))
    if not read_only and not entities:
        return None
    uids = frozenset(model.entities[name].uid for name in entities) if entities else None
    return Narrowing(actions=READING if read_only else None, entities=uids)


def create_token(
    tx: Transaction,
    user: int,
    name: str,
    days: int | None = None,
    narrowing: Narrowing | None = None,
    *,
    by: int | None = None,
) -> str:
    """A new key with the rights of its user, or what the narrowing leaves of them, good for so many days or until revoked."""
    token = PREFIX + secrets.token_urlsafe(32)
    tx.connection.execute(
        tx.tables.own.token.insert().values(
            hash=key_hash(token), user=user, name=name[:200], created_at=tx.now,
            ends_at=None if days is None else tx.now + timedelta(days=days),
            scope=write_narrowing(narrowing), hint=token[:_HINT],
        )
    )  # fmt: skip
    note_security(tx, "token_made", user, by, detail=name)
    return token


def list_tokens(tx: Transaction, user: int) -> tuple[Token, ...]:
    """The keys of a user, the newest first, ended ones included."""
    table = tx.tables.own.token
    rows = tx.connection.execute(sa.select(table).where(table.c.user == user).order_by(table.c.id.desc()))
    return tuple(
        Token(
            id=row.id, user=row.user, name=row.name, created_at=row.created_at, ends_at=row.ends_at,
            used_at=row.used_at, narrowing=read_narrowing(row.scope), hint=row.hint,
        )
        for row in rows
    )  # fmt: skip


def revoke_token(tx: Transaction, token: int, *, user: int | None = None, by: int | None = None) -> bool:
    """End a key at once, of that user when one is given; whether there was one."""
    table = tx.tables.own.token
    mine = table.c.id == token if user is None else sa.and_(table.c.id == token, table.c.user == user)
    ended = tx.connection.execute(table.delete().where(mine).returning(table.c.user, table.c.name)).first()
    if ended is not None:
        note_security(tx, "token_ended", ended.user, by, detail=ended.name)
    return ended is not None


def end_keys(tx: Transaction, user: int, by: int | None) -> None:
    """End whatever lets somebody in but their password and second factor: sessions, open sign-ins, links, keys of programs.

    None of it comes back with them when they may sign in again.
    """
    end_sessions(tx, user)
    for table in (tx.tables.own.invitation, tx.tables.own.challenge):
        tx.connection.execute(table.delete().where(table.c.user == user))
    revoke_tokens(tx, user, by=by)


def revoke_tokens(tx: Transaction, user: int, *, by: int | None = None) -> int:
    """End all keys of a user; how many there were."""
    return sum(revoke_token(tx, token.id, user=user, by=by) for token in list_tokens(tx, user))
