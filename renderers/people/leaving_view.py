"""What the templates of a handover draw: what is theirs, who takes it, how far it is, what stayed."""

from __future__ import annotations

from dataclasses import dataclass

from renderers.pages.people import Person
from renderers.people.view import Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirsLine:
    """What stands under somebody's name in one field, and who takes it over when that is somebody else."""

    key: str
    icon: str
    entity: str
    field: str
    count: str
    open: bool
    stays: bool
    heir: Chosen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveView:
    """The page where a handover is asked for; ``limited`` is there when the reader may not see everything."""

    person: Person
    here: str
    href: str
    options: str
    lines: tuple[TheirsLine, ...]
    total: str
    to: tuple[Chosen, ...]
    closing: bool
    may_close: bool
    limited: bool
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLine:
    """How much of one field went to somebody."""

    entity: str
    field: str
    person: Person
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftLine:
    """A record that stayed, and why."""

    href: str
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """A handover on its way or done."""

    person: Person
    href: str
    here: str
    title: str
    words: str
    running: bool
    done: int
    total: int
    percent: int
    left_time: str
    given: tuple[GivenLine, ...]
    left: tuple[LeftLine, ...]
    left_words: str
    closed: bool
    reopened: bool
    failed: str
    cancel_href: str
    undo_href: str
