"""Who is asking: a person with roles, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one on whose behalf a statement runs; loaded once a request (`core.access.login.load_actor`).

    ``roles`` are uids of roles. ``system`` acts without grants (installation, numbering, tests of rules).
    ``action`` is the uid of
    the action that is being run for them. ``token`` is the id of the API token in use, for idempotency and narrowing.
    """

    user: int | None
    login: str
    name: str = ""
    roles: tuple[str, ...] = ()
    language: str = "ru"
    zone: str | None = None
    system: bool = False
    action: str | None = None
    token: int | None = None


def system_actor() -> Actor:
    """The system itself: sees and may everything, is written in history as nobody's."""
    return Actor(user=None, login="system", system=True, language="en")
