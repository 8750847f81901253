"""One's own second factor: set up, taken off, its recovery codes made anew."""

from __future__ import annotations

import hmac
from typing import Any

from litestar import Response, get, post

from core.access.attempts import forgive
from core.access.challenges import check_code, code_keys, count_code
from core.access.second import (
    address_of_secret,
    drop_factor,
    has_factor,
    needs_factor,
    new_secret,
    set_factor,
)
from core.access.security import note_security
from core.access.sessions import end_sessions, strengthen
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, exchange_state, form_pairs, reading
from core.web.proof import require_proof
from core.web.render import render, see_other
from core.web.security_log import note
from metamodel.messages import message
from renderers.pages.shell import brand, make_shell
from renderers.security.door import sealed
from renderers.security.qr import qr
from renderers.security.recovery import fresh_codes

_REFUSALS = ("KBK4004", "KBK4006")


@get("/me/security/factor", sync_to_thread=True, include_in_schema=False)
def factor_page(request: AnyRequest) -> Response[Any]:
    """What the application is to be told; where there is a factor, how to take it off."""
    return _page(request, new_secret())


@post("/me/security/factor", sync_to_thread=True, include_in_schema=False)
def factor_form(request: AnyRequest) -> Response[Any]:
    """The factor counts from its first right code on; other browsers are signed out."""
    values, who, key = *_proved(request), exchange_state(request.scope).session or ""
    user, secret = who.actor.person or 0, values.get("secret", "")
    with who.workspace.read() as tx:
        there = has_factor(tx, user)
    if there:  # the page of codes loaded anew, or sent by another of one's tabs
        return see_other("/me/security/factor")
    if not hmac.compare_digest(sealed(who, key, secret).encode(), values.get("seal", "").encode()):
        return see_other("/me/security/factor")
    count_code(who.workspace, user)

    def confirm(tx: Transaction) -> bool:
        if not set_factor(tx, user, secret, values.get("code", "")[:100]):
            return False
        forgive(tx, code_keys(user))
        end_sessions(tx, user, but=key)
        strengthen(tx, key)
        note_security(tx, "factor_on", user, user, address=who.address)
        return True

    if not who.workspace.write(confirm):
        return _page(
            request, secret, KubikError("KBK4006", message("The code does not fit. Wait for the next one."))
        )
    note(who, "second factor on", login=who.actor.login)
    return _codes(request)


@post("/me/security/factor/off", sync_to_thread=True, include_in_schema=False)
def off_form(request: AnyRequest) -> Response[Any]:
    """Takes it off, for a code of it; where a role asks for one, it stays."""
    values, who = _proved(request)
    user = who.actor.person or 0
    with who.workspace.read() as tx:
        needed = needs_factor(tx.model, who.actor.roles, who.site.settings.second_factor)
    if needed:
        raise KubikError("KBK4002", message("Your role asks for a second factor."))
    try:
        check_code(who.workspace, user, values.get("code", "")[:100], who.address)
    except KubikError as error:
        if error.code not in _REFUSALS:
            raise
        note(who, "second factor off", refused=True, login=who.actor.login, code=error.code)
        return _page(request, new_secret(), error)

    def off(tx: Transaction) -> None:
        drop_factor(tx, user)
        note_security(tx, "factor_off", user, user, address=who.address)

    who.workspace.write(off)
    note(who, "second factor off", login=who.actor.login)
    return see_other("/me/security?told=factor_off")


@post("/me/security/recovery", sync_to_thread=True, include_in_schema=False)
def recovery_form(request: AnyRequest) -> Response[Any]:
    """Other recovery codes; those before are good no more."""
    _, who = _proved(request)
    note(who, "recovery codes", login=who.actor.login)
    return _codes(request)


def _proved(request: AnyRequest) -> tuple[dict[str, str], Visit]:
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
    return dict(form_pairs(request)), who


def _codes(request: AnyRequest) -> Response[Any]:
    key = exchange_state(request.scope).session or ""
    with reading(request) as (who, tx):
        shell = make_shell(request, who, tx, path="/me/security")
    codes = fresh_codes(who.workspace, key)
    return render(who, "security/recovery.html", codes=codes, shell=shell)


def _page(request: AnyRequest, secret: str, error: KubikError | None = None) -> Response[Any]:
    key = exchange_state(request.scope).session or ""
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
        there = has_factor(tx, who.actor.person or 0)
        address = address_of_secret(secret, who.actor.login, brand(tx.model, who.language))
        return render(
            who, "security/factor.html", status=error.status if error else 200, there=there,
            error=who.texts.render(error.detail) if error else None,
            needed=needs_factor(tx.model, who.actor.roles, who.site.settings.second_factor),
            secret=secret, seal=sealed(who, key, secret), drawing=None if there else qr(address),
            shell=make_shell(request, who, tx, path="/me/security"),
        )  # fmt: skip


HANDLERS = (factor_page, factor_form, off_form, recovery_form)
