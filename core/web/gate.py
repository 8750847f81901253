"""The gate: signing in and out, and the language and theme of a browser."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get, post

from core.access.actor import Actor, system_actor
from core.access.login import actor_of_session, sign_in, sign_out
from core.errors import KubikError
from core.records import update
from core.web.context import THEMES, AnyRequest, Visitor, exchange_state, form_pairs, site_of, visit, visitor
from core.web.errors import error_headers
from core.web.parameters import refuse
from core.web.render import cookie, render, safe_next, see_other
from core.web.security import LANGUAGE_COOKIE, SESSION_COOKIE, THEME_COOKIE, YEAR
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
    return render(visitor(request), "sign_in.html", login="", error=None, next=asked)


@post("/sign-in", sync_to_thread=True)
def sign_in_form(request: AnyRequest) -> Response[Any]:
    """A session, or the form again with what is wrong."""
    values, who, site = dict(form_pairs(request)), visitor(request), site_of(request)
    login, asked = values.get("login", "").strip(), safe_next(values.get("next"))
    try:
        token = sign_in(site.workspace, login, values.get("password", ""), who.address)
    except KubikError as error:
        if error.code not in _REFUSALS:
            raise
        return _refused(who, login, asked, error)
    held = cookie(who, SESSION_COOKIE, token)
    if not who.htmx:
        return see_other(asked, held)
    # over an open page: who it is now, and the protection of its forms
    with site.workspace.read() as transaction:
        actor = actor_of_session(transaction, token)
    person = actor.identity if actor else ""
    return Response({"person": person, "csrf": site.seals.csrf(token)}, status_code=200, cookies=[held])


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
        sign_out(site_of(request).workspace, token)
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
            system_actor(),
            "user",
            user,
            {"language": chosen},
            if_version=None,
            context=Context(medium="json", language=chosen),
        )
    )


gate = Router(path="/", route_handlers=[sign_in_page, sign_in_form, sign_out_form, language_form, theme_form])
