"""Where saved views and saved reports are kept alike: whose they are, what they may be called, with whom they are shared."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from core.access.actor import Actor
from core.access.managing import below
from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.errors import Problem
from metamodel.messages import Message
from metamodel.model import Role

REPORT = "report"
"""The kind under which reports are kept; every other is that of a view."""
LABEL = 80
"""The longest name."""
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def person_of(actor: Actor, refusal: Message) -> int:
    """The person who saves; KBK4002 where nobody does, or somebody only looks."""
    if actor.person is None or actor.mode == "view":
        raise KubikError("KBK4002", refusal)
    return actor.person


def label_of(written: str, refusal: Message) -> str:
    """A name without needless spaces; KBK2000 for an empty one and for one longer than `LABEL`."""
    label = " ".join(written.split())
    if not 0 < len(label) <= LABEL:
        raise KubikError(
            "KBK2000", refusal, errors=(Problem(pointer="/label", code="KBK2000", message=refusal),)
        )
    return label


def shareable_roles(tx: Transaction, actor: Actor) -> tuple[Role, ...]:
    """The roles with which a person may share: those they hold, and those below them."""
    known = {*actor.roles, *below(tx.model, actor)} if actor.narrowing is None else set()
    return tuple(role for role in tx.model.roles.values() if role.uid in known)


def roles_to_share(
    tx: Transaction, actor: Actor, before: Iterable[str], wanted: Iterable[str], refusal: Message
) -> list[str]:
    """The roles (uids) it is shared with from now on; KBK4002 for a new one that is neither held nor managed."""
    allowed = {role.uid for role in shareable_roles(tx, actor)}
    if not set(wanted) - set(before) <= allowed:
        raise KubikError("KBK4002", refusal)
    return sorted(set(wanted))


def add_saved(tx: Transaction, **values: Any) -> str:
    """Keep a new one, shared with nobody; its uid, which nobody guesses and everybody can read out."""
    uid = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    table = tx.tables.own.view
    tx.connection.execute(table.insert().values(uid=uid, roles=[], changed_at=tx.now, **values))
    return uid


def write_saved(tx: Transaction, uid: str, **values: Any) -> None:
    """Change what is kept of one."""
    table = tx.tables.own.view
    tx.connection.execute(table.update().where(table.c.uid == uid).values(**values))


def delete_saved(tx: Transaction, uid: str) -> None:
    """End one."""
    table = tx.tables.own.view
    tx.connection.execute(table.delete().where(table.c.uid == uid))
