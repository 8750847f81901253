"""CSV (RFC 4180) as spreadsheets of a language read it: in Russian with semicolons and decimal commas."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from core.query.exporting import Export, ExportColumn, Exporter, Manner, Progress, heads
from metamodel.spreadsheet import HIDDEN, SUSPECT, guarded
from renderers.exporting.formats.texts import Column, text_column

MARK = "\ufeff"
END = "\r\n"


def write_csv(export: Export, file: BinaryIO, manner: Manner, progress: Progress) -> None:
    """A line of heads, then a line for each row. Columns are made harmless and quoted one by one, most of them once for
    each different value, so that a line is only joined."""
    delimiter = ";" if manner.language == "ru" else ","
    quote = quoting(delimiter)
    writers = [_column(export, column, manner, quote) for column in export.columns]
    head = delimiter.join(map(quote, heads(export.entity, export.columns, manner)))
    file.write(((MARK if manner.mark else "") + head + END).encode())
    for chunk in export.chunks():
        columns = [write(values) for write, values in zip(writers, chunk.columns, strict=True)]
        for place, hidden in enumerate(chunk.hidden):
            if hidden is not None and any(hidden):
                shown = zip(columns[place], hidden, strict=True)
                columns[place] = [HIDDEN if gone else cell for cell, gone in shown]
        if len(columns) == 1:  # a line with nothing on it would be no row
            columns[0] = [cell or '""' for cell in columns[0]]
        lines = END.join(map(delimiter.join, zip(*columns, strict=True)))
        file.write((lines + END).encode())
        progress(export.written, export.total)


def quoting(delimiter: str) -> Callable[[str], str]:
    """What makes a text harmless and puts it in quotes where it must stand in them."""
    special = re.compile(f'[{delimiter}"\r\n]').search

    def quote(text: str) -> str:
        if text and text[0] in SUSPECT:
            text = guarded(text)
        return text if special(text) is None else '"' + text.replace('"', '""') + '"'

    return quote


def _column(export: Export, column: ExportColumn, manner: Manner, quote: Callable[[str], str]) -> Column:
    if column.form != "text" or column.field.type.name in ("phone", "rich_text"):
        return text_column(export, column, manner, quote)
    delimiter = ";" if manner.language == "ru" else ","
    suspect = re.escape("".join(sorted(SUSPECT)))
    special = re.compile(f'^[{suspect}]|[{delimiter}"\\r\\n]').search

    def write(values: Sequence[Any]) -> Sequence[str]:
        return ["" if v is None else v if special(v) is None else quote(v) for v in values]

    return write


CSV = Exporter(name="csv", media_type="text/csv; charset=utf-8", write=write_csv)
