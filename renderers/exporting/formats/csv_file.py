"""CSV (RFC 4180) as spreadsheets of a language read it: in Russian with semicolons and decimal commas."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

from core.query.exporting import Export, Exporter, Manner, Progress, heads
from metamodel.spreadsheet import HIDDEN, guarded
from renderers.exporting.formats.texts import text_column

MARK = "\ufeff"


def write_csv(export: Export, file: BinaryIO, manner: Manner, progress: Progress) -> None:
    """A line of heads, then a line for each row."""
    delimiter = ";" if manner.language == "ru" else ","
    writers = [text_column(export, column, manner) for column in export.columns]
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=delimiter)
    if manner.mark:
        text.write(MARK)
    rows.writerow([guarded(head) for head in heads(export.entity, export.columns, manner)])
    for chunk in export.chunks():
        columns = [write(values) for write, values in zip(writers, chunk.columns, strict=True)]
        for place, hidden in enumerate(chunk.hidden):
            if hidden is not None and any(hidden):
                shown = zip(columns[place], hidden, strict=True)
                columns[place] = [HIDDEN if gone else cell for cell, gone in shown]
        rows.writerows(zip(*columns, strict=True))
        file.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
        progress(export.written, export.total)
    file.write(text.getvalue().encode())


CSV = Exporter(name="csv", media_type="text/csv; charset=utf-8", write=write_csv)
