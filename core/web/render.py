"""Answers for browsers: pages from templates, redirects, cookies."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.types import Receive, Scope, Send

from core.web.context import AnyRequest, Visitor

HTML = "text/html"
JSON = "application/json"


class Html(Response[str]):
    """A ready page, sent as it is: Litestar's own way from a response to what is sent is a tenth of a list's time."""

    def __init__(
        self,
        text: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        cookies: list[Cookie] | None = None,
    ) -> None:
        super().__init__(text, status_code=status, media_type=HTML, headers=headers, cookies=cookies)
        self.body = text.encode()

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> Any:
        """What sends it."""
        return self._send

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(self.body)),
        ]
        headers.extend(
            (name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()
        )
        headers.extend(cookie.to_encoded_header() for cookie in self.cookies)
        await send({"type": "http.response.start", "status": self.status_code or 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def wants_json(request: AnyRequest) -> bool:
    """Whether a page's script asks, which goes on by itself, and not a form."""
    return JSON in request.headers.get("accept", "")


def json_answer(content: Any, status: int = 200) -> Response[bytes]:
    """What a page's script asked for, as JSON that no browser keeps; ``content`` is whatever msgspec can write."""
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type=JSON,
        headers={"Cache-Control": "no-store"},
    )


def render(who: Visitor, name: str, *, status: int = 200, **variables: Any) -> Html:
    """A template as an answer."""
    return Html(who.site.templates.page(who, name, variables), status=status)


def see_other(to: str, *cookies: Cookie) -> Response[Any]:
    """Look at another page (303), with cookies set on the way."""
    return Redirect(to, status_code=303, cookies=list(cookies))


def cookie(who: Visitor, name: str, value: str, age: int | None = None) -> Cookie:
    """A cookie that only this site gets and no script reads: SameSite=Lax, Secure under https; age 0 removes it."""
    return Cookie(
        key=name, value=value, path="/", max_age=age, httponly=True, samesite="lax", secure=who.secure
    )


def safe_next(asked: str | None) -> str:
    """Where to go after a form: a path of this very site, whatever was asked for."""
    if not asked or not asked.startswith("/") or asked.startswith("//") or "\\" in asked:
        return "/"
    if any(ord(character) <= 32 or ord(character) == 127 for character in asked):
        return "/"
    parts = urlsplit(asked)
    return "/" if parts.scheme or parts.netloc else asked
