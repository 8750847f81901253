"""The second factor: one-time codes of an application (RFC 6238) and recovery codes; each is taken once."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyotp
import sqlalchemy as sa

from core.access.passwords import slow_hash
from core.errors import KubikError
from core.storage.sealing import Place
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Model

STEP = 30
"""Seconds for which a code of the application stands."""

DRIFT = 1
"""Steps that a clock may be behind or ahead."""

RECOVERY_CODES = 10

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 5
_PLACE = "kubik_factor"


def needs_factor(model: Model, roles: Iterable[str], setting: str = "roles") -> bool:
    """Whether who has these roles (uids) signs in with a second factor only; ``setting`` is KUBIK_SECOND_FACTOR."""
    if setting == "everybody":
        return True
    held = [model.role_by_uid[uid] for uid in roles if uid in model.role_by_uid]
    strict = setting == "administrators"
    return any(role.second_factor or (strict and role.everything) for role in held)


def has_factor(tx: Transaction, user: int) -> bool:
    """Whether the user has a second factor."""
    return user in with_factor(tx, (user,))


def with_factor(tx: Transaction, users: Iterable[int]) -> frozenset[int]:
    """Those of the users who have one."""
    table = tx.tables.own.factor
    return frozenset(
        tx.connection.execute(sa.select(table.c.user).where(table.c.user.in_(list(users)))).scalars()
    )


def new_secret() -> str:
    """The secret of a factor that is being set up (base32, for the application): nothing of it is stored yet.

    Whoever sets one up is shown their own: who knows the password alone and looked before knows nothing of it.
    """
    return pyotp.random_base32()


def address_of_secret(secret: str, login: str, issuer: str) -> str:
    """What the QR code says to the application: ``otpauth://…``."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def set_factor(tx: Transaction, user: int, secret: str, code: str) -> bool:
    """Let a factor count from now on, since its application gives its codes; whether the code was right.

    KBK4002 when there is one already: it is taken off first, with a code of its own.
    """
    if has_factor(tx, user):
        raise KubikError("KBK4002", message("There is a second factor already."))
    step = _step_of(tx, secret, code)
    if step is None:
        return False
    sealed = tx.workspace.sealing.seal(secret, _place(user))
    values = {
        "user": user, "secret": sealed, "salt": secrets.token_hex(16), "created_at": tx.now, "last_step": step,
    }  # fmt: skip
    tx.connection.execute(tx.tables.own.factor.insert().values(values))
    return True


def take_code(tx: Transaction, user: int, code: str) -> bool:
    """Whether the code is one of the application's for now that was not taken before, nor one older than it."""
    row = _row(tx, user)
    if row is None:
        return False
    step = _step_of(tx, _open(tx, row), code)
    if step is None:
        return False
    table = tx.tables.own.factor
    unused = sa.or_(table.c.last_step.is_(None), table.c.last_step < step)
    taken = tx.connection.execute(table.update().where(table.c.user == user, unused).values(last_step=step))
    return taken.rowcount == 1


def drop_factor(tx: Transaction, user: int) -> None:
    """Take the second factor of a user off, with its recovery codes."""
    for table in (tx.tables.own.factor, tx.tables.own.recovery, tx.tables.own.challenge):
        tx.connection.execute(table.delete().where(table.c.user == user))


# --- recovery codes ---------------------------------------------------------------------------------------------------


def new_recovery_codes() -> tuple[str, ...]:
    """Codes to be written down: three groups of five letters and digits, 74 random bits each."""

    def group() -> str:
        return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))

    return tuple("-".join(group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES))


def salt_of(tx: Transaction, user: int) -> str | None:
    """What the recovery codes of a user are hashed with."""
    row = _row(tx, user)
    return None if row is None else str(row.salt)


def hash_recovery(code: str, salt: str) -> str:
    """What is stored of a recovery code, however its groups are written. Takes 50 ms: not inside a transaction."""
    return slow_hash(re.sub(r"[^0-9a-z]", "", code.casefold()), bytes.fromhex(salt))


def store_recovery(tx: Transaction, user: int, hashes: Iterable[str]) -> None:
    """Put these recovery codes in the place of all that were before."""
    table = tx.tables.own.recovery
    tx.connection.execute(table.delete().where(table.c.user == user))
    tx.connection.execute(table.insert(), [{"user": user, "hash": each} for each in hashes])


def take_recovery(tx: Transaction, user: int, hashed: str) -> bool:
    """Whether it is a recovery code of the user that was not taken before."""
    table = tx.tables.own.recovery
    mine = sa.and_(table.c.user == user, table.c.hash == hashed, table.c.used_at.is_(None))
    return tx.connection.execute(table.update().where(mine).values(used_at=tx.now)).rowcount == 1


def recovery_left(tx: Transaction, user: int) -> int:
    """How many recovery codes are still good."""
    table = tx.tables.own.recovery
    mine = sa.and_(table.c.user == user, table.c.used_at.is_(None))
    return int(tx.connection.execute(sa.select(sa.func.count()).select_from(table).where(mine)).scalar_one())


def is_code(text: str) -> bool:
    """Whether it is written as a code of the application, rather than as a recovery code."""
    return re.fullmatch(r"\d{6}", _digits(text)) is not None


def _digits(text: str) -> str:
    return re.sub(r"\s", "", text)


def _row(tx: Transaction, user: int) -> sa.Row[Any] | None:
    table = tx.tables.own.factor
    return tx.connection.execute(sa.select(table).where(table.c.user == user)).one_or_none()


def _step_of(tx: Transaction, secret: str, code: str) -> int | None:
    """The time step whose code it is; all are looked at, so that the time taken tells nothing."""
    given, totp = _digits(code).encode(), pyotp.TOTP(secret)
    now = _step(tx.now)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            found = step
    return found


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def _open(tx: Transaction, row: sa.Row[Any]) -> str:
    return tx.workspace.sealing.open(row.secret, _place(row.user))


def _place(user: int) -> Place:
    return Place(entity=_PLACE, record=user, field="secret")
