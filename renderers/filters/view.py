"""What the templates of a filter draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A condition (``label`` and ``words``, the value apart), a text, or a group of chips.

    ``at`` is its place (``0``, ``2.1``); ``edit`` the page that changes it, ``part`` the same for a popover; ``drop``
    the list without it. ``wrong`` says why it cannot be applied.
    """

    kind: Literal["condition", "text", "group"]
    at: str
    label: str = ""
    words: str = ""
    negated: bool = False
    edit: str = ""
    part: str = ""
    drop: str = ""
    wrong: str = ""
    join: str = ""
    """The word between the chips of a group; ``turn`` is the list with the other one."""
    turn: str = ""
    turn_words: str = ""
    chips: tuple[Chip, ...] = ()
    add: str = ""
    add_part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastOption:
    """A value of a fast filter; ``href`` is the list with it."""

    label: str
    href: str
    tone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fast:
    """A filter of one press: a menu of options, or a link that puts it on."""

    label: str
    href: str = ""
    words: str = ""
    options: tuple[FastOption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBar:
    """The filter of a list. ``problem``: why it cannot be applied; then no rows are shown."""

    text: str
    chips: tuple[Chip, ...]
    fast: tuple[Fast, ...]
    count: int
    any: bool
    """Whether any of the conditions is enough; that all must hold goes without saying."""
    join: str
    turn: str
    turn_words: str
    add: str
    add_part: str
    expression: str
    expression_part: str
    drop_all: str
    drop_wrong: str = ""
    """The list without the conditions that cannot be applied, when others are left."""
    problem: str = ""
    sentence: str = ""
    """The whole filter in words, for an empty list and for those who do not see the chips."""
