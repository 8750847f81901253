"""Answers for browsers: pages from templates, redirects, cookies."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from core.web.context import Visitor

HTML = "text/html"


def render(who: Visitor, name: str, *, status: int = 200, **variables: Any) -> Response[str]:
    """A template as an answer."""
    return Response(who.site.templates.page(who, name, variables), status_code=status, media_type=HTML)


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
