"""Cells of a sheet as XML (ECMA-376, SpreadsheetML): numbers, dates and yes or no as what they are, the rest as text.

What a spreadsheet cannot hold exactly is text: numbers of more than 15 digits, moments with parts of a second, days
before March of 1900.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.query.exporting import Export, ExportColumn, Manner
from core.storage.types import to_microseconds
from metamodel.spreadsheet import HIDDEN, kept
from renderers.exporting.formats.memo import Memo
from renderers.exporting.formats.moments import DAY, SECOND, LocalTimes
from renderers.exporting.formats.texts import text_column

EMPTY = "<c/>"
LONGEST = 32_767
"""Characters of a cell; a longer text would make the file unreadable and is not given: see docs/users/export.md."""

EXACT = 10**15
"""What a spreadsheet's numbers, which have 53 bits, hold to the last digit."""

_ZERO = date(1899, 12, 30)
_FIRST = date(1900, 3, 1)
_UNIX = (date(1970, 1, 1) - _ZERO).days
_SPECIAL = re.compile(r"[&<>\n\t]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_ESCAPED = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_WIDTHS = {
    "whole": 10, "units": 16, "number": 16, "flag": 8, "iso": 12, "day": 12, "micros": 18, "moment": 18, "clock": 9,
    "seconds": 12, "choice": 18, "link": 28, "list": 36, "choices": 24, "any": 18,
}  # fmt: skip
_DATES = {"ru": "dd.mm.yyyy", "en": "yyyy-mm-dd"}


@dataclass(frozen=True, slots=True)
class Written:
    """How a column's values become cells."""

    cells: Callable[[Sequence[Any]], Sequence[str]]


def text_cell(text: str) -> str:
    """A cell that holds a text, whatever it looks like; never a formula."""
    if not text:
        return EMPTY
    if len(text) > LONGEST:
        return text_cell(HIDDEN)
    if _SPECIAL.search(text) is None:
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>'
    shown = _ESCAPED.sub(r"_x005F_\1", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def width_of(column: ExportColumn, head: str) -> float:
    """The width of a column in characters: by what it holds, and by its head."""
    long = column.field.type.name in ("long_text", "rich_text", "json")
    usual = 60 if long else _WIDTHS.get(column.form, 32)
    return max(usual, min(len(head) + 3, 24))


def column_writer(
    export: Export, column: ExportColumn, manner: Manner, style: Callable[[str], int]
) -> Written:
    """The cells of a column; ``style`` gives the number of the style that shows numbers by a pattern."""
    day = _DATES.get(manner.language, _DATES["en"])
    match column.form:
        case "whole":
            return Written(lambda values: [_whole(value) for value in values])
        case "units":
            return Written(_units(column, style(_pattern(column))))
        case "number":
            return Written(_numbers(style(_pattern(column))))
        case "flag":
            return Written(Memo(lambda yes: f'<c t="b"><v>{int(yes)}</v></c>', EMPTY).column)
        case "iso":
            number = style(day)
            return Written(Memo(lambda text: _day(date.fromisoformat(text), number), EMPTY).column)
        case "day":
            number = style(day)
            return Written(Memo(lambda value: _day(value, number), EMPTY).column)
        case "micros":
            return Written(_moments(manner, style(f"{day} hh:mm")))
        case "moment":
            write = _moments(manner, style(f"{day} hh:mm"))
            return Written(lambda values: write([None if v is None else to_microseconds(v) for v in values]))
        case "clock":
            number = style("hh:mm")
            return Written(Memo(lambda text: _clock(text, number), EMPTY).column)
        case "choice" | "choices" | "link":
            texts = text_column(export, column, manner, kept)
            known = Memo(text_cell, EMPTY)
            return Written(lambda values: known.column(texts(values)))
        case _:
            texts = text_column(export, column, manner, kept)
            return Written(
                lambda values: [EMPTY if text is None else text_cell(text) for text in texts(values)]
            )


def _whole(value: Any) -> str:
    if value is None:
        return EMPTY
    return f"<c><v>{value}</v></c>" if -EXACT < value < EXACT else text_cell(str(value))


def _pattern(column: ExportColumn) -> str:
    if column.field.type.name == "percent" or column.field.result.percent:
        return "0%" if column.scale <= 2 else "0." + "0" * min(column.scale - 2, 2) + "%"
    return "#,##0" + ("." + "0" * column.scale if column.scale else "")


def _units(column: ExportColumn, style: int) -> Callable[[Sequence[Any]], Sequence[str]]:
    scale = column.scale
    one = 10**scale

    def write(units: int | None) -> str:
        if units is None:
            return EMPTY
        whole, part = divmod(abs(units), one)
        text = f"{'-' if units < 0 else ''}{whole}" + (f".{part:0{scale}}" if scale else "")
        return f'<c s="{style}"><v>{text}</v></c>' if -EXACT < units < EXACT else text_cell(text)

    return lambda values: list(map(write, values))


def _numbers(style: int) -> Callable[[Sequence[Any]], Sequence[str]]:
    def write(number: Decimal | int) -> str:
        text = f"{Decimal(number):f}"
        digits = len(Decimal(number).normalize().as_tuple().digits)
        return f'<c s="{style}"><v>{text}</v></c>' if digits <= 15 else text_cell(text)

    return Memo(write, EMPTY).column


def _day(day: date, style: int) -> str:
    if day < _FIRST:
        return text_cell(day.isoformat())
    return f'<c s="{style}"><v>{(day - _ZERO).days}</v></c>'


def _moments(manner: Manner, style: int) -> Callable[[Sequence[Any]], list[str]]:
    local = LocalTimes(manner.language, manner.zone)

    def write(micros: int | None) -> str:
        if micros is None:
            return EMPTY
        seconds, rest = divmod(micros, SECOND)
        offset = local.offset(seconds)
        if rest or offset is None:
            return text_cell(local(micros))
        day, clock = divmod(seconds + offset, DAY)
        if day + _UNIX < (_FIRST - _ZERO).days:
            return text_cell(local(micros))
        return f'<c s="{style}"><v>{day + _UNIX + clock / DAY!r}</v></c>'

    return lambda values: list(map(write, values))


def _clock(text: str, style: int) -> str:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    share = timedelta(hours=hours, minutes=minutes, seconds=seconds) / timedelta(days=1)
    return f'<c s="{style}"><v>{share!r}</v></c>'
