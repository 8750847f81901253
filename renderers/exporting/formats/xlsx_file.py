"""XLSX: typed cells, a head that stays, widths and filters; more rows than a sheet holds go on in the next one.

`xlsxwriter` makes the workbook in its mode of constant memory: styles, heads, panes, filters. The rows it would take cell
by cell, at some ten thousand a second; they are written as XML into the file of rows that it keeps for each sheet,
column by column, which is several times as quick.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from core.query.exporting import Export, Exporter, Manner, Progress, heads
from metamodel.spreadsheet import HIDDEN
from renderers.exporting.formats.xlsx_cells import Written, column_writer, text_cell, width_of

SHEET_ROWS = 1_048_576
"""Rows of a sheet, the head among them (ECMA-376, as Excel limits it)."""

MOST_NAME = 31


def write_xlsx(export: Export, file: BinaryIO, manner: Manner, progress: Progress) -> None:
    """A workbook, which is whole only at its end."""
    with tempfile.TemporaryDirectory(prefix="kubik-xlsx-") as folder:
        path = Path(folder) / "export.xlsx"
        _Book(export, manner, path, folder).write(progress)
        with path.open("rb") as made:
            shutil.copyfileobj(made, file)


class _Book:
    """A workbook on its way."""

    def __init__(self, export: Export, manner: Manner, path: Path, folder: str) -> None:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False}
        self._book: Any = xlsxwriter.Workbook(str(path), options)
        self._export = export
        self._manner = manner
        self._heads = heads(export.entity, export.columns, manner)
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        self._head_style = self._book.add_format(head)
        self._columns: list[Written] = [
            column_writer(export, column, manner, self._style) for column in export.columns
        ]
        self._styles: dict[str, Any] = {}
        self._sheet: Any = None
        self._rows = 0
        self._number = 0

    def _style(self, pattern: str) -> int:
        """The number of a style that shows numbers by a pattern."""
        made = self._book.add_format({"num_format": pattern})
        return int(made._get_xf_index())

    def write(self, progress: Progress) -> None:
        """All rows, then the workbook around them."""
        self._open()
        for chunk in self._export.chunks():
            cells = [write.cells(values) for write, values in zip(self._columns, chunk.columns, strict=True)]
            for place, hidden in enumerate(chunk.hidden):
                if hidden is not None and any(hidden):
                    unseen = text_cell(HIDDEN)
                    shown = zip(cells[place], hidden, strict=True)
                    cells[place] = [unseen if gone else cell for cell, gone in shown]
            self._add(list(map("".join, zip(*cells, strict=True))))
            progress(self._export.written, self._export.total)
        self._close()
        self._book.close()

    def _add(self, rows: Sequence[str]) -> None:
        for part in self._parts(rows):
            self._sheet.row_data_fh.write("<row>" + "</row>\n<row>".join(part) + "</row>\n")
            self._rows += len(part)

    def _parts(self, rows: Sequence[str]) -> Iterator[Sequence[str]]:
        """The rows cut where a sheet is full; the next one is open then."""
        while rows:
            room = SHEET_ROWS - self._rows
            if room <= 0:
                self._close()
                self._open()
                continue
            yield rows[:room]
            rows = rows[room:]

    def _open(self) -> None:
        """A sheet with its head."""
        self._number += 1
        self._sheet = self._book.add_worksheet(self._name())
        for place, (head, column) in enumerate(zip(self._heads, self._export.columns, strict=True)):
            self._sheet.set_column(place, place, width_of(column, head))
            self._sheet.write_string(0, place, head, self._head_style)
        self._sheet.freeze_panes(1, 0)
        self._sheet._write_single_row(1)
        self._rows = 1

    def _close(self) -> None:
        last = len(self._heads) - 1
        self._sheet.autofilter(0, 0, max(self._rows - 1, 0), last)
        self._sheet.dim_rowmax = self._rows - 1

    def _name(self) -> str:
        """What the sheet is called: the entity, with a number from the second one on."""
        label = self._export.entity.label_many.in_language(self._manner.language) or self._export.entity.name
        clean = "".join(" " if c in "[]:*?/\\'" else c for c in label).strip() or self._export.entity.name
        tail = f" {self._number}" if self._number > 1 else ""
        return clean[: MOST_NAME - len(tail)].strip() + tail


XLSX = Exporter(
    name="xlsx", media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write=write_xlsx
)  # fmt: skip
