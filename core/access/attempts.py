"""How often somebody may try a password: counted in the database, by login, by address and by both."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.messages import message

WINDOW = timedelta(minutes=5)

LONG_WINDOW = timedelta(hours=24)

LIMITS: dict[str, int] = {"both": 10, "address": 50, "login": 100, "code": 5, "codes": 40}
"""Refused attempts in a window (of `codes`, in the long one). The one by login alone is wide, so that a stranger cannot
lock somebody out easily; codes of the second factor are tried by who knows the password, so theirs are narrow."""


def keys_of(login: str, address: str | None) -> tuple[str, ...]:
    """The counters of an attempt; a login is kept as a hash, since people type passwords there."""
    who = hashlib.sha256(login.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    where = _network(address)
    return (f"login {who}", f"address {where}", f"both {who} {where}")


def count_attempt(tx: Transaction, keys: tuple[str, ...]) -> None:
    """Count an attempt before it is judged; KBK4004 with the seconds to wait when there were too many."""
    table = tx.tables.own.attempt
    lasting = table.c.key.startswith("codes ")
    tx.connection.execute(table.delete().where(table.c.since <= tx.now - WINDOW, sa.not_(lasting)))
    tx.connection.execute(table.delete().where(table.c.since <= tx.now - LONG_WINDOW))
    found = tx.connection.execute(
        sa.select(table.c.key, table.c.since, table.c["count"].label("times")).where(table.c.key.in_(keys))
    )
    waits = [
        (row.since + (LONG_WINDOW if row.key.startswith("codes ") else WINDOW) - tx.now).total_seconds()
        for row in found
        if row.times >= LIMITS[row.key.split()[0]]
    ]
    if waits:
        seconds = max(1, round(max(waits)))
        raise KubikError(
            "KBK4004",
            message("too many attempts to sign in; wait {seconds} s and try again", seconds=seconds),
            retry_after=seconds,
        )
    for key in sorted(keys):
        _add(tx, key)


def forgive(tx: Transaction, keys: tuple[str, ...]) -> None:
    """Take a counted attempt back, since it was right; what the person mistyped before is forgotten too."""
    table = tx.tables.own.attempt
    for key in sorted(keys):
        mine = table.c.key == key
        if key.startswith("address"):
            fewer = table.update().where(mine, table.c["count"] > 0).values(count=table.c["count"] - 1)
            tx.connection.execute(fewer)
        else:
            tx.connection.execute(table.delete().where(mine))


def _add(tx: Transaction, key: str) -> None:
    """One more, by one statement: several first attempts may come at once."""
    table = tx.tables.own.attempt
    dialect: Any = sqlite if tx.dialect == "sqlite" else postgresql
    first = dialect.insert(table).values(key=key, since=tx.now, count=1)
    more = {"count": table.c["count"] + 1}
    tx.connection.execute(first.on_conflict_do_update(index_elements=[table.c.key], set_=more))


def _network(address: str | None) -> str:
    """An IPv4 address, or the /64 network of an IPv6 one: a subscriber has all of it."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return (address or "unknown")[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False).network_address)
    return str(known)
