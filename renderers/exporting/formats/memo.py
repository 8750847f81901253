"""Values written once and found again: most columns hold few different ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

MOST = 100_000
"""Written values that are remembered; then the memory is emptied, so that a long export stays small."""


class Memo(dict[Any, Any]):
    """Written values by value; an empty one is written as ``empty``."""

    __slots__ = ("_write",)

    def __init__(self, write: Callable[[Any], Any], empty: Any = None) -> None:
        super().__init__({None: empty})
        self._write = write

    def __missing__(self, value: Any) -> Any:
        made = self[value] = self._write(value)
        return made

    def column(self, values: Sequence[Any]) -> list[Any]:
        """A whole column written."""
        if len(self) > MOST:
            empty = self[None]
            self.clear()
            self[None] = empty
        return list(map(self.__getitem__, values))
