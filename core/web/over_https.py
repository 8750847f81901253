"""What is different over https: cookies under a name that only this host can set, and no way back to plain http.

Inside they keep their plain names. RFC 6265bis (4.1.3.2) for the prefix, RFC 6797 for the header.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar.types import Message, Send

PREFIX = b"__Host-"
OURS = b"kubik_"
STRICT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""A year for this host and what is below it."""


def inward(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The scope with our cookies under their plain names; one that came without the prefix is not ours."""
    headers = [
        (name, _plain(value) if name == b"cookie" else value) for name, value in scope["headers"]
    ]  # fmt: skip
    return {**scope, "headers": headers}


def _plain(cookies: bytes) -> bytes:
    kept = []
    for part in cookies.split(b";"):
        cookie = part.strip()
        if cookie.startswith(PREFIX + OURS):
            kept.append(cookie.removeprefix(PREFIX))
        elif not cookie.startswith(OURS):
            kept.append(cookie)
    return b"; ".join(kept)


class Outward:
    """Sends an answer with the prefix before our cookies, and, with ``strict``, with the promise of https."""

    def __init__(self, send: Send, *, strict: bool) -> None:
        self._send = send
        self._strict = strict

    async def __call__(self, event: Message) -> None:
        if event["type"] == "http.response.start":
            headers = [
                (name, PREFIX + value if name.lower() == b"set-cookie" and value.startswith(OURS) else value)
                for name, value in event.get("headers", ())
            ]
            event["headers"] = [*headers, STRICT] if self._strict else headers
        await self._send(event)
