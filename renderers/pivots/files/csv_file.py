"""A report as CSV, as spreadsheets of the language read it: one line of heads, figures without spaces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from metamodel.fields.base import Context
from metamodel.fields.numeric import write_number
from renderers.exporting.formats.csv_file import END, MARK, quoting
from renderers.pivots.counted import Counted
from renderers.pivots.files.lines import sheet_of

MEDIA_TYPE = "text/csv; charset=utf-8"
BETWEEN = " · "


def csv_of(made: Counted) -> bytes:
    """The whole file."""
    sheet, language = sheet_of(made), made.who.language
    delimiter = ";" if language == "ru" else ","
    quote = quoting(delimiter)
    heads = [BETWEEN.join(dict.fromkeys(several)) for several in zip(*sheet.heads, strict=True)]
    lines = [[*map(quote, sheet.fields), *map(quote, heads)]]
    for line in sheet.lines:
        figures = [
            _text(made, slot.value, value) for slot, value in zip(sheet.slots, line.values, strict=True)
        ]
        lines.append(
            [
                *map(quote, line.labels),
                *(figure if _is_number(figure) else quote(figure) for figure in figures),
            ]
        )
    return (MARK + END.join(delimiter.join(cells) for cells in lines) + END).encode()


def _text(made: Counted, value: int, figure: Any) -> str:
    """A figure for a program: exact, without spaces; several currencies and all else as people read it."""
    if figure is None:
        return ""
    if isinstance(figure, Decimal | int) and not isinstance(figure, bool):
        return write_number(figure, Context(medium="csv", language=made.who.language), grouped=False)
    return made.writers[value].text(figure)


def _is_number(text: str) -> bool:
    """Whether a text is digits alone, with a sign that no spreadsheet takes for a formula."""
    digits = text.removeprefix("-").replace(",", "").replace(".", "")
    return digits.isascii() and digits.isdigit() and "," not in text[:1]
