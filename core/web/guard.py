"""What stands before every page: where the request comes from, whether its form is ours, headers of the answer."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from core.access.keys import is_viewing
from core.errors import KubikError
from core.web.context import ExchangeState, parse_form
from core.web.exchange import Call
from core.web.security import (
    CSRF_FIELD,
    CSRF_HEADER,
    SECURITY_HEADERS,
    VISITOR_COOKIE,
    cookie_header,
)
from metamodel.messages import message

LEAVING = frozenset(("/me/acting/end", "/sign-in", "/sign-in/code", "/sign-out", "/theme"))
"""What a session that only looks may still do."""

_FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_PAGE_VARY = b"Cookie, Accept-Language, HX-Request"


def address_of(scope: Any, trusted: Sequence[str]) -> str:
    """The client's address: the peer's, or what a trusted proxy says of it (the last hop that is not a proxy)."""
    client = scope.get("client")
    peer = str(client[0]) if client else ""
    if not trusted or not _is_one_of(peer, trusted):
        return peer
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    hops = [hop.strip() for hop in b",".join(forwarded).decode("latin-1").split(",") if hop.strip()]
    for hop in reversed(hops):
        if not _is_one_of(hop, trusted):
            return hop[:64]
    return peer


def _is_one_of(address: str, networks: Sequence[str]) -> bool:
    try:
        found = ip_address(address)
        return any(found in ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


def check_form(call: Call, state: ExchangeState) -> None:
    """Refuse an unsafe request without the token of its session or visitor (KBK4003)."""
    if not is_ours(state, call.header(CSRF_HEADER) or _form_token(call, state.body)):
        raise KubikError("KBK4003", message("This form is out of date."))


def forbid_viewing(call: Call, state: ExchangeState) -> None:
    """Refuse what writes of a session that only looks at another person's screen (KBK4009), before it is read."""
    if is_viewing(state.session) and call.path not in LEAVING:
        raise KubikError("KBK4009")


def is_ours(state: ExchangeState, given: str | None) -> bool:
    """Whether a form's token is that of its session or visitor."""
    bound_to = state.session or state.visitor
    return bool(bound_to and given and _fits(state, given, bound_to))


def _fits(state: ExchangeState, given: str, bound_to: str) -> bool:
    return hmac.compare_digest(given.encode(), state.site.seals.csrf(bound_to).encode())


def _form_token(call: Call, body: bytes) -> str | None:
    kind = (call.header(b"content-type") or "").split(";")[0].strip().lower()
    if kind not in (_FORM, MULTIPART):  # a form with files was turned into one without
        return None
    return next((value for name, value in parse_form(body) if name == CSRF_FIELD), None)


def page_headers(headers: list[tuple[bytes, bytes]], state: ExchangeState) -> list[tuple[bytes, bytes]]:
    """The headers of a page, completed: protection, the request's id, and nothing kept by caches on the way."""
    names = {name.lower() for name, _ in headers}
    headers.extend(SECURITY_HEADERS)
    headers.append((b"x-request-id", state.request_id.encode()))
    headers.append((b"vary", _PAGE_VARY))
    if b"cache-control" not in names:
        headers.append((b"cache-control", b"no-store"))
    if state.issued:
        headers.append(cookie_header(VISITOR_COOKIE, state.issued, secure=state.secure))
    return headers
