"""Buttons beside somebody's keys: a link for a password, sessions ended, second factor reset, signing in or no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from core.access.invitations import invite, open_invitations, reset_factor, sign_out_everywhere
from core.access.tokens import revoke_tokens
from core.errors import KubikError
from core.query.read import record
from core.records import update
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading, visit
from core.web.proof import require_proof
from core.web.render import render, see_other
from core.web.security_log import note
from renderers.pages.notices import leave_notice
from renderers.pages.people import person as drawn
from renderers.pages.shell import make_shell
from renderers.people.gate import opened_for
from renderers.people.person import refused_words
from renderers.people.person_pages import draw
from renderers.people.view import LinkView

PASSED_ON = frozenset({"KBK2006", "KBK4008"})
"""Refusals that are not told on the page: there is no such person, the password is asked for first."""


def done(
    request: AnyRequest, person: int, what: str, act: Callable[[Visit, Transaction], object]
) -> Response[Any]:
    """Do it to somebody the reader manages, and back to their page; what is refused is said there."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        opened_for(tx, who.actor, person)
        require_proof(request, who, tx)
        act(who, tx)

    try:
        who.workspace.write(action)
    except KubikError as refusal:
        if refusal.status >= 500 or refusal.code in PASSED_ON:
            raise
        return draw(request, person, refusal.status, refused=refused_words(who, refusal))
    note(who, what, login=who.actor.login, person=person)
    return see_other(f"/people/{person}", leave_notice(who, "done", "user", 0))


@post("/people/{identity:int}/end-sessions", sync_to_thread=True, include_in_schema=False)
def end_their_sessions(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """The person is signed out everywhere."""
    return done(
        request, identity, "sessions ended", lambda who, tx: sign_out_everywhere(tx, who.actor, identity)
    )


@post("/people/{identity:int}/reset-factor", sync_to_thread=True, include_in_schema=False)
def reset_their_factor(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """The second factor is set up anew at the next sign-in."""
    return done(request, identity, "second factor off", lambda who, tx: reset_factor(tx, who.actor, identity))


@post("/people/{identity:int}/disable", sync_to_thread=True, include_in_schema=False)
def disable_person(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """The person signs in no more; sessions and keys of programs end with it."""

    def close(who: Visit, tx: Transaction) -> None:
        update(tx, who.actor, "user", identity, {"active": False})
        revoke_tokens(tx, identity, by=who.actor.person)

    return done(request, identity, "disabled", close)


@post("/people/{identity:int}/enable", sync_to_thread=True, include_in_schema=False)
def enable_person(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """The person may sign in again."""

    def open_again(who: Visit, tx: Transaction) -> None:
        update(tx, who.actor, "user", identity, {"active": True})

    return done(request, identity, "enabled", open_again)


@post("/people/{identity:int}/link", sync_to_thread=True, status_code=200, include_in_schema=False)
def send_link(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """A link by which the person chooses a password, shown this once."""
    who = visit(request)

    def action(tx: Transaction) -> str:
        opened_for(tx, who.actor, identity)
        require_proof(request, who, tx)
        return invite(tx, who.actor, identity)

    try:
        key = who.workspace.write(action)
    except KubikError as refusal:
        if refusal.status >= 500 or refusal.code in PASSED_ON:
            raise
        return draw(request, identity, refusal.status, refused=refused_words(who, refusal))
    return show_link(request, identity, key)


def show_link(request: AnyRequest, person: int, key: str) -> Response[Any]:
    """The page that shows a link, which is nowhere else to be had."""
    with reading(request) as (who, tx):
        gate = opened_for(tx, who.actor, person)
        names = tuple(name for name in ("name", "login", "email") if gate.may_read(name))
        item, _ = record(tx, who.actor, "user", person, names)
        until = open_invitations(tx, [person]).get(person)
        page = LinkView(
            person=drawn(person, item.get("name") or item.get("login") or f"#{person}"),
            href=f"/people/{person}",
            link=f"{address(request, who)}/join?key={key}",
            email=item.get("email") or "",
            until=who.texts.datetime(until, who.zone) if until else "",
        )
        answer = render(
            who, "people/link.html", page=page, shell=make_shell(request, who, tx, place="/people")
        )
        answer.headers["Cache-Control"] = "no-store"
        note(who, "link made", login=who.actor.login, person=person)
        return answer


def address(request: AnyRequest, who: Visit) -> str:
    """How this installation is reached from outside: its setting, or as the reader reached it."""
    return (who.site.settings.url or str(request.base_url)).rstrip("/")
