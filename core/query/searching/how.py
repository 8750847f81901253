"""How a search is found, as far as a statement depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from core.storage.search.finding import Shape
from core.storage.search.places import Place

HITS = "search_hits"
"""The value that says about how many records hold what is searched for."""

FOUND = "search_found"
"""The parameter with the ids that the index named."""

Mode = Literal["scan", "found", "asked"]
"""Texts looked through as they stand (while the index is made), records named by the index, or each record asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What a statement is made for: the same for all searches of the same shape."""

    mode: Mode
    place: Place | None = None
    shape: Shape = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for the same statements."""
        return self.mode, self.place and (self.place.table.name, self.place.layout.key), self.shape
