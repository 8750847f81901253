"""Refused lines of an import as they come, beside the database: what the file of errors is made of in the end.

Each chunk appends before it commits, and the job keeps the length: after a crash the rest is cut off and written again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec
import xlsxwriter

from core.records.importing.cells import spelled
from core.records.importing.task import RowsOf
from metamodel.fields.base import Context
from metamodel.spreadsheet import guarded

Refused = tuple[str, int, str]
"""Sheet, number of the line, why."""

_FIGURES = re.compile(r"[+\-][\d\s.,()\-]*")

MOST_XLSX = 1_048_570
"""Rows that a sheet of a workbook holds."""


class Spool:
    """The refused lines of one import, in their order."""

    def __init__(self, path: Path, length: int) -> None:
        self._path = path
        path.touch()
        with path.open("r+b") as file:
            file.truncate(length)

    def add(self, refused: Iterable[Refused]) -> int:
        """Append lines; the length of all."""
        data = b"".join(msgspec.json.encode(each) + b"\n" for each in refused)
        with self._path.open("ab") as file:
            file.write(data)
            return file.tell()

    def __iter__(self) -> Iterator[Refused]:
        with self._path.open("rb") as file:
            for line in file:
                yield msgspec.json.decode(line, type=Refused)


def write_errors(
    path: Path, rows: RowsOf, refused: Iterable[Refused], reason: str, delimiter: str, context: Context
) -> None:
    """The refused lines as they were, with why in a last column called ``reason``: to be repaired and imported again."""
    lines = _joined(rows, iter(refused))
    header = [*rows.header, reason]
    if path.suffix == ".xlsx":
        _write_workbook(path, header, lines)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write_delimited(file, header, lines, delimiter, context)


def _joined(rows: RowsOf, refused: Iterator[Refused]) -> Iterator[tuple[Sequence[Any], str]]:
    """The cells of each refused line with all that is said of it; both run in the same order."""
    width = len(rows.header)
    current = next(refused, None)
    for line in rows.lines():
        if current is None:
            return
        place = (getattr(line, "sheet", ""), line.number)
        words = []
        while current is not None and (current[0], current[1]) == place:
            words.append(current[2])
            current = next(refused, None)
        if words:
            yield [*line.cells, *[None] * (width - len(line.cells))], "; ".join(dict.fromkeys(words))


def _write_delimited(
    file: IO[str],
    header: Sequence[str],
    lines: Iterable[tuple[Sequence[Any], str]],
    delimiter: str,
    context: Context,
) -> None:
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in header])
    for cells, why in lines:
        written = (cell if isinstance(cell, str) else spelled(cell, context) for cell in cells)
        writer.writerow([harmless(text) for text in (*written, why)])


def harmless(text: str) -> str:
    """A text that no spreadsheet runs, whoever sent the file; numbers and phones stay as they are."""
    return text if _FIGURES.fullmatch(text) else guarded(text)


def _write_workbook(path: Path, header: Sequence[str], lines: Iterable[tuple[Sequence[Any], str]]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, header, bold)
        for number, (cells, why) in enumerate(lines, start=1):
            if number > MOST_XLSX:
                return
            for place, cell in enumerate([*cells, why]):
                if hasattr(cell, "isoformat"):
                    sheet.write_datetime(number, place, cell, day)
                elif cell is not None and cell != "":
                    sheet.write(number, place, cell)
