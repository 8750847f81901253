"""The gate: signing in and out, and the language and theme of a browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, Router, get, post

from core.access.actor import Actor, oneself
from core.access.login import actor_of_session, sign_in, sign_out
from core.errors import KubikError
from core.records import update
from core.web.context import THEMES, AnyRequest, Visitor, exchange_state, form_pairs, site_of, visit, visitor
from core.web.errors import error_headers
from core.web.parameters import refuse
from core.web.render import cookie, render, safe_next, see_other
from core.web.security import (
    CHALLENGE_COOKIE,
    CHALLENGE_SECONDS,
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    THEME_COOKIE,
    YEAR,
)
from core.web.security_log import note
from core.web.site import Site
from metamodel.fields.base import Context
from metamodel.labels import LANGUAGES
from metamodel.messages import message

_REFUSALS = ("KBK4004", "KBK4005")


@get("/sign-in", sync_to_thread=True)
def sign_in_page(request: AnyRequest) -> Response[Any]:
    """The form; who is signed in already goes on."""
    asked = safe_next(request.query_params.get("next"))
    if _signed_in(request):
        return see_other(asked)
    who = visitor(request)
    told = None
    if request.query_params.get("told") == "password":
        told = who.texts.gettext("The password is saved. Sign in with it.")
    return render(who, "sign_in.html", login="", error=None, next=asked, told=told)


@post("/sign-in", sync_to_thread=True)
def sign_in_form(request: AnyRequest) -> Response[Any]:
    """A session, or the form again with what is wrong."""
    values, who, site = dict(form_pairs(request)), visitor(request), site_of(request)
    login, asked = values.get("login", "").strip(), safe_next(values.get("next"))
    try:
        entry = sign_in(site.workspace, login, values.get("password", ""), who.address, agent_of(request))
    except KubikError as error:
        if error.code not in _REFUSALS:
            raise
        note(who, "sign in", refused=True, login=login[:100], code=error.code)
        return _refused(who, login, asked, error)
    if entry.needs is None:
        return signed_in(request, entry.key, asked, "password")
    note(who, "password", login=login[:100], needs=entry.needs)
    held = cookie(who, CHALLENGE_COOKIE, entry.key, CHALLENGE_SECONDS)
    if who.htmx:
        return Response({"more": entry.needs}, status_code=200, cookies=[held])
    after = "" if asked == "/" else f"?next={quote(asked)}"
    return see_other(f"/sign-in/{entry.needs}{after}", held)


def signed_in(request: AnyRequest, key: str, asked: str, factor: str) -> Response[Any]:
    """The answer to who has proved who they are: the cookie of the new session, on the way to what was asked for.

    The session before it ends: nobody goes on with a key that was there before the sign-in.
    """
    who, site, before = visitor(request), site_of(request), exchange_state(request.scope).session
    if before:
        sign_out(site.workspace, before)
    with site.workspace.read() as transaction:
        actor = actor_of_session(transaction, key)
    note(who, "sign in", login=actor.login if actor else "", factor=factor)
    cookies = [cookie(who, SESSION_COOKIE, key)]
    if request.cookies.get(CHALLENGE_COOKIE):
        cookies.append(cookie(who, CHALLENGE_COOKIE, "", 0))
    if not who.htmx:
        return see_other(asked, *cookies)
    # over an open page: who it is now, and the protection of its forms
    person = actor.identity if actor else ""
    return Response({"person": person, "csrf": site.seals.csrf(key)}, status_code=200, cookies=cookies)


def agent_of(request: AnyRequest) -> str | None:
    """How the browser calls itself."""
    return request.headers.get("user-agent")


def _refused(who: Visitor, login: str, asked: str, error: KubikError) -> Response[Any]:
    words = who.texts.render(error.detail)
    if who.htmx:
        return Response({"error": words}, status_code=error.status)
    answer = render(who, "sign_in.html", status=error.status, login=login, error=words, next=asked)
    answer.headers.update({name.decode(): value.decode() for name, value in error_headers(error)})
    return answer


@post("/sign-out", sync_to_thread=True)
def sign_out_form(request: AnyRequest) -> Response[Any]:
    """End the session, wherever its cookie was copied to."""
    who, token = visitor(request), exchange_state(request.scope).session
    if token:
        actor = _signed_in(request)
        sign_out(site_of(request).workspace, token)
        note(who, "sign out", login=actor.called if actor else "")
    answer = see_other("/sign-in", cookie(who, SESSION_COOKIE, "", 0))
    answer.headers["clear-site-data"] = '"cache", "storage"'  # nothing of theirs stays in a shared browser
    return answer


@post("/language", sync_to_thread=True)
def language_form(request: AnyRequest) -> Response[Any]:
    """The language of this browser, and of the person who is signed in."""
    values, who = dict(form_pairs(request)), visitor(request)
    chosen = _one_of(values, "language", LANGUAGES)
    actor = _signed_in(request)
    if actor is not None and actor.language != chosen:
        _remember_language(site_of(request), actor, chosen)
    return see_other(safe_next(values.get("next")), cookie(who, LANGUAGE_COOKIE, chosen, YEAR))


@post("/theme", sync_to_thread=True)
def theme_form(request: AnyRequest) -> Response[Any]:
    """Light, dark, or as the system is."""
    values, who = dict(form_pairs(request)), visitor(request)
    chosen = _one_of(values, "theme", THEMES)
    return see_other(safe_next(values.get("next")), cookie(who, THEME_COOKIE, chosen, YEAR))


def _one_of(values: dict[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = values.get(name, "")
    if value not in allowed:
        raise refuse(
            name, message("The parameter “{name}” must be one of: {allowed}.", name=name, allowed=allowed)
        )
    return value


def _signed_in(request: AnyRequest) -> Actor | None:
    try:
        return visit(request).actor
    except KubikError as error:
        if error.code != "KBK4001":
            raise
        return None


def _remember_language(site: Site, actor: Actor, chosen: str) -> None:
    user = actor.person
    if user is None:
        return
    site.workspace.write(
        lambda transaction: update(
            transaction,
            oneself(actor),
            "user",
            user,
            {"language": chosen},
            if_version=None,
            context=Context(medium="json", language=chosen),
        )
    )


gate = Router(path="/", route_handlers=[sign_in_page, sign_in_form, sign_out_form, language_form, theme_form])
