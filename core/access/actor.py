"""Who is asking: a person with roles, one who acts for another, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from core.access.narrowing import Narrowing

Mode = Literal["view", "deputy"]
"""How one person acts as another: looking at what they see, or in their place for a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one on whose behalf a statement runs; loaded once a request (`core.access.login.load_actor`).

    ``user`` is whose rights count and who is ``me``; ``person`` is who really sits there: to them belongs what is
    recorded (history, authorship, drafts, jobs, repeated requests). The two differ in a ``mode`` only.
    ``login`` and ``name`` are the user's; ``person_login``, ``person_name``, ``language``, ``zone`` the person's.
    ``roles`` are uids of roles. ``system`` acts without grants (installation, numbering, tests of rules).
    ``action`` is the uid of the action that is being run for them, ``job`` the job that writes for them: history keeps
    both. ``token`` is the id of the API token in use.
    ``narrowing`` is what is left of the rights.
    """

    user: int | None
    login: str
    name: str = ""
    roles: tuple[str, ...] = ()
    language: str = "ru"
    zone: str | None = None
    system: bool = False
    action: str | None = None
    job: int | None = None
    token: int | None = None
    person: int | None = None
    person_name: str = ""
    person_login: str = ""
    mode: Mode | None = None
    narrowing: Narrowing | None = None

    def __post_init__(self) -> None:
        if self.person is None:
            object.__setattr__(self, "person", self.user)
        if not self.person_name:
            object.__setattr__(self, "person_name", self.name or self.login)
        if not self.person_login:
            object.__setattr__(self, "person_login", self.login)

    @property
    def behalf(self) -> int | None:
        """On whose behalf the person acts; None when on their own."""
        return self.user if self.person != self.user else None

    @property
    def called(self) -> str:
        """Who it is, for the log: the login, or whose on behalf of whose."""
        return self.login if self.behalf is None else f"{self.person_login} as {self.login}"

    @property
    def identity(self) -> str:
        """Who sits there as whom: what a form that was opened is bound to."""
        return f"{self.person or ''}" if self.behalf is None else f"{self.person}-{self.mode}-{self.user}"


def system_actor() -> Actor:
    """The system itself: sees and may everything, is written in history as nobody's."""
    return Actor(user=None, login="system", system=True, language="en")


def oneself(actor: Actor) -> Actor:
    """The system in the name of who really sits there, who decides about what is theirs whatever their roles say."""
    return replace(system_actor(), user=actor.person, person=actor.person, login=actor.login)
