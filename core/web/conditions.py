"""``If-Match``: which version of a record a write is meant for (RFC 9110, 13.1.1)."""

from __future__ import annotations

import re
from typing import Literal

from core.errors import KubikError
from core.web.exchange import Call
from metamodel.messages import message

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e]*)"\s*(?:,|$)')

Condition = tuple[int, ...] | Literal["any"] | None
"""The versions allowed, any version at all, or no condition."""


def if_match(call: Call) -> Condition:
    """The condition of a call; weak tags never match, a header that cannot be read is 400."""
    text = call.header(b"if-match")
    if text is None:
        return None
    if text.strip() == "*":
        return "any"
    versions, at = [], 0
    while at < len(text):
        found = _TAG.match(text, at)
        if found is None:
            raise KubikError("KBK2000", message('If-Match must be an ETag such as “"3"”, or “*”.'))
        if found[1] is None and found[2].isascii() and found[2].isdigit() and len(found[2]) <= 18:
            versions.append(int(found[2]))
        at = found.end()
    return tuple(versions)


def etag(version: int) -> tuple[bytes, bytes]:
    """The ETag header of a version."""
    return b"etag", b'"%d"' % version
