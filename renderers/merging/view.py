"""What the templates of merging draw."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of the records: whether it may stay, and whether it does."""

    id: int
    title: str
    href: str
    about: str
    version: int
    may_stay: bool
    stays: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a field that can be taken: ``source`` is the record, 0 for all together."""

    source: int
    title: str
    value: Markup
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A field in which the records differ."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """A field in which they do not."""

    label: str
    value: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePage:
    """Records side by side."""

    title: str
    list_label: str
    here: str
    back: str
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    same: tuple[Same, ...]
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DonePage:
    """A merge that was made, or taken back."""

    title: str
    list_label: str
    list_href: str
    record_href: str
    record_title: str
    words: str
    told: str
    undo_href: str
    left: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Records that look like the one of a card, and where they are merged."""

    words: str
    links: tuple[tuple[str, str], ...]
    merge_href: str
