"""One's own security on one page: password, second factor, browsers, programs, deputies, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.access.credentials import with_password
from core.access.second import has_factor, needs_factor, recovery_left
from core.access.security import SecurityEvent, note_security, security_events
from core.access.sessions import end_session, end_sessions, list_sessions
from core.access.tokens import Token, list_tokens
from core.query.read import titles
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, exchange_state, reading
from core.web.proof import require_oneself, require_proof
from core.web.render import render, see_other
from core.web.security_log import note
from metamodel.messages import Message, message
from renderers.pages.shell import make_shell
from renderers.security.browsers import browser_name
from renderers.security.deputies import deputies_of

_TOLD: Mapping[str, Message] = {
    "password": message("The password is changed. Other browsers are signed out."),
    "factor_off": message("The second factor is off."),
    "session": message("That browser is signed out."),
    "sessions": message("The other browsers are signed out."),
    "token": message("The token is good no more."),
    "deputy": message("Saved"),
}
_HAPPENED: Mapping[str, Message] = {
    "signed_in": message("Signed in"),
    "password": message("The password was changed"),
    "factor_on": message("The second factor was set up"),
    "factor_off": message("The second factor was taken off"),
    "recovery_used": message("A recovery code was used"),
    "recovery_new": message("New recovery codes were made"),
    "token_made": message("A token was made"),
    "token_ended": message("A token was ended"),
    "sessions_ended": message("Browsers were signed out"),
    "invited": message("A link of invitation was made"),
    "reset_link": message("A link for another password was made"),
    "viewed": message("Somebody looked at the system as you"),
    "deputized": message("Somebody stood in for you"),
    "deputy_named": message("A deputy was named"),
    "deputy_ended": message("A deputy was taken back"),
    "exported": message("Records were exported"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """A browser that is signed in, in words."""

    handle: str
    name: str
    address: str
    since: str
    seen: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A token, in words."""

    id: int
    name: str
    hint: str
    may: str
    until: str
    used: str
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A line of what happened."""

    at: str
    what: str
    by: str
    where: str
    address: str


@get("/me/security", sync_to_thread=True, include_in_schema=False)
def overview(request: AnyRequest) -> Response[Any]:
    """The page."""
    with reading(request) as (who, tx):
        require_oneself(who)
        user, key = who.actor.person or 0, exchange_state(request.scope).session
        told = _TOLD.get(request.query_params.get("told") or "")
        return render(
            who, "security/page.html", told=who.texts.render(told) if told else None,
            password=moment(who, with_password(tx, (user,)).get(user)),
            factor=has_factor(tx, user), left=recovery_left(tx, user),
            needed=needs_factor(tx.model, who.actor.roles, who.site.settings.second_factor),
            browsers=_browsers(who, tx, user, key), programs=programs_of(who, tx, user),
            deputies=deputies_of(who, tx), happened=_happened(who, tx, user),
            shell=make_shell(request, who, tx),
        )  # fmt: skip


@post("/me/security/sessions/{handle:str}/end", sync_to_thread=True, include_in_schema=False)
def end_one(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Signs one browser out."""
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
    user = who.actor.person or 0
    who.workspace.write(lambda tx: end_session(tx, user, handle))
    note(who, "session ended", login=who.actor.login)
    return see_other("/me/security?told=session")


@post("/me/security/sessions/end", sync_to_thread=True, include_in_schema=False)
def end_others(request: AnyRequest) -> Response[Any]:
    """Signs all other browsers out."""
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
    user, key = who.actor.person or 0, exchange_state(request.scope).session

    def end(tx: Transaction) -> None:
        end_sessions(tx, user, but=key)
        note_security(tx, "sessions_ended", user, user, address=who.address)

    who.workspace.write(end)
    note(who, "sessions ended", login=who.actor.login)
    return see_other("/me/security?told=sessions")


def programs_of(who: Visit, tx: Transaction, user: int) -> tuple[Program, ...]:
    """The tokens of a user, in words."""
    return tuple(
        Program(
            id=token.id, name=token.name, hint=f"{token.hint}…" if token.hint else "—", may=_may(who, tx, token),
            until=who.texts.date(token.ends_at.astimezone(who.zone).date()) if token.ends_at else "",
            used=moment(who, token.used_at), ended=token.ends_at is not None and token.ends_at <= tx.now,
        )
        for token in list_tokens(tx, user)
    )  # fmt: skip


def _may(who: Visit, tx: Transaction, token: Token) -> str:
    left = token.narrowing
    if left is None:
        return who.texts.gettext("everything you may")
    words = who.texts.gettext("reads only") if not left.writes else who.texts.gettext("reads and writes")
    if left.entities is None:
        return words
    known = (tx.model.entity_by_uid[uid] for uid in left.entities if uid in tx.model.entity_by_uid)
    labels = sorted(entity.label_many.in_language(who.language) or entity.name for entity in known)
    return f"{words}: {', '.join(labels)}"


def _browsers(who: Visit, tx: Transaction, user: int, key: str | None) -> tuple[Browser, ...]:
    unknown = who.texts.gettext("A browser")
    return tuple(
        Browser(
            handle=found.handle, name=browser_name(found.agent) or unknown, address=found.address or "",
            since=moment(who, found.created_at), seen=moment(who, found.seen_at), current=found.current,
        )
        for found in list_sessions(tx, user, key)
    )  # fmt: skip


def _happened(who: Visit, tx: Transaction, user: int) -> tuple[Happened, ...]:
    events = security_events(tx, user)
    people = {event.by for event in events if event.by not in (None, user)}
    links = titles(tx, who.actor, tx.model.entities["user"], [each for each in people if each])
    names = {identity: str(link.title) for identity, link in links.items() if not link.hidden}
    return tuple(
        Happened(
            at=moment(who, event.at), what=who.texts.render(_HAPPENED.get(event.kind, message("Something changed"))),
            by=names.get(event.by or 0, "") if event.by != user else "", where=_where(event), address=event.address or "",
        )
        for event in events
    )  # fmt: skip


def _where(event: SecurityEvent) -> str:
    detail = browser_name(event.detail) if event.kind == "signed_in" else event.detail or ""
    if event.kind == "password":
        return ""
    return detail


def moment(who: Visit, at: datetime | None) -> str:
    """A moment in the person's own time."""
    return who.texts.datetime(at, who.zone)


HANDLERS = (overview, end_one, end_others)
