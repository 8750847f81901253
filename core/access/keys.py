"""Keys that are random and stored as hashes only: of sessions, programs, links."""

from __future__ import annotations

import hashlib
import secrets

VIEWING = "view-"
"""How the key of a session begins that only looks at another person's screen: what writes turns it away unread."""


def new_key(prefix: str = "") -> str:
    """A key that nobody guesses: 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """What is stored of a key. It has 256 random bits: no salt is needed."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_viewing(key: str | None) -> bool:
    """Whether the key is that of a session that only looks. Its hash is of the whole: none can be made of another."""
    return key is not None and key.startswith(VIEWING)
