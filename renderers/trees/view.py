"""What the templates of a tree draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record at its ``level`` (1 is the top). ``below`` counts the records right under it that the reader sees.

    ``open``: these follow. ``found``: it is what was asked for, not only on the way to it. ``fixed``: it may not be moved.
    """

    id: int
    href: str
    level: int
    title: Markup
    spoken: str
    cells: tuple[Markup, ...]
    below: int
    open: bool
    found: bool
    fixed: bool
    part: str
    open_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """The head of a column."""

    label: str
    css: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeView:
    """A tree; ``more_href`` leads to the following records of the top level, ``words`` says how it is narrowed."""

    label: str
    heads: tuple[TreeHead, ...]
    css: tuple[str, ...]
    rows: tuple[Row, ...]
    place: str
    view: str
    more_part: str | None
    left_out: str = ""
    movable: bool = False
