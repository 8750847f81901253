"""The password asked for again, before keys are changed."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from core.access.login import check_password
from core.access.sessions import renew
from core.errors import KubikError
from core.web.context import AnyRequest, Visit, exchange_state, form_pairs, reading, visit
from core.web.proof import require_oneself
from core.web.render import cookie, render, safe_next, see_other
from core.web.security import SESSION_COOKIE
from core.web.security_log import note
from renderers.pages.shell import make_shell


@get("/me/security/confirm", sync_to_thread=True, include_in_schema=False)
def confirm_page(request: AnyRequest) -> Response[Any]:
    """Asks for it."""
    return _page(request, safe_next(request.query_params.get("next")))


@post("/me/security/confirm", sync_to_thread=True, include_in_schema=False)
def confirm_form(request: AnyRequest) -> Response[Any]:
    """The session goes on under a new key, for some minutes with the right to change keys."""
    values, who = dict(form_pairs(request)), visit(request)
    require_oneself(who)
    asked, key = safe_next(values.get("next")), exchange_state(request.scope).session or ""
    try:
        check_password(who.workspace, who.actor.login, values.get("password", ""), who.address)
    except KubikError as error:
        if error.code not in ("KBK4004", "KBK4005"):
            raise
        note(who, "password again", refused=True, login=who.actor.login)
        return _page(request, asked, error)
    fresh = who.workspace.write(lambda tx: renew(tx, key))
    note(who, "password again", login=who.actor.login)
    return see_other(asked, cookie(who, SESSION_COOKIE, fresh))


def _page(request: AnyRequest, asked: str, error: KubikError | None = None) -> Response[Any]:
    with reading(request) as (who, tx):
        require_oneself(who)
        return render(
            who, "security/confirm.html", status=error.status if error else 200, next=asked,
            login=who.actor.login, error=refused_words(who, error),
            shell=make_shell(request, who, tx, path="/me/security"),
        )  # fmt: skip


def refused_words(who: Visit, error: KubikError | None) -> str | None:
    """What stands above a form that was refused; of a password that was asked for again, no word of logins."""
    if error is None:
        return None
    if error.code == "KBK4005":
        return who.texts.gettext("The password does not fit.")
    return who.texts.render(error.detail)


HANDLERS = (confirm_page, confirm_form)
