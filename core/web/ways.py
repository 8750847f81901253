"""By which way a request shows records to somebody: what is written beside a view of personal data."""

from __future__ import annotations

import re

_CARD = re.compile(r"/e/[^/]+/\d+(/|$)")
_LIST = re.compile(r"/e/[^/]+(/count)?$")

WAYS = ("list", "card", "history", "feed", "page", "api", "export", "file", "extract", "document")
"""All of them; ``page`` is any other page, such as a form or a drop-down."""


def way_of(path: str) -> str:
    """The way of an address."""
    if path.startswith("/api/export/"):
        return "export"
    if path.startswith("/api/documents/"):
        return "document"
    if path.startswith("/api"):
        return "history" if path.endswith("/history") else "feed" if path == "/api/feed" else "api"
    if path.startswith(("/files/issued/", "/files/preview/", "/documents/")):
        return "document"
    if path.startswith("/files/"):
        return "file"
    if path.startswith("/feed"):
        return "feed"
    if _LIST.match(path):
        return "list"
    if _CARD.match(path):
        return "history" if path.endswith(("/history", "/at", "/revert")) else "card"
    return "page"
