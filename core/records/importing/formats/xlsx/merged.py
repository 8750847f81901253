"""Merged cells of a sheet: a value merged over several rows stands for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.records.importing.formats.source import Cell

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_LONGEST = 200
MOST = 200_000


def find_merged(chunks: Iterator[bytes]) -> dict[int, list[tuple[bytes, int]]]:
    """By the first row of an area of several rows: its first column (in letters) and its last row."""
    found: dict[int, list[tuple[bytes, int]]] = {}
    count = 0
    rest = b""
    for chunk in chunks:
        piece = rest + chunk
        if b"mergeCell" in piece:
            for match in _MERGED.finditer(piece):
                top, bottom = int(match[2]), int(match[4])
                count += 1
                if bottom > top and count <= MOST:
                    areas = found.setdefault(top, [])
                    if (match[1], bottom) not in areas:  # what stands over two pieces is found twice
                        areas.append((match[1], bottom))
        rest = piece[-_LONGEST:]
    return found


class Filling:
    """Gives the rows of merged areas their value."""

    def __init__(self, areas: dict[int, list[tuple[int, int]]]) -> None:
        self._areas = areas
        self._open: dict[int, tuple[int, Cell]] = {}

    def fill(self, number: int, cells: list[Cell]) -> None:
        """Put the values of areas that began above into the row."""
        for column, (bottom, value) in list(self._open.items()):
            if number > bottom:
                del self._open[column]
            elif column < len(cells) and cells[column] is None:
                cells[column] = value
            elif column >= len(cells):
                cells.extend([None] * (column - len(cells)))
                cells.append(value)
        for column, bottom in self._areas.get(number, ()):
            if column < len(cells) and cells[column] is not None:
                self._open[column] = (bottom, cells[column])
