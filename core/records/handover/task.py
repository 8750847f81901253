"""What is asked of a handover and what comes of it, as jobs keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from metamodel.messages import Message

MOST_LEFT = 500
"""Records that stayed and are named with their reason; more are counted only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who leaves (id) and who takes over: ``to`` everything, several evenly.

    ``places`` says otherwise for one entity and field (its `Place.key`); nobody there means that it stays. ``closing``
    lets the person sign in no more, at once and before anything is handed over. ``begun`` is the last entry of the
    journal before it, ``language`` that of the reasons for what stays.
    """

    person: int
    to: tuple[int, ...]
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    closing: bool = False
    begun: int = 0
    language: str = "en"

    def heirs(self, place: str) -> tuple[int, ...]:
        """Who takes over what stands there, in turn."""
        return self.places.get(place, self.to)

    def everybody(self) -> tuple[int, ...]:
        """Everybody who takes over something."""
        return tuple(dict.fromkeys((*self.to, *(user for heirs in self.places.values() for user in heirs))))

    def written(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "person": self.person, "to": list(self.to), "closing": self.closing, "begun": self.begun,
            "language": self.language,
            "places": {key: list(heirs) for key, heirs in self.places.items()},
        }  # fmt: skip


def read_order(written: Mapping[str, Any]) -> Order:
    """What `Order.written` wrote down."""
    return Order(
        person=written["person"], to=tuple(written["to"]), closing=written["closing"], begun=written["begun"],
        language=written["language"],
        places={key: tuple(heirs) for key, heirs in written["places"].items()},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A record that stayed as it was, and why."""

    entity: str
    id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far a handover is, or the taking back of one.

    ``place`` and ``last`` say where it goes on: the number of the place and the record (or the entry of the journal)
    dealt with there. ``given`` counts by person and place (``"7 <key>"``); ``turn`` is whose turn it is; ``closed`` whether
    the person was kept from signing in.
    """

    place: int = 0
    last: int = 0
    turn: int = 0
    handed: int = 0
    given: Mapping[str, int] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    left_count: int = 0
    closed: bool = False

    @property
    def dealt(self) -> int:
        """Records dealt with so far."""
        return self.handed + self.left_count

    def gave(self, user: int, place: str) -> Report:
        """The same with one record more that went to that person."""
        key = f"{user} {place}"
        given = {**self.given, key: self.given.get(key, 0) + 1}
        return replace(self, handed=self.handed + 1, given=given)

    def leaving(self, left: Left) -> Report:
        """The same with one record more that stayed."""
        named = (*self.left, left) if len(self.left) < MOST_LEFT else self.left
        return replace(self, left=named, left_count=self.left_count + 1)

    def written(self) -> dict[str, Any]:
        """As a job keeps it, to go on after a crash and to be shown."""
        counts = {name: getattr(self, name) for name in _COUNTS}
        left = [[each.entity, each.id, each.why] for each in self.left]
        return {**counts, "given": dict(self.given), "left": left, "closed": self.closed}


_COUNTS = ("place", "last", "turn", "handed", "left_count")


def read_report(written: Mapping[str, Any] | None) -> Report:
    """What `Report.written` wrote down; the state before anything is done."""
    if written is None:
        return Report()
    return Report(
        **{name: int(written[name]) for name in _COUNTS}, given=dict(written["given"]), closed=bool(written["closed"]),
        left=tuple(Left(entity=entity, id=record, why=why) for entity, record, why in written["left"]),
    )  # fmt: skip


Render = Callable[[Message], str]
"""Makes words of a reason, in the language of who reads the report."""
