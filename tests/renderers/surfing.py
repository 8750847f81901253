"""Somebody who uses the pages without scripts: follows links, fills forms, reads what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.sites import PASSWORD, Site


class Form(HTMLParser):
    """The named fields of a page's form with the id ``form`` (or ``move``), in order, as a browser would send them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._inside = False
        self._template = 0
        self._select: str | None = None
        self._area: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("id") in ("form", "move")
        self._template += tag == "template"
        name = given.get("name")
        if not self._inside or self._template or (name is None and tag != "option"):
            return
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.pairs.append((str(name), given.get("value") or ""))
        elif tag == "select":
            self._select = name
            self.pairs.append((str(name), ""))
        elif tag == "option" and self._select and "selected" in given:
            self.pairs[-1] = (self._select, given.get("value") or "")
        elif tag == "textarea":
            self._area = name
            self.pairs.append((str(name), ""))

    def handle_endtag(self, tag: str) -> None:
        self._template -= tag == "template"
        if tag == "form":
            self._inside = False
        elif tag in ("select", "textarea"):
            self._select = self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and not self._template:
            self.pairs[-1] = (self._area, data.removeprefix("\n"))


@dataclass
class Surfer:
    """A person signed in to a site."""

    site: Site
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Any:
        """A page."""
        return self._keep(
            self.site.client.get(path, headers={**headers, **self._cookies()}, follow_redirects=False)
        )

    def post(self, path: str, pairs: Iterable[tuple[str, str]], **headers: str) -> Any:
        """A form with the session's protection token."""
        page = self.get("/e/company" if "kubik_session" in self.jar else "/sign-in")
        token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert token is not None
        data = encoded([("_csrf_token", token[1]), *[pair for pair in pairs if pair[0] != "_csrf_token"]])
        given = {"content-type": "application/x-www-form-urlencoded", **headers, **self._cookies()}
        return self._keep(self.site.client.post(path, content=data, headers=given, follow_redirects=False))

    def _cookies(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}

    def _keep(self, answer: Any) -> Any:
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.jar[name] = value
        self.site.client.cookies.clear()
        return answer

    def form(self, path: str) -> Form:
        """The form of a page."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text[:500]
        return Form(answer.text)


def encoded(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Pairs as a form is sent."""
    from urllib.parse import urlencode

    return urlencode(list(pairs)).encode()


def sign_in(site: Site, login: str) -> Surfer:
    """A surfer of that login."""
    surfer = Surfer(site)
    answer = surfer.post("/sign-in", [("login", login), ("password", PASSWORD)])
    assert answer.status_code == 303, answer.text[:500]
    return surfer


def changed(form: Form, changes: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a browser sends when these fields were changed."""
    names = [name for name, _ in form.pairs]
    return [(name, changes.get(name, value)) for name, value in form.pairs] + [
        (name, value) for name, value in changes.items() if name not in names
    ]
