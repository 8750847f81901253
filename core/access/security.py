"""What happened to somebody's keys, and who looked as whom: kept for the person and for who manages them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from core.storage.workspace import Transaction

SecurityKind = Literal[
    "signed_in", "password", "factor_on", "factor_off", "recovery_used", "recovery_new", "token_made", "token_ended",
    "sessions_ended", "invited", "reset_link", "viewed", "deputized", "deputy_named", "deputy_ended", "exported",
]  # fmt: skip

KEPT = timedelta(days=365)
"""How long it can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """One of them: ``user`` is whose keys, ``by`` who did it (None is a command of the installation)."""

    id: int
    at: datetime
    user: int
    by: int | None
    kind: str
    address: str | None
    detail: str | None


def note_security(
    tx: Transaction,
    kind: SecurityKind,
    user: int,
    by: int | None,
    *,
    address: str | None = None,
    detail: str | None = None,
) -> None:
    """Write down what happened to a user's keys; ``detail`` is a name (of a token, a browser), never a key."""
    table = tx.tables.own.security
    tx.connection.execute(
        table.insert().values(
            at=tx.now,
            user=user,
            by=by,
            kind=kind,
            address=address and address[:64],
            detail=detail and detail[:300],
        )
    )
    if kind == "signed_in":
        tx.connection.execute(table.delete().where(table.c.user == user, table.c.at < tx.now - KEPT))


def security_events(tx: Transaction, user: int, limit: int = 20) -> tuple[SecurityEvent, ...]:
    """What happened to a user's keys last, the newest first."""
    table = tx.tables.own.security
    rows = tx.connection.execute(
        sa.select(table).where(table.c.user == user).order_by(table.c.id.desc()).limit(limit)
    )
    return tuple(SecurityEvent(**row._mapping) for row in rows)
