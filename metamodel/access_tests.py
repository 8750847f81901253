"""Access tests, resolved: who asks, of which record, what must be allowed and what denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metamodel.labels import Label

ME = "me"
"""The name of the person of a test; their values may be given, records may name them."""

OTHER = "other"
"""Somebody else, without roles, who is there in every test."""

Written = Mapping[str, Any]
"""Values as in the API, by uids of fields; a text in a link is the name of a person or record of the test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """A record that is made for a test; ``entity`` is a uid."""

    name: str
    entity: str
    values: Written = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What is asked: rights (of actions of the configuration their own), fields to read and to write, stages (uids)."""

    actions: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    move: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many single questions these are."""
        return len(self.actions) + len(self.read) + len(self.write) + len(self.move)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTest:
    """One test. Who: somebody made with ``roles`` (uids) and the values ``me``, or the ``user`` of that login.
    Of which record: one made with the values ``record``, or the one found ``by`` a field and its value.
    """

    label: Label | None
    entity: str
    roles: tuple[str, ...] = ()
    user: str | None = None
    me: Written = field(default_factory=dict)
    given: tuple[Fixture, ...] = ()
    record: Written = field(default_factory=dict)
    by: tuple[str, Any] | None = None
    allow: Verdicts = Verdicts()
    deny: Verdicts = Verdicts()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTests:
    """Tests that belong together, in their order."""

    uid: str
    name: str
    solution: str
    tests: tuple[AccessTest, ...]
