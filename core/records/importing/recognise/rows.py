"""The rows of data of a file: without titles, names, totals and what is passed over, with the columns asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.records.importing.formats.source import Cell, Line, Source
from core.records.importing.hints import Hints
from core.records.importing.recognise.totals import is_total
from metamodel.messages import message

COLOR, SHEET = "color", "sheet"
"""The columns that are added: no column of a file is called so, for theirs are in brackets."""
COLOR_NAME, SHEET_NAME = "[color]", "[sheet]"
ADDED = {COLOR_NAME: message("Colour of the row"), SHEET_NAME: message("Name of the sheet")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What of a file is data; ``hints`` must have been decided (`found.recognise`)."""

    source: Source
    hints: Hints
    header: tuple[str, ...]
    width: int
    """Columns of the file itself; the added ones come after them."""

    def lines(self) -> Iterator[Line]:
        """The rows in their order; those of a workbook have a cell for each column."""
        hints, fixes = self.hints, _Fixes(self.hints)
        for sheet in hints.sheets or (None,):
            for line in self.source.lines(sheet):
                if line.number < (hints.first or 1):
                    continue
                if line.number in hints.skipped or (line.hidden and not hints.hidden):
                    continue
                if hints.totals and line.number not in hints.kept and is_total(line):
                    continue
                cells = self._cells(fixes.applied(line) if fixes.any else line)
                if cells is not None:
                    yield line if cells is line.cells else line._replace(cells=cells)

    def _cells(self, line: Line) -> tuple[Cell, ...] | None:
        """Its cells with the words for nothing emptied; None for a row without a value, or of blanks alone."""
        cells = line.cells
        empties = self.hints.empties
        if empties and any(empty in cells for empty in empties):
            cells = tuple("" if cell in empties else cell for cell in cells)
        if _is_empty(cells):
            return None
        width = self.width
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        elif len(cells) < width and self.source.typed:
            cells += (None,) * (width - len(cells))
        if self.hints.joined:
            cells = _joined(cells, self.hints.joined, width)
        if self.hints.colors:
            cells += (line.color or "",)
        if self.hints.sheet_column:
            cells += (line.sheet,)
        return cells


def _is_empty(cells: tuple[Cell, ...]) -> bool:
    """Whether nothing but blanks stands in a row; asked of each row of a file, and mostly answered by the first cell."""
    for cell in cells:
        if cell.__class__ is str:
            if cell and not cell.isspace():
                return False
        elif cell is not None and cell != "":
            return False
    return True


def _joined(cells: tuple[Cell, ...], places: tuple[int, ...], width: int) -> tuple[Cell, ...]:
    """The cells with one more: those of the places, as one text; a row of another length than its head stays as it is."""
    if len(cells) != width:
        return cells
    parts = (str(cells[place]).strip() for place in places if place < width and cells[place] is not None)
    return (*cells, " ".join(part for part in parts if part))


class _Fixes:
    """The corrections of cells, found by their places."""

    def __init__(self, hints: Hints) -> None:
        self._by_line: dict[tuple[str, int], dict[int, str]] = {}
        self._by_text: dict[int, dict[str, str]] = {}
        for each in hints.repaired:
            self._by_line.setdefault((each.sheet, each.line), {})[each.place] = each.new
        for other in hints.replaced:
            self._by_text.setdefault(other.place, {})[other.old] = other.new
        self.any = bool(self._by_line or self._by_text)

    def applied(self, line: Line) -> Line:
        """The line as corrected; a cell that was written anew is not replaced as well."""
        cells = list(line.cells)
        for place, answers in self._by_text.items():
            if place < len(cells) and cells[place] is not None:
                cells[place] = answers.get(str(cells[place]).strip(), cells[place])
        for place, text in self._by_line.get((line.sheet, line.number), {}).items():
            cells += [None] * (place + 1 - len(cells))
            cells[place] = text
        return line._replace(cells=tuple(cells))
