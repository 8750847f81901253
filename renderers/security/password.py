"""Another password for oneself; other browsers are signed out, and programs too if wished."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from core.access.credentials import set_password
from core.access.login import check_password
from core.access.passwords import LONGEST, SHORTEST
from core.access.security import note_security
from core.access.sessions import renew
from core.access.tokens import revoke_tokens
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, exchange_state, form_pairs, reading
from core.web.proof import require_oneself
from core.web.render import cookie, render, see_other
from core.web.security import SESSION_COOKIE
from core.web.security_log import note
from renderers.pages.shell import make_shell
from renderers.security.choosing import chosen, words_of
from renderers.security.confirm import refused_words


@get("/me/security/password", sync_to_thread=True, include_in_schema=False)
def password_page(request: AnyRequest) -> Response[Any]:
    """Asks for the one of now and for another one."""
    return _page(request)


@post("/me/security/password", sync_to_thread=True, include_in_schema=False)
def password_form(request: AnyRequest) -> Response[Any]:
    """Sets it; this browser goes on under a new key."""
    values = dict(form_pairs(request))
    with reading(request) as (who, tx):
        require_oneself(who)
        context = words_of(tx, who.actor.person or 0, who.actor.login, who.actor.name)
    user, key = who.actor.person or 0, exchange_state(request.scope).session or ""
    try:
        check_password(who.workspace, who.actor.login, values.get("current", ""), who.address)
        hashed = chosen(values.get("password", ""), values.get("again", ""), context)
    except KubikError as error:
        if error.code not in ("KBK3003", "KBK4004", "KBK4005"):
            raise
        note(who, "password", refused=True, login=who.actor.login, code=error.code)
        return _page(request, error)

    def change(tx: Transaction) -> str:
        set_password(tx, user, hashed, but=key)
        if values.get("tokens"):
            revoke_tokens(tx, user, by=user)
        note_security(tx, "password", user, user, address=who.address)
        return renew(tx, key)

    fresh = who.workspace.write(change)
    note(who, "password", login=who.actor.login)
    return see_other("/me/security?told=password", cookie(who, SESSION_COOKIE, fresh))


def _page(request: AnyRequest, error: KubikError | None = None) -> Response[Any]:
    with reading(request) as (who, tx):
        require_oneself(who)
        return render(
            who, "security/password.html", status=error.status if error else 200,
            error=refused_words(who, error), wrong="current" if error and error.code == "KBK4005" else "password",
            login=who.actor.login, shortest=SHORTEST, longest=LONGEST,
            shell=make_shell(request, who, tx, path="/me/security"),
        )  # fmt: skip


HANDLERS = (password_page, password_form)
