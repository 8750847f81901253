"""A link of invitation: its owner chooses a password; nobody is signed in by it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from core.access.invitations import Invitation, opened_invitation, use_invitation
from core.access.passwords import LONGEST, SHORTEST
from core.errors import KubikError
from core.web.context import AnyRequest, Visitor, form_pairs, visitor
from core.web.render import cookie, render, see_other
from core.web.security_log import note
from renderers.pages.shell import brand
from renderers.security.choosing import chosen, words_of

JOIN_COOKIE = "kubik_join"
"""The key of a link that was opened in this browser."""
JOIN_SECONDS = 3600


@get("/join", sync_to_thread=True, include_in_schema=False)
def join_page(request: AnyRequest) -> Response[Any]:
    """Asks for a password; a link that is not good tells nothing of whom it was for.

    The key leaves the address at once, for a cookie: neither the history of a browser nor a picture of the page keeps it.
    """
    who, key = visitor(request), request.query_params.get("key")
    if key is not None:
        _opened(who, key)
        return see_other("/join", cookie(who, JOIN_COOKIE, key, JOIN_SECONDS))
    kept = request.cookies.get(JOIN_COOKIE) or ""
    return _page(who, kept, _opened(who, kept))


@post("/join", sync_to_thread=True, include_in_schema=False)
def join_form(request: AnyRequest) -> Response[Any]:
    """Sets the password; on to the sign-in."""
    values, who = dict(form_pairs(request)), visitor(request)
    key = values.get("key", "")
    found = _opened(who, key)
    with who.workspace.read() as tx:
        context = words_of(tx, found.user, found.login, found.name)
    try:
        hashed = chosen(values.get("password", ""), values.get("again", ""), context)
    except KubikError as error:
        if error.code != "KBK3003":
            raise
        return _page(who, key, found, error)
    used = who.workspace.write(lambda tx: use_invitation(tx, key, hashed, who.address))
    note(who, "password by link", login=used.login, purpose=used.purpose)
    return see_other("/sign-in?told=password", cookie(who, JOIN_COOKIE, "", 0))


def _opened(who: Visitor, key: str) -> Invitation:
    with who.workspace.read() as tx:
        found = opened_invitation(tx, key)
    if found is None:
        raise KubikError("KBK4007")
    return found


def _page(who: Visitor, key: str, found: Invitation, error: KubikError | None = None) -> Response[Any]:
    with who.workspace.read() as tx:
        name = brand(tx.model, who.language)
    return render(
        who, "security/join.html", status=error.status if error else 200, key=key, invitation=found, brand=name,
        error=who.texts.render(error.detail) if error else None, shortest=SHORTEST, longest=LONGEST,
    )  # fmt: skip


HANDLERS = (join_page, join_form)
