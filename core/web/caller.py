"""Who calls the API: a program with a bearer token, or a browser with a session and the token of its forms."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from core.access.actor import Actor
from core.access.login import actor_of_session, actor_of_token
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.exchange import Call
from core.web.security import CSRF_HEADER, SAFE_METHODS, SESSION_COOKIE
from core.web.ways import way_of
from metamodel.messages import message

T = TypeVar("T")


def caller(transaction: Transaction, call: Call) -> Actor:
    """The actor behind a call, looked up in this very snapshot: a token that was revoked is no longer one."""
    authorization = call.header(b"authorization")
    actor = (
        _by_token(transaction, authorization) if authorization is not None else _by_session(transaction, call)
    )
    call.who = actor.called
    call.site.known(call.bearer() or call.cookie(SESSION_COOKIE) or "")
    if not call.reads and actor.narrowing is not None and not actor.narrowing.writes:
        raise KubikError("KBK4009" if actor.mode == "view" else "KBK4002")
    return actor


def _by_token(transaction: Transaction, authorization: str) -> Actor:
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise KubikError("KBK4001", message("Send “Authorization: Bearer TOKEN”."))
    actor = actor_of_token(transaction, token.strip())
    if actor is None:
        raise KubikError("KBK4001", message("The token is not valid."))
    return actor


def _by_session(transaction: Transaction, call: Call) -> Actor:
    session = call.cookie(SESSION_COOKIE)
    actor = actor_of_session(transaction, session, attended=call.attended) if session else None
    if actor is None or session is None:
        raise KubikError("KBK4001", message("Sign in, or send “Authorization: Bearer TOKEN”."))
    if call.method not in SAFE_METHODS:
        given = call.header(CSRF_HEADER) or ""
        if not hmac.compare_digest(given.encode(), call.site.seals.csrf(session).encode()):
            raise KubikError("KBK4003", message("Send the token of the page in the header X-CSRF-Token."))
    return actor


def make_known(call: Call) -> None:
    """Refuse a call of nobody we know."""
    with reading(call):
        pass


@contextmanager
def reading(call: Call) -> Iterator[tuple[Transaction, Actor]]:
    """A snapshot, and the caller as that snapshot knows them."""
    with call.site.workspace.read() as transaction:
        transaction.way, transaction.waiting = way_of(call.path), call.waiting
        yield transaction, caller(transaction, call)


def writing(call: Call, action: Callable[[Transaction, Actor], T]) -> T:
    """Do ``action`` in one write transaction; the whole is done again when it conflicts with others."""

    def noted(transaction: Transaction) -> T:
        transaction.way = way_of(call.path)
        return action(transaction, caller(transaction, call))

    return call.site.workspace.write(noted)
