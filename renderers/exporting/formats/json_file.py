"""JSON: one array of records as the API reads them, a record a line; cells that may not be seen are absent.

A value of a field of the type `json` stands as its text: within objects nobody could tell it from a record of a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import msgspec

from core.query.exporting import Export, ExportColumn, Exporter, Manner, Progress
from core.storage.types import from_microseconds
from metamodel.expression.durations import span
from renderers.exporting.formats.memo import Memo

Column = Callable[[Sequence[Any]], Sequence[Any]]

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def write_json(export: Export, file: BinaryIO, manner: Manner, progress: Progress) -> None:
    """An array with an object for each row."""
    names = {f"c{place}": column.name for place, column in enumerate(export.columns)}
    row: Any = msgspec.defstruct(
        "Row", [(slot, Any, msgspec.UNSET) for slot in names], rename=names, omit_defaults=True, gc=False
    )
    writers = [json_column(export, column) for column in export.columns]
    file.write(b"[")
    between = b"\n"
    for chunk in export.chunks():
        columns = [write(values) for write, values in zip(writers, chunk.columns, strict=True)]
        for place, hidden in enumerate(chunk.hidden):
            if hidden is not None and any(hidden):
                shown = zip(columns[place], hidden, strict=True)
                columns[place] = [msgspec.UNSET if gone else cell for cell, gone in shown]
        lines = _encoder.encode_lines(list(map(row, *columns)))
        # an end of a line inside a text is escaped, so these stand between rows alone
        file.write(between + lines[:-1].replace(b"}\n{", b"},\n{"))
        between = b",\n"
        progress(export.written, export.total)
    file.write(b"\n]\n")


def json_column(export: Export, column: ExportColumn) -> Column:
    """How the values of a column become what is encoded."""
    match column.form:
        case "units":
            return _units(column.scale)
        case "whole" | "number" if not column.field.result.scale:
            return lambda values: [None if value is None else int(value) for value in values]
        case "flag":
            return Memo(bool).column
        case "micros":
            return lambda values: [None if value is None else from_microseconds(value) for value in values]
        case "seconds":
            return Memo(lambda value: str(span(value))).column
        case "choice":
            names = {choice.uid: choice.name for choice in column.choices}
            return Memo(lambda uid: names.get(uid, uid)).column
        case "choices":
            names = {choice.uid: choice.name for choice in column.choices}
            return Memo(lambda uids: [names.get(uid, uid) for uid in uids]).column
        case "link":
            known = export.links.setdefault(column.target, {})
            return Memo(lambda record: msgspec.Raw(_encoder.encode(known[record]))).column
        case _:
            return lambda values: values


def _units(scale: int) -> Column:
    if scale == 0:
        return lambda values: values
    one = 10**scale

    def write(units: int | None) -> msgspec.Raw | None:
        if units is None:
            return None
        if units >= one:
            text = str(units)
            return msgspec.Raw(f"{text[:-scale]}.{text[-scale:]}".encode())
        whole, part = divmod(abs(units), one)
        return msgspec.Raw(f"{'-' if units < 0 else ''}{whole}.{part:0{scale}}".encode())

    return lambda values: list(map(write, values))


JSON = Exporter(name="json", media_type="application/json", write=write_json)
