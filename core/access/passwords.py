"""Passwords: Argon2id, a few at a time, in the same time whether somebody has one or not."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

from core.errors import KubikError
from metamodel.messages import message

SHORTEST, LONGEST = 8, 256
"""Characters of a password."""

# The second choice of RFC 9106 scaled to two cores: OWASP's m=46 MiB, t=1, p=1.
_HASHER = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1, hash_len=32, salt_len=16)

_PLACES = threading.BoundedSemaphore(2)
"""Hashing takes a core and 46 MB: two at once, the others wait."""

_PATIENCE = 10
"""Seconds somebody waits for a place."""


class PasswordHash(str):
    """A password that is already hashed."""

    __slots__ = ()


def hash_password(password: str) -> PasswordHash:
    """The hash to store; KBK3003 for a password too short or too long. Takes 50 ms: not inside a transaction."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise KubikError(
            "KBK3003",
            message("a password has {least} to {most} characters", least=SHORTEST, most=LONGEST),
        )
    with _place():
        return PasswordHash(_HASHER.hash(_normal(password)))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether it is the password of that hash; without a hash it takes as long and is not."""
    with _place():
        try:
            _HASHER.verify(stored if stored is not None else _nobody(), _normal(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def slow_hash(text: str, salt: bytes) -> str:
    """The Argon2id hash of a short secret under a salt of its own: the same each time, to be looked for."""
    with _place():
        return hash_secret_raw(
            _normal(text), salt, time_cost=1, memory_cost=47104, parallelism=1, hash_len=32, type=Type.ID
        ).hex()


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody's password")


def _normal(password: str) -> bytes:
    """The same bytes however the keyboard composes the letters (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@contextmanager
def _place() -> Iterator[None]:
    if not _PLACES.acquire(timeout=_PATIENCE):
        raise KubikError(
            "KBK4004", message("too many people are signing in, try again in a moment"), retry_after=_PATIENCE
        )
    try:
        yield
    finally:
        _PLACES.release()
