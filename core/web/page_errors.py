"""Errors for people: a page of the design, a fragment for htmx, and plain words when even that fails."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from jinja2 import TemplateNotFound
from litestar import Response
from litestar.concurrency import sync_to_thread
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope, Send
from markupsafe import escape

from core.errors import CODES, KubikError
from core.i18n import Texts
from core.storage.patience import NobodyWaits
from core.web.context import AnyRequest, Visitor, exchange_state, reading, visitor
from core.web.errors import as_kubik_error, error_headers
from core.web.exchange import Answer
from core.web.log import log
from core.web.render import JSON, wants_json
from core.web.security import CSRF_HEADER
from metamodel.messages import Message, message

HTML = b"text/html; charset=utf-8"

_FROM_STATUS = {
    400: "KBK2000",
    401: "KBK4001",
    403: "KBK4002",
    404: "KBK2006",
    405: "KBK2007",
    413: "KBK2005",
    429: "KBK4004",
}

_NEXT_STEPS = {
    401: message("Sign in, then try again."),
    403: message("Ask an administrator for the right, or go back."),
    404: message("Check the address: it may have been deleted or you may not see it."),
    409: message("Look at what is there now, then decide again."),
    412: message("Open the record again and repeat the change."),
    429: message("Wait a little and try again."),
    503: message("Try again in a moment."),
}
_PLAIN = frozenset({401, 429, 503})
"""Where the navigation is of no use, or must not be asked for."""
_ANY_STEP = message("Go back and try again.")
_FAULT_STEP = message("Try again; if it happens again, tell the administrator the number below.")


class ErrorResponse(Response[bytes]):
    """An error that is put into words in a thread when it is sent: its page reads the navigation of the person."""

    def __init__(self, request: AnyRequest, error: Exception) -> None:
        super().__init__(b"")
        self._asked, self._error = request, error

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """The answer as Litestar sends it."""
        return self._send

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(self._error, NobodyWaits):
            return
        answer = await sync_to_thread(page_answer, self._asked, self._error)
        headers = [(b"content-type", answer.media_type), *answer.headers]
        if answer.body:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        start: Any = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def reason_of(error: KubikError, texts: Texts) -> str:
    """Why something was refused, in one text; what is said of single fields says more than what is said of all."""
    said = [texts.render(problem.message) for problem in error.errors]
    return ". ".join(dict.fromkeys(text for text in said if text)) or texts.render(error.detail)


def page_error(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Litestar's handler of every error of a page."""
    return ErrorResponse(request, error)


def page_answer(request: AnyRequest, error: Exception) -> Answer:
    """The answer to a browser: to the sign-in when nobody is there, otherwise the error in words.

    A script that asked for JSON gets them as ``{"reason"}``.
    """
    found = as_page_error(request, error)
    who = visitor(request)
    if found.status == HTTPStatus.UNAUTHORIZED and not who.htmx and request.method in ("GET", "HEAD"):
        return Answer(status=303, media_type=HTML, headers=[(b"location", sign_in_address(request).encode())])
    if found.code == "KBK4008":
        return _led_to_proof(request, who)
    headers = [header for header in error_headers(found) if header[0] != b"www-authenticate"]
    if found.code == "KBK4003" and who.htmx:
        headers.append((CSRF_HEADER, who.csrf.encode()))
    if wants_json(request):
        told = msgspec.json.encode({"reason": reason_of(found, who.texts)})
        return Answer(status=found.status, body=told, media_type=JSON.encode(), headers=headers)
    body = (_framed(request, found, who) or error_html(who, found)).encode()
    return Answer(status=found.status, body=body, media_type=HTML, headers=headers)


def _led_to_proof(request: AnyRequest, who: Visitor) -> Answer:
    """To where the password is asked for again, and back: to the page, or that with the form that was sent."""
    asked = address_of(request) if request.method == "GET" else _page_before(request)
    to = f"/me/security/confirm?next={quote(asked, safe='')}".encode()
    if who.htmx:
        return Answer(status=403, media_type=HTML, headers=[(b"hx-redirect", to)])
    return Answer(status=303, media_type=HTML, headers=[(b"location", to)])


def _page_before(request: AnyRequest) -> str:
    """The page of ours that a form was on."""
    before = urlsplit(request.headers.get("referer") or "")
    if before.netloc != request.headers.get("host"):
        return "/"
    return f"{before.path or '/'}?{before.query}" if before.query else before.path or "/"


def address_of(request: AnyRequest) -> str:
    """The address asked for, with its query."""
    here, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return f"{here}?{query}" if query else here


def sign_in_address(request: AnyRequest) -> str:
    """The sign-in page that leads back to the page asked for."""
    asked = address_of(request)
    return "/sign-in" if asked == "/" else f"/sign-in?next={quote(asked)}"


def as_page_error(request: AnyRequest, error: Exception) -> KubikError:
    """The error as one of the family; a foreign one goes to the log with the request's id."""
    if isinstance(error, HTTPException):
        return KubikError(
            _FROM_STATUS.get(error.status_code, "KBK2000" if error.status_code < 500 else "KBK9000")
        )
    found = as_kubik_error(error)
    exchange_state(request.scope).refusal = found.code
    if found.code == "KBK9000":
        log.error("fault", request_id=visitor(request).request_id, path=request.scope["path"], exc_info=error)
    return found


def _framed(request: AnyRequest, error: KubikError, who: Visitor) -> str | None:
    """The error inside the product, so that the navigation stays; None where nobody is signed in, or it cannot be."""
    if who.htmx or not exchange_state(request.scope).session or error.status in _PLAIN:
        return None
    try:
        with reading(request) as (visit, transaction):
            frame = who.site.plugins.hook.kubik_frame(visit=visit, transaction=transaction, request=request)
            if not frame:
                return None
            variables = {**_words(visit, error), **frame}
            return visit.site.templates.page(visit, "errors/framed.html", variables)
    except (KubikError, TemplateNotFound):
        return None  # the session has ended, or there are no such pages: the plain page says the same
    except Exception as fault:  # the page of an error must not fail itself
        log.error("fault in an error page", request_id=who.request_id, exc_info=fault)
        return None


def _words(who: Visitor, error: KubikError) -> dict[str, Any]:
    return {
        "title": who.texts.render(message(CODES[error.code][1])),
        "detail": who.texts.render(error.detail),
        "next_step": who.texts.render(next_step(error)),
        "status": error.status,
        "code": error.code,
    }


def error_html(who: Visitor, error: KubikError) -> str:
    """The page or the fragment; without templates, or when they fail, a bare page that says the same."""
    variables = _words(who, error)
    name = "errors/_partial.html" if who.htmx else "errors/page.html"
    try:
        return who.site.templates.page(who, name, variables)
    except TemplateNotFound:
        return bare_page(who.texts, variables, who.request_id)
    except Exception as fault:  # the page of an error must not fail itself
        log.error("fault in an error page", request_id=who.request_id, exc_info=fault)
        return bare_page(who.texts, variables, who.request_id)


def bare_page(texts: Texts, variables: dict[str, Any], request_id: str) -> str:
    """An error in plain HTML."""
    return (
        f'<!doctype html><html lang="{texts.language}"><meta charset="utf-8"><title>{escape(variables["title"])}</title>'
        f"<h1>{escape(variables['title'])}</h1><p>{escape(variables['detail'])}</p>"
        f"<p>{escape(variables['next_step'])}</p><p>{escape(request_id)}</p></html>"
    )


def next_step(error: KubikError) -> Message:
    """What a person can do now."""
    if error.code == "KBK4009":
        return message("End looking as this person first: the button is at the top of the page.")
    if error.code == "KBK4007":
        return message("Ask who sent it for another link.")
    if error.code == "KBK4003":
        return message("Open the page again and repeat the change.")
    if error.status >= 500 and error.status != HTTPStatus.SERVICE_UNAVAILABLE:
        return _FAULT_STEP
    if error.code == "KBK6004":
        return message("Tell the administrator.")
    return _NEXT_STEPS.get(error.status, _ANY_STEP)
