"""CSV, TSV and TXT: lines of values between delimiters (RFC 4180 and what people really send), decoded as they are read."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import KubikError
from core.records.importing.formats.refusals import empty, refused, too_long, too_wide
from core.records.importing.formats.source import MOST_COLUMNS, MOST_IN_CELL, Line, Sheet
from core.records.importing.hints import Hints
from metamodel.messages import message

csv.field_size_limit(MOST_IN_CELL)  # the library's own limit is 128 KiB
PIECE = 1024 * 1024


class DelimitedSource:
    """A text file whose encoding, delimiter and quote are known."""

    format = "csv"
    typed = False
    sheets = (Sheet(name=""),)

    def __init__(self, path: Path, hints: Hints) -> None:
        self.hints = hints
        self._path = path
        self._encoding = hints.encoding or "utf-8"
        if not path.stat().st_size:
            raise empty()
        try:
            "".encode(self._encoding)
        except LookupError as error:
            raise refused(message("There is no encoding “{name}”.", name=self._encoding[:50])) from error

    def lines(self, sheet: str | None = None) -> Iterator[Line]:
        """The lines, numbered as a text editor does; one that has nothing on it is left out."""
        number = 1
        with self._path.open(encoding=self._reading_encoding(), newline="") as text:
            rows = csv.reader(_without_nul(text) if self._has_nul() else text, **self._dialect())
            while True:
                try:
                    cells = next(rows, None)
                except csv.Error as error:
                    raise _misquoted(number, str(error)) from error
                except UnicodeError as error:
                    raise self._illegible() from error
                if cells is None:
                    return
                if cells:
                    if len(cells) > MOST_COLUMNS:
                        raise too_wide(number, MOST_COLUMNS)
                    yield Line(number, tuple(cells))
                number = rows.line_num + 1

    def close(self) -> None:
        """Nothing is held between readings."""

    def _reading_encoding(self) -> str:
        return "utf-8-sig" if self._encoding == "utf-8" else self._encoding

    def _dialect(self) -> dict[str, Any]:
        delimiter = self.hints.delimiter or ","
        quote = '"' if self.hints.quote is None else self.hints.quote
        if not quote:
            return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE}
        return {"delimiter": delimiter, "quotechar": quote, "strict": True}

    def _has_nul(self) -> bool:
        if self._encoding.startswith("utf-16"):
            return False
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(b"\0") >= 0

    def _illegible(self) -> KubikError:
        """Which line the encoding does not fit: the stream knows only the piece."""
        line = first_illegible(self._path, self._encoding)
        return refused(message(
            "Line {line} cannot be read as {encoding}: the file is in another encoding. Choose it, or save the file "
            "as “CSV UTF-8” and import it again.", line=line, encoding=self._encoding.upper(),
        ))  # fmt: skip


def first_illegible(path: Path, encoding: str) -> int:
    """The number of the first line that ``encoding`` cannot read."""
    number = 1
    with path.open("rb") as file:
        for raw in file:
            try:
                raw.decode(encoding)
            except UnicodeError:
                return number
            number += 1
    return number


def _without_nul(text: Iterator[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in text)


def _misquoted(line: int, why: str) -> KubikError:
    if "field larger" in why:
        return too_long(line)
    return refused(
        message("Line {line}: the quotes do not close or stand in the middle of a value.", line=line)
    )
