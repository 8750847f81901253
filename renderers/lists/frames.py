"""Frames of lists: everything of a list page but its rows, kept for the next reader of the same page.

A list is asked for again and again with other rows in the same frame. A frame is made by the templates, once for what
it depends on: the session, the rights, the language, the theme, the address, the widths of the columns.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from metamodel.model import Model

MOST_FRAMES = 300
"""Frames kept for a model, about 30 kB each; beyond it they are made again."""

ROWS = secrets.token_hex(12)
"""What stands in a frame for the rows: nothing that anybody could type."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A page in two parts around the bodies of its table."""

    before: str
    after: str

    def around(self, rows: str) -> str:
        """The page with these rows."""
        return f"{self.before}{rows}{self.after}"


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """Something kept elsewhere as a part of a key: alike only to itself, which spares looking at all of it."""

    what: object

    def __hash__(self) -> int:
        return id(self.what)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.what is self.what


def frame(model: Model, key: Hashable, render: Callable[[], str]) -> Frame:
    """The frame of that key, made by ``render`` when it is not there."""
    kept: dict[Hashable, Frame] = model.derived.setdefault("list_frames", {})
    found = kept.get(key)
    if found is None:
        if len(kept) >= MOST_FRAMES:
            kept.clear()
        before, _, after = render().partition(ROWS)
        found = kept[key] = Frame(before, after)
    return found
