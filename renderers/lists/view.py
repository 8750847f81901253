"""What the templates of a list draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from renderers.actions.buttons import ActionButton
from renderers.filters.view import FilterBar


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A saved view."""

    label: str
    href: str
    current: bool
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column; ``sort`` when the list is sorted by it, ``href`` to sort by it."""

    label: str
    hint: str = ""
    css: str = ""
    width: str | None = None
    sort: Literal["ascending", "descending"] | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do next."""

    label: str
    href: str
    icon: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Why a list has no rows, and what to do."""

    title: str
    icon: str
    text: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list. ``more_href`` is the next page, ``more_part`` the same as rows alone; ``count_href`` counts later."""

    title: str
    singular: str
    address: str
    bin: bool
    bin_href: str | None
    create_href: str | None
    tabs: tuple[Tab, ...]
    search: str
    hidden: tuple[tuple[str, str], ...]
    bar: FilterBar | None
    caption: str
    heads: tuple[Head, ...]
    min_width: str
    rows: Markup
    more_href: str | None
    more_part: str | None
    count_href: str | None
    count_words: str
    empty: Empty | None
    actions: tuple[ActionButton, ...] = ()
    row_actions: bool = False
    """Whether each row ends with a cell of buttons."""
    picks: bool = False
    """Whether each row begins with a box by which it is chosen; ``move_href`` is where the chosen ones are moved."""
    move_href: str = ""
    here: str = ""
    """The address of this very list."""
