"""People as commands change them: found by login, made with roles and a password."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core import query, records
from core.access.actor import system_actor
from core.access.login import set_password
from core.access.weak import is_weak
from core.cli.common import say
from core.errors import KubikError
from core.query.query import Query
from metamodel.errors import unknown
from metamodel.fields.base import Context
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

CONTEXT = Context(medium="json", language="en")
SHORTEST = 8
"""Fewest characters of a password."""


def user_id(tx: Transaction, login: str) -> int:
    """The id of the user with that login; KBK2006 when there is none."""
    found = query.read(
        tx, system_actor(), Query(entity="user", fields=("id", "login"), filter=f"login = {quoted(login)}")
    )
    if not found.items:
        known = [
            row["login"]
            for row in query.read(
                tx, system_actor(), Query(entity="user", fields=("login",), limit=1000)
            ).items
        ]
        raise KubikError("KBK2006", unknown("there is no user “{name}”", login, known))
    identifier: int = found.items[0]["id"]
    return identifier


def active_user_id(tx: Transaction, login: str) -> int:
    """The same of somebody who may sign in; KBK3003 for others: what they would be given opens nothing."""
    found = user_id(tx, login)
    if not query.record(tx, system_actor(), "user", found, ("active",))[0]["active"]:
        raise KubikError("KBK3003", message("{login} may not sign in: the user is disabled.", login=login))
    return found


def quoted(text: str) -> str:
    """A text as the expression language writes it."""
    return "'" + text.replace("'", "''") + "'"


def add_user(tx: Transaction, login: str, name: str, roles: Sequence[str], password: str) -> int:
    """A new user with roles (names) and a password."""
    values = {
        "login": login,
        "name": name,
        "roles": [{"role": {"by": {"name": role}}} for role in role_names(tx, roles)],
    }
    saved = records.create(tx, system_actor(), "user", values, context=CONTEXT)
    set_password(tx, saved.id, checked(password))
    return saved.id


def role_names(tx: Transaction, roles: Sequence[str]) -> Sequence[str]:
    """The names, each of a role that exists; KBK1002 with a suggestion otherwise."""
    for role in roles:
        if role not in tx.model.roles:
            raise KubikError("KBK1002", unknown("there is no role “{name}”", role, tx.model.roles))
    return roles


def checked(password: str) -> str:
    """The password, when it is long enough."""
    if len(password) < SHORTEST:
        raise KubikError("KBK3003", message("A password has at least {count} characters.", count=SHORTEST))
    return password


def warn_of_weak(password: str, *context: str) -> None:
    """Say so when a password given on the command line is guessed at once; it is taken nevertheless."""
    if is_weak(password, context):
        say(message("Warning: this password is guessed at once."), to_stderr=True)


def new_password() -> str:
    """A password that nobody guesses and everybody can type: four groups of letters and digits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
