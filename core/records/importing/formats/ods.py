"""ODS (OpenDocument 1.3): the one XML of a workbook read as a stream."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sized
from pathlib import Path
from xml.parsers import expat

from core.records.importing.formats.numbers import iso_moment, number
from core.records.importing.formats.package import MOST_SHEETS, MOST_UNPACKED, Package
from core.records.importing.formats.refusals import (
    broken,
    empty,
    locked,
    no_sheet,
    swollen,
    too_long,
    too_wide,
)
from core.records.importing.formats.source import MOST_COLUMNS, MOST_IN_CELL, Cell, CellError, Line, Sheet
from core.records.importing.hints import Hints

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0 "
_SPAN = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
CONTENT = "content.xml"
MOST_STYLES = 100_000
MOST_ROWS = 2**24
"""Rows of a sheet, those that are said to be repeated among them; programs that write them know no more."""


class OdsSource:
    """A workbook of LibreOffice and its kin."""

    format = "ods"
    typed = True

    def __init__(self, path: Path, hints: Hints) -> None:
        self.hints = hints
        self._package = Package(path)
        try:
            manifest = "META-INF/manifest.xml"
            if self._package.has(manifest) and b"encryption-data" in self._package.whole(manifest):
                raise locked()
            if not self._package.has(CONTENT):
                raise broken()
            names = _Names()
            self._package.parse(CONTENT, names.prepare, MOST_UNPACKED)
        except BaseException:
            self.close()
            raise
        if not names.sheets:
            raise empty()
        self.sheets = tuple(names.sheets)

    def lines(self, sheet: str | None = None) -> Iterator[Line]:
        """The rows of a sheet."""
        shown = next((each for each in self.sheets if not each.hidden), self.sheets[0])
        name = shown.name if sheet is None else sheet
        if all(each.name != name for each in self.sheets):
            raise no_sheet(name)
        reader = _Reader(name)
        for _ in self._package.parsing(CONTENT, reader.prepare):
            yield from reader.rows
            reader.rows.clear()
            if reader.over:
                return

    def close(self) -> None:
        """Let go of the file."""
        self._package.close()


class _Names:
    """Which sheets there are, and which are hidden by their style."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._style = ""
        self._unseen: set[str] = set()

    def prepare(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _STYLE + "style":
            self._style = attributes.get(_STYLE + "name", "")
        elif name == _STYLE + "table-properties" and attributes.get(_TABLE + "display") == "false":
            self._unseen.add(self._style)
            _in_bounds(self._unseen)
        elif name == _TABLE + "table":
            if len(self.sheets) >= MOST_SHEETS:
                raise swollen()
            hidden = attributes.get(_TABLE + "style-name") in self._unseen
            self.sheets.append(Sheet(name=attributes.get(_TABLE + "name", ""), hidden=hidden))


class _Reader:
    def __init__(self, sheet: str) -> None:
        self.rows: list[Line] = []
        self.over = False
        self._sheet = sheet
        self._inside = False
        self._style = ""
        self._colors: dict[str, str] = {}
        self._bold: set[str] = set()
        self._number = 1
        self._repeat = 1
        self._hidden = False
        self._cells: list[Cell] = []
        self._empty = 0
        self._color: str | None = None
        self._all_bold = True
        self._attributes: dict[str, str] = {}
        self._parts: list[str] | None = None
        self._size = 0
        self._notes = 0
        self._below: dict[int, tuple[int, Cell]] = {}

    def prepare(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._inside:
            self._before(name, attributes)
        elif name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._attributes = attributes
            self._parts = []
        elif name == _TEXT + "p" and self._parts:
            self._parts.append("\n")
        elif name == _TEXT + "s" and self._parts is not None and not self._notes:
            self._parts.append(" " * min(int(attributes.get(_TEXT + "c", 1)), 100))
        elif name in (_TEXT + "line-break", _TEXT + "tab") and self._parts is not None and not self._notes:
            self._parts.append("\n" if name.endswith("line-break") else "\t")
        elif name == _TABLE + "table-row":
            self._repeat = int(attributes.get(_TABLE + "number-rows-repeated", 1))
            self._hidden = attributes.get(_TABLE + "visibility", "visible") != "visible"
            self._cells, self._empty, self._color, self._all_bold, self._size = [], 0, None, True, 0
        elif name == _OFFICE + "annotation":
            self._notes += 1

    def _before(self, name: str, attributes: dict[str, str]) -> None:
        if name == _TABLE + "table" and attributes.get(_TABLE + "name", "") == self._sheet:
            self._inside = not self.over
        elif name == _STYLE + "style":
            self._style = attributes.get(_STYLE + "name", "")
        elif name == _STYLE + "table-cell-properties":
            color = attributes.get(_FO + "background-color", "").lower()
            if re.fullmatch(r"#[0-9a-f]{6}", color) and color != "#ffffff":
                self._colors[self._style] = color
                _in_bounds(self._colors)
        elif name == _STYLE + "text-properties" and attributes.get(_FO + "font-weight") == "bold":
            self._bold.add(self._style)
            _in_bounds(self._bold)

    def _text(self, text: str) -> None:
        if self._parts is not None and not self._notes:
            self._parts.append(text)
            self._size += len(text)
            if self._size > MOST_IN_CELL:
                raise too_long(self._number)

    def _end(self, name: str) -> None:
        if not self._inside:
            return
        if name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._cell()
        elif name == _TABLE + "table-row":
            self._row()
        elif name == _OFFICE + "annotation":
            self._notes -= 1
        elif name == _TABLE + "table":
            self._inside, self.over = False, True

    def _cell(self) -> None:
        attributes = self._attributes
        value = self._value("".join(self._parts or ()))
        self._parts = None
        repeat = int(attributes.get(_TABLE + "number-columns-repeated", 1))
        style = attributes.get(_TABLE + "style-name", "")
        if self._color is None and style in self._colors and (value is not None or repeat < MOST_COLUMNS):
            self._color = self._colors[style]
        place = len(self._cells) + self._empty
        bottom, above = self._below.get(place, (0, None))
        if value is None and self._number <= bottom:
            value = above
        if value is None:
            self._empty += repeat
            return
        if self._empty + len(self._cells) + repeat > MOST_COLUMNS:
            raise too_wide(self._number, MOST_COLUMNS)
        self._cells += [None] * self._empty
        self._empty = 0
        rows = int(attributes.get(_TABLE + "number-rows-spanned", 1))
        if rows > 1:
            self._below[len(self._cells)] = (self._number + rows - 1, value)
        self._cells += [value] * repeat
        if style not in self._bold:
            self._all_bold = False

    def _value(self, text: str) -> Cell:
        attributes = self._attributes
        kind = attributes.get(_OFFICE + "value-type")
        if kind in ("float", "currency", "percentage"):
            found = number(attributes.get(_OFFICE + "value", "0"))
            zeros = (
                isinstance(found, int) and text.isdecimal() and text.startswith("0") and int(text) == found
            )
            return text if zeros and len(text) > 1 else found
        if kind == "date":
            return iso_moment(attributes.get(_OFFICE + "date-value", ""))
        if kind == "time":
            return _time(attributes.get(_OFFICE + "time-value", ""), text)
        if kind == "boolean":
            return attributes.get(_OFFICE + "boolean-value") == "true"
        if text.startswith("#") and _TABLE + "formula" in attributes:
            return CellError(text)
        return text or None

    def _row(self) -> None:
        number = self._number
        self._number += self._repeat
        cells = tuple(self._cells)
        if cells:
            if number > MOST_ROWS:
                raise swollen()
            for again in range(min(self._repeat, 10_000)):
                self.rows.append(
                    Line(number + again, cells, self._sheet, self._color, self._all_bold, self._hidden)
                )


def _in_bounds(kept: Sized) -> None:
    """No workbook has that many styles."""
    if len(kept) > MOST_STYLES:
        raise swollen()


def _time(text: str, shown: str) -> Cell:
    found = _SPAN.fullmatch(text)
    if not found:
        return shown or None
    seconds = sum(int(found[n + 2] or 0) * unit for n, unit in enumerate((3600, 60, 1)))
    if not found[1] and seconds < 86400:
        return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    return dt.timedelta(seconds=-seconds if found[1] else seconds)
