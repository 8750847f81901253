"""The rows of one sheet, as its XML comes by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from xml.parsers import expat

from core.records.importing.formats.numbers import iso_moment, moment, number
from core.records.importing.formats.package import Package
from core.records.importing.formats.refusals import too_long, too_wide
from core.records.importing.formats.source import MOST_COLUMNS, MOST_IN_CELL, UNCOUNTED, Cell, CellError, Line
from core.records.importing.formats.spill import Texts
from core.records.importing.formats.xlsx.merged import Filling, find_merged
from core.records.importing.formats.xlsx.quick import Quick
from core.records.importing.formats.xlsx.strings import unescaped
from core.records.importing.formats.xlsx.styles import Styles

_DIGITS = "0123456789"


def read_sheet(
    package: Package, part: str, name: str, texts: Texts, styles: Styles, first_day: dt.datetime
) -> Iterator[Line]:
    """Its rows in their order; memory holds those of one piece of the XML."""
    merged = {
        top: [(column_number(letters.decode()), bottom) for letters, bottom in areas]
        for top, areas in find_merged(package.chunks(part)).items()
    }
    reader = Reader(name, texts, styles, first_day, Filling(merged) if merged else None)
    for _ in package.reading(part, lambda parser: Quick(reader, reader.prepare(parser))):
        yield from reader.rows
        reader.rows.clear()


def column_number(letters: str) -> int:
    """0 for A, 26 for AA."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


class Reader:
    def __init__(
        self, sheet: str, texts: Texts, styles: Styles, first_day: dt.datetime, filling: Filling | None
    ) -> None:
        self.rows: list[Line] = []
        self._sheet, self._texts, self._styles, self._first_day = sheet, texts, styles, first_day
        self._filling = filling
        self._places: dict[str, int] = {}
        self._number = 0
        self._hidden = False
        self._cells: list[Cell] = []
        self._color: str | None = None
        self._bold = True
        self._attributes: dict[str, str] = {}
        self._parts: list[str] = []
        self._size = 0
        self._taking = False
        self._sounds = 0
        self._formula = False

    def prepare(self, parser: expat.XMLParserType) -> expat.XMLParserType:
        """The parser with its handlers."""
        parser.StartElementHandler = self._root
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        self._parser = parser
        return parser

    def usual(self, number: int, hidden: bool, found: list[tuple[str, ...]]) -> None:
        """A row whose cells a pattern has found: letters, style, kind, formula, value, text."""
        self._number, self._hidden, self._color, self._bold = number, hidden, None, True
        cells: list[Cell] = []
        self._cells = cells
        places, styles, texts = self._places, self._styles, self._texts
        colors, kinds, bold = styles.colors, styles.kinds, styles.bold
        for letters, style, kind, formula, value, text in found:
            place = places.get(letters)
            if place is None:
                place = places[letters] = column_number(letters)
            style = style or "0"
            if self._color is None and style in colors:
                self._color = colors[style]
            raw = value or text
            if not raw and not formula:
                continue
            count = len(cells)
            if place > count:
                if place >= MOST_COLUMNS:
                    raise too_wide(number, MOST_COLUMNS)
                cells.extend([None] * (place - count))
            elif count >= MOST_COLUMNS:
                raise too_wide(number, MOST_COLUMNS)
            cell: Cell
            if kind == "s":
                cell = texts[int(raw)] or None
            elif not kind and raw.isdecimal() and style not in kinds and len(raw) < 16 and raw.isascii():
                cell = int(raw)
            else:
                self._formula = bool(formula)
                cell = self._value(raw, kind or None, style)
            cells.append(cell)
            if cell is not None and style not in bold:
                self._bold = False
        self._finish()

    def _root(self, name: str, _: dict[str, str]) -> None:
        """The first element tells the namespace, of which there are two (the standard's own and the older one)."""
        space = name.rpartition(" ")[0]
        self._c, self._v, self._t, self._row, self._f, self._rph = (
            f"{space} {each}".strip() for each in ("c", "v", "t", "row", "f", "rPh")
        )
        self._parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._c:
            self._attributes = attributes
            self._formula = False
            self._parts = []
        elif name == self._v:
            self._taking = True
        elif name == self._t:
            self._taking = not self._sounds
        elif name == self._row:
            self._number = int(attributes["r"]) if "r" in attributes else self._number + 1
            self._hidden = attributes.get("hidden") in ("1", "true")
            self._cells = []
            self._color = None
            self._bold = True
            self._size = 0
        elif name == self._f:
            self._formula = True
        elif name == self._rph:
            self._sounds += 1

    def _text(self, text: str) -> None:
        if self._taking:
            self._parts.append(text)
            self._size += len(text)
            if self._size > MOST_IN_CELL:
                raise too_long(self._number)

    def _end(self, name: str) -> None:
        if name == self._v or name == self._t:
            self._taking = False
        elif name == self._c:
            self._cell()
        elif name == self._row:
            self._finish()
        elif name == self._rph:
            self._sounds -= 1

    def _cell(self) -> None:
        attributes = self._attributes
        cells = self._cells
        place = len(cells)
        if "r" in attributes:
            letters = attributes["r"].rstrip(_DIGITS)
            found = self._places.get(letters)
            if found is None:
                found = self._places[letters] = column_number(letters)
            place = max(found, place)
        style = attributes.get("s", "0")
        if self._color is None and style in self._styles.colors:
            self._color = self._styles.colors[style]
        if not self._parts and not self._formula:
            if "r" not in attributes and place < MOST_COLUMNS:
                cells.append(None)  # cells that do not say where they are stand one behind the other
            return
        if place >= MOST_COLUMNS:
            raise too_wide(self._number, MOST_COLUMNS)
        while len(cells) < place:
            cells.append(None)
        text = self._parts[0] if len(self._parts) == 1 else "".join(self._parts)
        value = self._value(text, attributes.get("t"), style)
        cells.append(value)
        if value is not None and style not in self._styles.bold:
            self._bold = False

    def _value(self, text: str, kind: str | None, style: str) -> Cell:
        if kind == "s":
            return self._texts[int(text)] or None
        if kind is None or kind == "n":
            return self._number_of(text, style)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "e":
            return CellError(text)
        if kind == "d":
            return iso_moment(text)
        return unescaped(text) or None

    def _number_of(self, text: str, style: str) -> Cell:
        if not text:
            return UNCOUNTED if self._formula else None
        kind = self._styles.kinds.get(style)
        if kind is None:
            return number(text)
        if isinstance(kind, int):
            found = number(text)
            return str(found).zfill(kind) if isinstance(found, int) and found >= 0 else found
        return moment(text, kind, self._first_day)

    def _finish(self) -> None:
        cells = self._cells
        if self._filling is not None and cells:
            self._filling.fill(self._number, cells)
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            self.rows.append(
                Line(self._number, tuple(cells), self._sheet, self._color, self._bold, self._hidden)
            )
