"""Many texts by number, the first of them in memory, the rest in a file of their own that goes when it is closed."""

from __future__ import annotations

import mmap
import tempfile
from array import array

from core.records.importing.formats.refusals import swollen

MOST_IN_MEMORY = 4 * 1024**2
"""Characters."""
MOST_ON_DISK = 1024**3
"""Bytes."""


class Texts:
    """Add all, then read by number."""

    def __init__(self) -> None:
        self._near: list[str] = []
        self._room = MOST_IN_MEMORY
        self._file: tempfile._TemporaryFileWrapper[bytes] | None = None
        self._ends = array("Q", [0])
        self._map: mmap.mmap | None = None

    def __len__(self) -> int:
        return len(self._near) + len(self._ends) - 1

    def add(self, text: str) -> None:
        """Keep one more."""
        if self._room > 0:
            self._room -= len(text) + 50  # what a short text costs in memory besides its letters
            self._near.append(text)
            return
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(prefix="kubik-import-")  # noqa: SIM115 - closed with its owner
        data = text.encode("utf-8", "replace")
        end = self._ends[-1] + len(data)
        if end > MOST_ON_DISK:
            raise swollen()
        self._file.write(data)
        self._ends.append(end)

    def __getitem__(self, number: int) -> str:
        near = self._near
        if 0 <= number < len(near):
            return near[number]
        number -= len(near)
        if number < 0 or number >= len(self._ends) - 1:
            raise IndexError(number)
        begin, end = self._ends[number], self._ends[number + 1]
        if begin == end:
            return ""
        if self._map is None:
            assert self._file is not None
            self._file.flush()
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._map[begin:end].decode("utf-8")

    def close(self) -> None:
        """Let the file go."""
        if self._map is not None:
            self._map.close()
        if self._file is not None:
            self._file.close()
        self._map = self._file = None
