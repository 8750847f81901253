"""What the templates of a calendar draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record in a day. ``top`` and ``minutes`` place it among hours, ``lane`` of ``lanes`` beside those at the same time.

    ``begins`` and ``goes_on`` say whether it starts and whether it ends elsewhere; ``fixed``: it may not be moved.
    """

    id: int
    href: str
    title: Markup
    spoken: str
    time: str = ""
    tone: str = "grey"
    more: tuple[Markup, ...] = ()
    begins: bool = True
    goes_on: bool = False
    all_day: bool = True
    top: int = 0
    minutes: int = 0
    lane: int = 0
    lanes: int = 1
    fixed: bool = True
    can_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day with its entries, ``left`` of which are not shown."""

    date: str
    number: str
    words: str
    name: str
    today: bool
    outside: bool
    weekend: bool
    entries: tuple[Entry, ...]
    left: int = 0
    left_words: str = ""
    list_href: str = ""
    day_href: str = ""
    create_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place to go to."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """A calendar: ``weeks`` of days, the words of its span, where to go from it.

    ``timed``: hours are shown. ``place`` is where a moved record is sent.
    """

    scale: str
    words: str
    weeks: tuple[tuple[Day, ...], ...]
    names: tuple[str, ...]
    scales: tuple[Link, ...]
    previous: str
    following: str
    today: str
    place: str
    view: str
    timed: bool
    hours: tuple[str, ...]
    now_minutes: int | None
    left_out: str = ""
    undated_href: str = ""
    none_words: str = ""
