"""Keys of drafts: made when a form is opened, kept by it as long as it is open."""

from __future__ import annotations

import re
import secrets

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_key() -> str:
    """A key that nobody has."""
    return secrets.token_urlsafe(18)


def known_key(written: str) -> str:
    """The key of a form that was sent; empty when it is none."""
    return written if _KEY.fullmatch(written) else ""
