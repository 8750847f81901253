"""What the templates of a board draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How long a card has been in its stage against the norm: ``percent`` of the bar, ``words`` when it is over."""

    percent: int
    tone: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A further value of a card, named; a date has its name for those who do not see where it stands."""

    label: str
    value: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A record on a board. ``fixed``: this person may not move it. ``amount`` is exact, for sums in the browser."""

    id: int
    href: str
    move_href: str
    title: Markup
    plain_title: str
    sub: Markup | None = None
    figure: Markup | None = None
    missing: str = ""
    date: Labelled | None = None
    person: Markup | None = None
    more: tuple[Labelled, ...] = ()
    bar: Bar | None = None
    fixed: bool = False
    amount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a field adds up to over a column; ``note`` says of how many records, where some have no amount."""

    label: str
    value: Markup
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column; ``sums`` None while they are still being counted.

    ``exact`` is the first sum with the sign of its currency, for the browser to tell what it will be.
    """

    key: str
    label: str
    tone: str | None
    count: str = ""
    counted: bool = False
    sums: tuple[Sum, ...] = ()
    exact: str = ""
    create_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: ``to`` are the columns (keys) that its cards may be moved to as far as the definition says.

    ``fixed``: nothing can be put here. ``more_part`` brings further cards, ``more_href`` shows all of them in a list.
    """

    head: Head
    cards: tuple[Card, ...]
    folded: bool
    fixed: bool
    to: str
    more_part: str | None
    more_href: str
    open_href: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineChoice:
    """A pipeline that the board can show: ``href`` is the board with it."""

    label: str
    href: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """A board. ``late``: counts and sums come after the cards, from ``heads``; ``position`` is where its news begins."""

    columns: tuple[Column, ...]
    label: str
    heads: str
    changed: str
    place: str
    view: str
    entity: str
    position: str
    late: bool
    pipelines: tuple[PipelineChoice, ...] = ()
    """What can be chosen from, where an entity has several; of these the board shows one."""
    left_out: str = ""
    """What is said when there are more columns than are shown."""
