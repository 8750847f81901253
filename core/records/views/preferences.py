"""How somebody likes to see things: widths of columns, density, the view to begin with; everybody's own, no right of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from core.access.actor import Actor
from core.errors import KubikError
from core.storage.prepared import Prepared
from core.storage.types import BIG, TEXT
from core.storage.workspace import Transaction
from metamodel.messages import message

KEY = 160
"""The longest key."""
LARGEST = 8_000
"""Characters of one preference."""
MOST = 1_000
"""Preferences of one person; beyond it none is added."""
ASKED = 3
"""Keys that are asked for at once."""

Preferences = Mapping[str, Any]


def preferences(tx: Transaction, actor: Actor, keys: Sequence[str], below: str | None = None) -> Preferences:
    """One's own preferences of these keys, as many as `ASKED`, and of all that begin with ``below`` and a colon; those
    never said are absent."""
    if actor.person is None or not keys:
        return {}
    slot = ("preferences", tx.tables.schema)
    prepared: Prepared | None = tx.model.derived.get(slot)
    if prepared is None:
        table = tx.tables.own.preference
        named = sa.or_(*(table.c.key == sa.bindparam(f"key_{n}", type_=TEXT) for n in range(ASKED)))
        first, last = (sa.bindparam(name, type_=TEXT) for name in ("first", "last"))
        named = sa.or_(named, sa.and_(table.c.key >= first, table.c.key < last))
        mine = table.c.user == sa.bindparam("user", type_=BIG)
        select = sa.select(table.c.key, table.c.value).where(mine, named)
        prepared = tx.model.derived[slot] = Prepared(select, tx.workspace.database)
    asked = [*keys, *[keys[0]] * (ASKED - len(keys))]
    values = {f"key_{n}": key for n, key in enumerate(asked[:ASKED])}
    ends = {"first": f"{below}:" if below else "", "last": f"{below};" if below else ""}
    return dict(prepared.rows(tx.connection, {"user": actor.person, **values, **ends}))


def keep_preference(tx: Transaction, actor: Actor, key: str, value: Any) -> None:
    """Keep one's own preference; None forgets it. Who looks with the eyes of another changes nothing of theirs."""
    if actor.person is None:
        raise KubikError("KBK4002", message("Preferences are kept for people."))
    if not 0 < len(key) <= KEY or len(msgspec.json.encode(value)) > LARGEST:
        raise KubikError("KBK2000", message("That is too long to be kept."))
    table = tx.tables.own.preference
    mine = table.c.user == actor.person
    gone = tx.connection.execute(table.delete().where(mine, table.c.key == key)).rowcount
    if value is None:
        return
    if not gone:
        kept = tx.connection.execute(sa.select(sa.func.count()).select_from(table).where(mine)).scalar_one()
        if kept >= MOST:
            raise KubikError("KBK2000", message("There are too many kept preferences."))
    tx.connection.execute(table.insert().values(user=actor.person, key=key, value=value))
