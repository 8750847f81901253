"""Links by which somebody chooses a password: good once, for a time, made by who manages them; stored as hashes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from core.access.acting import still_manages
from core.access.actor import Actor
from core.access.credentials import has_password, set_password
from core.access.keys import key_hash, new_key
from core.access.managing import answers_for
from core.access.passwords import PasswordHash
from core.access.people import find_person
from core.access.second import drop_factor
from core.access.security import note_security
from core.access.sessions import end_sessions
from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.messages import message

Purpose = Literal["invite", "reset"]

GOOD_FOR: dict[Purpose, timedelta] = {"invite": timedelta(days=7), "reset": timedelta(hours=24)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that was opened: whose password it sets, and until when it is good."""

    user: int
    login: str
    name: str
    purpose: Purpose
    ends_at: datetime


def require_manages(tx: Transaction, actor: Actor, person: int) -> None:
    """KBK4002 for who does not manage that person."""
    if not answers_for(tx, actor, person):
        raise KubikError("KBK4002", message("You do not manage this person."))


def invite(tx: Transaction, actor: Actor, person: int) -> str:
    """The key of a link by which an active person chooses a password: their first one, or another one.

    KBK4002 for who does not manage them. The link before is good no more. What the person has goes on until the link
    is used: a lost password is no reason to end their work.
    """
    require_manages(tx, actor, person)
    if find_person(tx, "user", {"user": person}) is None:
        raise KubikError("KBK3003", message("This person may not sign in: let them first."))
    purpose: Purpose = "reset" if has_password(tx, person) else "invite"
    table = tx.tables.own.invitation
    tx.connection.execute(table.delete().where(sa.or_(table.c.user == person, table.c.ends_at <= tx.now)))
    key = new_key()
    tx.connection.execute(
        table.insert().values(
            hash=key_hash(key), user=person, kind=purpose, by=actor.person, created_at=tx.now,
            ends_at=tx.now + GOOD_FOR[purpose],
        )
    )  # fmt: skip
    note_security(tx, "invited" if purpose == "invite" else "reset_link", person, actor.person)
    return key


def opened_invitation(tx: Transaction, key: str) -> Invitation | None:
    """What a link is for; None when it is unknown, used, too old, theirs who may not sign in, or made by somebody who
    would not make it today: told alike. A link is no way to whom the person has become since.
    """
    table = tx.tables.own.invitation
    row = tx.connection.execute(
        sa.select(table).where(table.c.hash == key_hash(key), table.c.ends_at > tx.now)
    ).one_or_none()
    person = None if row is None else find_person(tx, "user", {"user": row.user})
    if row is None or person is None or not still_manages(tx, row.by, row.user):
        return None
    return Invitation(
        user=row.user, login=person.actor.login, name=person.actor.name, purpose=row.kind,
        ends_at=row.ends_at,
    )  # fmt: skip


def use_invitation(tx: Transaction, key: str, hashed: PasswordHash, address: str | None) -> Invitation:
    """Set the password that was chosen; the link is good no more, nor are sessions of before. KBK4007 when it was not.

    Nobody is signed in by it: who has a second factor still needs it.
    """
    table = tx.tables.own.invitation
    found = opened_invitation(tx, key)
    taken = tx.connection.execute(table.delete().where(table.c.hash == key_hash(key)))
    if found is None or taken.rowcount != 1:
        raise KubikError("KBK4007")
    set_password(tx, found.user, hashed)
    note_security(tx, "password", found.user, found.user, address=address, detail=found.purpose)
    return found


def open_invitations(tx: Transaction, users: Iterable[int]) -> dict[int, datetime]:
    """Those of the users who were sent a link that is still good, and until when."""
    table = tx.tables.own.invitation
    rows = tx.connection.execute(
        sa.select(table.c.user, table.c.ends_at).where(
            table.c.user.in_(list(users)), table.c.ends_at > tx.now
        )
    )
    return {row[0]: row[1] for row in rows}


def reset_factor(tx: Transaction, actor: Actor, person: int) -> None:
    """Take off the second factor of somebody who lost it, and end their sessions; KBK4002 for who does not manage them."""
    require_manages(tx, actor, person)
    drop_factor(tx, person)
    end_sessions(tx, person)
    note_security(tx, "factor_off", person, actor.person)


def sign_out_everywhere(tx: Transaction, actor: Actor, person: int) -> None:
    """End all sessions of somebody; KBK4002 for who does not manage them."""
    require_manages(tx, actor, person)
    end_sessions(tx, person)
    note_security(tx, "sessions_ended", person, actor.person)
