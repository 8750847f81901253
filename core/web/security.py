"""Protection of browsers: the headers of every answer, the session cookie, and forms that prove their origin."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
)

SESSION_COOKIE = "kubik_session"
VISITOR_COOKIE = "kubik_visitor"
"""A random name of a browser that has not signed in, to which its forms are bound."""
CHALLENGE_COOKIE = "kubik_challenge"
"""The key of a sign-in whose second factor is awaited."""
CHALLENGE_SECONDS = 600
LANGUAGE_COOKIE = "kubik_language"
THEME_COOKIE = "kubik_theme"

CSRF_FIELD = "_csrf_token"
CSRF_HEADER = b"x-csrf-token"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Seals:
    """Short signatures under the workspace's secret key; each purpose has its own."""

    key: bytes

    def seal(self, purpose: str, text: str) -> str:
        """An HMAC-SHA256 of ``text`` for one purpose, in letters safe for a header and a URL."""
        digest = hmac.new(self.key, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def csrf(self, bound_to: str) -> str:
        """The protection token of forms in a session (or, before sign-in, of a visitor)."""
        return self.seal("form", bound_to)


def new_visitor() -> str:
    """A name for a browser nobody else can guess."""
    return secrets.token_urlsafe(18)


def cookie_header(
    name: str, value: str, *, secure: bool, age: int | None = None, readable: bool = False
) -> tuple[bytes, bytes]:
    """A Set-Cookie header: HttpOnly unless scripts may read it, SameSite=Lax, Secure under https (RFC 6265)."""
    parts = [f"{name}={value}", "Path=/", "SameSite=Lax"]
    if age is not None:
        parts.append(f"Max-Age={age}")
    if not readable:
        parts.append("HttpOnly")
    if secure:
        parts.append("Secure")
    return b"set-cookie", "; ".join(parts).encode("latin-1")
