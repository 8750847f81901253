"""The second step of signing in: a code, or setting up the second factor that one's role asks for."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post

from core.access.challenges import challenged, enrol, pass_challenge
from core.access.second import address_of_secret, is_code, new_secret
from core.errors import KubikError
from core.web.context import AnyRequest, Visitor, form_pairs, site_of, visitor
from core.web.gate import agent_of, signed_in
from core.web.render import render, safe_next, see_other
from core.web.security import CHALLENGE_COOKIE
from core.web.security_log import note
from renderers.pages.shell import brand
from renderers.security.qr import qr
from renderers.security.recovery import fresh_codes

_REFUSALS = ("KBK4004", "KBK4006")


@get("/sign-in/code", sync_to_thread=True, include_in_schema=False)
def code_page(request: AnyRequest) -> Response[Any]:
    """Asks for the code."""
    asked = safe_next(request.query_params.get("next"))
    key = request.cookies.get(CHALLENGE_COOKIE)
    if not key or not _is_there(request, key):
        return _anew(asked)
    return render(visitor(request), "security/code.html", error=None, next=asked)


@post("/sign-in/code", sync_to_thread=True, include_in_schema=False)
def code_form(request: AnyRequest) -> Response[Any]:
    """A session for a right code, of the application or of those written down."""
    values, who = dict(form_pairs(request)), visitor(request)
    asked, key = safe_next(values.get("next")), request.cookies.get(CHALLENGE_COOKIE) or ""
    try:
        session = pass_challenge(
            who.workspace, key, values.get("code", "")[:100], who.address, agent_of(request)
        )
    except KubikError as error:
        if error.code not in (*_REFUSALS, "KBK4001"):
            raise
        note(who, "second factor", refused=True, login=_login(request, key), code=error.code)
        words = who.texts.render(error.detail)
        if who.htmx:
            return Response({"error": words, "anew": error.code == "KBK4001"}, status_code=error.status)
        if error.code == "KBK4001":
            return _anew(asked)
        return render(who, "security/code.html", status=error.status, error=words, next=asked)
    return signed_in(request, session, asked, "code" if is_code(values.get("code", "")) else "recovery code")


@get("/sign-in/factor", sync_to_thread=True, include_in_schema=False)
def factor_page(request: AnyRequest) -> Response[Any]:
    """Shows what the application is to be told."""
    asked = safe_next(request.query_params.get("next"))
    key = request.cookies.get(CHALLENGE_COOKIE)
    if not key or not _is_there(request, key):
        return _anew(asked)
    return _setting_up(request, key, new_secret(), asked)


@post("/sign-in/factor", sync_to_thread=True, include_in_schema=False)
def factor_form(request: AnyRequest) -> Response[Any]:
    """A session for the first right code of the new factor, and the codes to write down."""
    values, who = dict(form_pairs(request)), visitor(request)
    asked, key = safe_next(values.get("next")), request.cookies.get(CHALLENGE_COOKIE) or ""
    secret = values.get("secret", "")
    if not key or not hmac.compare_digest(sealed(who, key, secret).encode(), values.get("seal", "").encode()):
        return _anew(asked)
    try:
        session = enrol(
            who.workspace, key, secret, values.get("code", "")[:100], who.address, agent_of(request)
        )
    except KubikError as error:
        if error.code == "KBK4001":
            return _anew(asked)
        if error.code not in _REFUSALS:
            raise
        return _setting_up(request, key, secret, asked, error)
    answer = signed_in(request, session, asked, "code of a new factor")
    page = render(who, "security/recovery_door.html", codes=fresh_codes(who.workspace, session), next=asked)
    page.cookies.extend(answer.cookies)
    return page


def sealed(who: Visitor, bound_to: str, secret: str) -> str:
    """The mark of a secret that was shown here: no form brings another one."""
    return who.site.seals.seal("factor", f"{bound_to} {secret}")


def _setting_up(
    request: AnyRequest, key: str, secret: str, asked: str, error: KubikError | None = None
) -> Response[Any]:
    who = visitor(request)
    with site_of(request).workspace.read() as tx:
        actor, there = challenged(tx, key)
        issuer = brand(tx.model, who.language)
    if there:
        return see_other("/sign-in/code")
    return render(
        who, "security/factor_door.html", status=error.status if error else 200,
        error=who.texts.render(error.detail) if error else None, next=asked, secret=secret,
        seal=sealed(who, key, secret), drawing=qr(address_of_secret(secret, actor.login, issuer)),
    )  # fmt: skip


def _is_there(request: AnyRequest, key: str) -> bool:
    return bool(_login(request, key))


def _login(request: AnyRequest, key: str) -> str:
    """Who is signing in; empty when the sign-in is not there, or too old."""
    with site_of(request).workspace.read() as tx:
        try:
            return challenged(tx, key)[0].login
        except KubikError:
            return ""


def _anew(asked: str) -> Response[Any]:
    return see_other("/sign-in" if asked == "/" else f"/sign-in?next={quote(asked)}")


HANDLERS = (code_page, code_form, factor_page, factor_form)
