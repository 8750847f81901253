"""The numbers of workbooks as what they mean: whole numbers, exact decimals, dates and times of day."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

from core.records.importing.formats.source import Cell, CellError

DAY = 86400
FIRST_DAY = dt.datetime(1899, 12, 30)
FIRST_DAY_1904 = dt.datetime(1904, 1, 1)
MOST_EXACT = 10**15


def number(text: str) -> int | Decimal | CellError:
    """The number of a cell; 15 digits hold, as in the programs that write them (0.1 + 0.2 is 0.3)."""
    if text.isdecimal() and len(text) < 18 and text.isascii():
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        return CellError(text)
    if value.is_integer() and abs(value) < MOST_EXACT:
        return int(value)
    return Decimal(f"{value:.15g}")


def moment(text: str, kind: str, first_day: dt.datetime) -> Cell:
    """The date, moment, time of day or span (by ``kind``) that a number of days stands for."""
    days = float(text)
    try:
        if kind == "span":
            return dt.timedelta(seconds=round(days * DAY))
        if 0 <= days < 1 and kind != "date":
            return (dt.datetime.min + dt.timedelta(seconds=round(days * DAY) % DAY)).time()
        if first_day is FIRST_DAY and 0 < days < 60:
            days += 1  # the workbook's calendar has a 29 February 1900
        whole = math.floor(days)
        seconds = round((days - whole) * DAY)
        when = first_day + dt.timedelta(days=whole, seconds=seconds)
    except (OverflowError, ValueError):
        return CellError(text)
    if days < 0 or when.year < 1900:
        return CellError(text)
    return when.date() if not seconds else when


def iso_moment(text: str) -> Cell:
    """A date or moment written by ISO 8601, as ODS and some XLSX do; what is none stays as written."""
    try:
        if "T" not in text and " " not in text:
            return dt.date.fromisoformat(text)
        when = dt.datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return text
    return when.date() if when.time() == dt.time() else when
