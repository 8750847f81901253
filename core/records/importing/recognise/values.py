"""What texts of cells mean: numbers with spaces and commas, dates in any order, yes and no, several values in one."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

YES = frozenset(("да", "yes", "true", "истина", "y", "д", "+", "есть", "✓", "✔", "x", "х", "v"))
NO = frozenset(("нет", "no", "false", "ложь", "n", "н", "-", "—"))
CURRENCIES = {"₽": "RUB", "руб": "RUB", "руб.": "RUB", "р.": "RUB", "р": "RUB", "rub": "RUB", "$": "USD", "usd": "USD",
              "€": "EUR", "eur": "EUR", "£": "GBP", "¥": "CNY", "cny": "CNY", "тг": "KZT", "₸": "KZT"}  # fmt: skip
_SIGN = "|".join(sorted((re.escape(sign) for sign in CURRENCIES), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<before>{_SIGN})?\s*(?P<minus>[-−–(])?\s*(?P<before2>\$|€|£|₽)?\s*"
    rf"(?P<digits>\d[\d\s.,'’]*)\s*\)?\s*(?:(?P<times>тыс|млн|млрд)\.?)?\s*(?P<after>{_SIGN}|%)?",
    re.IGNORECASE)  # fmt: skip
_TIMES = {"тыс": 1000, "млн": 1_000_000, "млрд": 1_000_000_000}
_SPACES = re.compile(r"[\s'’]")
_DATE = re.compile(
    r"(\d{1,4})[.\-/ ](\d{1,2}|[^\W\d_]{3,9})\.?[.\-/ ](\d{1,4})(?:\s*г(?:ода|\.)?)?"
    r"(?:[T ,]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap]m)?)?",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate((
        "янв jan", "фев feb", "мар mar", "апр apr", "май мая may", "июн jun", "июл jul", "авг aug", "сен sep",
        "окт oct", "ноя nov", "дек dec"), 1)
    for name in names.split()
}  # fmt: skip
SPLITTERS = (";", "\n", ",", "/")
"""Marks between several values of one cell, the surest first."""


def read_number(text: str, decimal: str = ",") -> Decimal | None:
    """`1 200,50 ₽`, `(15)`, `230 тыс`, `20%` (0.20) as a number whose fraction stands after ``decimal``; None for what is none."""
    if text.isdecimal() and text.isascii():
        return Decimal(text)
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    digits = _SPACES.sub("", found["digits"])
    thousands = "." if decimal == "," else ","
    if thousands in digits:
        whole, mark, rest = digits.partition(decimal)
        parts = whole.split(thousands)
        if thousands in rest or any(len(part) != 3 for part in parts[1:]) or not 1 <= len(parts[0]) <= 3:
            return None
        digits = "".join(parts) + mark + rest
    if digits.count(decimal) > 1 or len(digits) > 40:
        return None
    value = Decimal(digits.replace(decimal, ".").rstrip(".") or "0")
    value = value / 100 if found["after"] == "%" else value
    value *= _TIMES[found["times"].lower()] if found["times"] else 1
    return -value if found["minus"] else value


def currency_in(text: str) -> str | None:
    """The currency whose sign stands beside a number."""
    found = _NUMBER.fullmatch(text.strip())
    sign = (found["before"] or found["before2"] or found["after"]) if found else None
    return CURRENCIES.get(sign.lower()) if sign else None


def date_parts(text: str) -> tuple[int, int, int] | None:
    """The three numbers of a date as they stand, a month by name as its number in the middle; None for what is none."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    middle = found[2]
    month = int(middle) if middle.isdecimal() else _MONTHS.get(middle[:3].lower(), 0)
    return (int(found[1]), month, int(found[3])) if month else None


def read_date(text: str, order: str = "dmy") -> dt.date | dt.datetime | None:
    """A date or moment in the ``order`` of day, month and year (`dmy`, `mdy`, `ymd`); None for what is none.

    A year of two digits lies between 69 years ago and 30 years ahead by the usual rule (00 to 68 are 20..).
    """
    found = _DATE.fullmatch(text.strip())
    parts = date_parts(text)
    if found is None or parts is None:
        return None
    first, middle, last = parts
    if len(found[1]) == 4 or order == "ymd" and len(found[3]) <= 2:
        year, month, day = first, middle, last
    elif order == "mdy" and found[2].isdecimal():
        year, month, day = last, first, middle
    else:
        year, month, day = last, middle, first
    if year < 100 and max(len(found[1]), len(found[3])) < 4:
        year += 2000 if year < 69 else 1900
    try:
        date = dt.date(year, month, day)
        if found[4] is None:
            return date
        hour = int(found[4])
        if found[7]:
            hour = hour % 12 + (12 if found[7].lower() == "pm" else 0)
        return dt.datetime(date.year, date.month, date.day, hour, int(found[5]), int(found[6] or 0))
    except ValueError:
        return None


def split_values(text: str, marks: str) -> tuple[str, ...]:
    """The values of a cell that holds several, empty ones left out; ``marks`` are one or more characters."""
    for mark in marks[1:]:
        text = text.replace(mark, marks[0])
    return tuple(part for each in text.split(marks[0]) if (part := each.strip()))
