"""What the templates of import draw."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the four steps: `done`, `now` or `later`."""

    number: int
    label: str
    state: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the values of a select."""

    value: str
    label: str
    on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How the file is read: a select, and whether it is a guess."""

    name: str
    label: str
    options: tuple[Option, ...]
    guessed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A select of the field for a column (or the second part of its cells)."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLine:
    """A column of the file: first values, where it goes, what becomes of them (``state`` good, look, none)."""

    place: int
    name: str
    titled: bool
    samples: str
    parts: tuple[Part, ...]
    state: str
    becomes: str | Markup
    more: str
    missing: tuple[Option, ...]
    suggested: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRecord:
    """A record that the shown row makes."""

    kind: str
    title: str | Markup
    badge: str
    tone: str
    href: str
    values: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChoice:
    """What happens when a record is there already, for one entity of the recipe."""

    name: str
    label: str
    modes: tuple[Option, ...]
    keys: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A line of the file beside the record that its keys find; ``apart``: a person said that it is another one."""

    line: str
    name: str
    said: str
    title: str
    href: str
    apart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The matches of one target: what is done with the records, and whether it is asked."""

    target: str
    label: str
    keys: str
    does: str
    asks: bool
    count: str
    lines: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Lines refused for one reason."""

    key: str
    label: str
    count: str
    href: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A refused line: the cell at fault, to be written anew, and what it was probably meant to be; ``unfilled`` when the
    field at fault has no cell."""

    line: str
    title: str
    column: str
    value: str
    name: str
    why: str
    near: str | None = None
    unfilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """An import of the history."""

    href: str
    name: str
    entity: str
    at: str
    by: str
    state: str
    tone: str
    counts: str
