"""Reading a CSV file (RFC 4180 and what people really send): encoding, delimiter, rows with their line numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import KubikError
from metamodel.messages import message

DELIMITERS = (",", ";", "\t")

SAMPLE = 64 * 1024
"""Characters looked at to find the delimiter."""

csv.field_size_limit(16 * 1024 * 1024)  # a text of 10 MB is a legal value; the library's own limit is 128 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the file: its cells and the number of the line it begins on (the header's first line is 1)."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file that was understood: its header and, read as they are asked for, its rows."""

    delimiter: str
    header: tuple[str, ...]
    text: str

    def lines(self) -> Iterator[Line]:
        """The rows after the header; lines with nothing on them are passed over."""
        rows = _rows(self.text, self.delimiter)
        next(rows, None)
        yield from rows


def decode(data: bytes) -> str:
    """The text of a UTF-8 file, its byte order mark removed.

    Anything else is refused (KBK5001) with the line at fault and the way out.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise KubikError(
            "KBK5001",
            message("The file is in UTF-16. Save it as “CSV UTF-8” and import it again."),
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise KubikError(
            "KBK5001",
            message(
                "Line {line} is not UTF-8: the file is probably in an older encoding such as Windows-1251. "
                "Save it as “CSV UTF-8” and import it again.",
                line=line,
            ),
        ) from error


def read_table(text: str, delimiter: str | None = None) -> Table:
    """The header and rows of ``text``; refuses a file without a header or with a quote that never closes."""
    delimiter = delimiter or find_delimiter(text)
    first = next(_rows(text, delimiter), None)
    if first is None:
        raise KubikError("KBK5001", message("The file is empty: its first line must name the columns."))
    header = tuple(name.strip() for name in first.cells)
    return Table(delimiter=delimiter, header=header, text=text)


def find_delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the most columns, all of the same number."""
    sample = text[:SAMPLE]

    def shape(delimiter: str) -> tuple[bool, int]:
        widths = []
        try:
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                if row:
                    widths.append(len(row))
        except csv.Error:
            return False, 0
        if len(sample) < len(text) and len(widths) > 1:
            widths.pop()  # the sample may end in the middle of a row
        first = widths[0] if widths else 0
        return first > 1 and all(width == first for width in widths), first

    return max(DELIMITERS, key=shape)


def _rows(text: str, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise KubikError(
                "KBK5001",
                message(
                    "Line {line}: the quotes do not close or stand in the middle of a value.", line=number
                ),
            ) from error
        if cells is None:
            return
        if cells:
            yield Line(number=number, cells=tuple(cells))
        number = reader.line_num + 1
