"""Kubik's functions on an SQLite connection: exact arithmetic where 64 bits end, text by Unicode, the calendar."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from metamodel.expression.types import MAX_DIGITS
from metamodel.text import fold

LIMIT = 10**MAX_DIGITS
LONGEST = 256 * 1024 * 1024
"""Bytes of a value that a statement may make on its way: no expression takes the memory of the machine."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class TooManyDigits(ArithmeticError):
    """A number grew beyond 18 digits."""


def register(connection: sqlite3.Connection) -> None:
    """Make the functions that compiled expressions call known to a connection, and how long a text may become; asked of
    each one when it opens."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    for name, count, function in FUNCTIONS:
        connection.create_function(name, count, function, deterministic=True)


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not -LIMIT < value < LIMIT:
        raise TooManyDigits
    return value


def _over(dividend: int, divisor: int) -> int:
    """The quotient rounded half away from zero."""
    size = (2 * abs(dividend) + abs(divisor)) // (2 * abs(divisor))
    return size if (dividend < 0) == (divisor < 0) else -size


def _scale(value: int | None, steps: int) -> int | None:
    if value is None:
        return None
    return _number(value * 10**steps if steps >= 0 else _over(value, 10**-steps))


def _mul(left: int | None, right: int | None, drop: int) -> int | None:
    if left is None or right is None:
        return None
    return _scale(left * right, -drop)


def _div(left: int | None, right: int | None, steps: int) -> int | None:
    if left is None or right is None or right == 0:
        return None
    return _number(_over(left * 10 ** max(steps, 0), right * 10 ** max(-steps, 0)))


def _greatest(*values: Any) -> Any:
    return max((v for v in values if v is not None), default=None)


def _least(*values: Any) -> Any:
    return min((v for v in values if v is not None), default=None)


def _text(value: int | None, scale: int) -> str | None:
    return None if value is None else _written(value, scale, ".", "")


def _format(value: int | None, scale: int, digits: int, point: str, group: str) -> str | None:
    if value is None:
        return None
    shown = value * 10 ** (digits - scale) if digits >= scale else _over(value, 10 ** (scale - digits))
    return _written(shown, digits, point, group)


def _written(units: int, scale: int, point: str, group: str) -> str:
    whole, rest = divmod(abs(units), 10**scale)
    text = f"{whole:,}".replace(",", group)
    sign = "-" if units < 0 else ""
    return f"{sign}{text}{point}{rest:0{scale}d}" if scale else f"{sign}{text}"


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(text)


def upper(text: str | None) -> str | None:
    """Character by character, so that PostgreSQL can do the same."""
    return None if text is None else "".join(map(str.upper, text))


def lower(text: str | None) -> str | None:
    """Character by character: a sigma at the end of a word is like any other."""
    return None if text is None else "".join(map(str.lower, text))


def _right(text: str | None, count: int | None) -> str | None:
    if text is None or count is None:
        return None
    return text[-count:] if count > 0 else ""


def _moved(day: date, months: int, days: int) -> date:
    """Months first, the day cut to the end of its month, then days."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    first = date(year, month + 1, 1)
    after = date(year + 1, 1, 1) if month == 11 else date(year, month + 2, 1)
    last = (after - timedelta(days=1)).day
    return first.replace(day=min(day.day, last)) + timedelta(days=days)


def _shift(day: str | None, months: int, days: int | None) -> str | None:
    if day is None or days is None:
        return None
    try:
        return _moved(date.fromisoformat(day), months, days).isoformat()
    except (ValueError, OverflowError):
        return None


def _shift_moment(moment: int | None, months: int, days: int, seconds: int | None, zone: str) -> int | None:
    if moment is None or seconds is None:
        return None
    try:
        local = (_EPOCH + timedelta(microseconds=moment)).astimezone(_zone(zone))
        moved = datetime.combine(_moved(local.date(), months, days), local.time(), tzinfo=_zone(zone))
        made = moved.astimezone(UTC) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
    return (made - _EPOCH) // _MICROSECOND


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _months(start: str | None, end: str | None) -> int | None:
    """Whole months from one date to another."""
    if start is None or end is None:
        return None
    a, b = date.fromisoformat(start), date.fromisoformat(end)
    count = (b.year - a.year) * 12 + b.month - a.month
    if count > 0 and b.day < a.day:
        return count - 1
    if count < 0 and b.day > a.day:
        return count + 1
    return count


FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("kubik_number", 1, _number),
    ("kubik_scale", 2, _scale),
    ("kubik_mul", 3, _mul),
    ("kubik_div", 3, _div),
    ("kubik_greatest", -1, _greatest),
    ("kubik_least", -1, _least),
    ("kubik_text", 2, _text),
    ("kubik_format", 5, _format),
    ("kubik_fold", 1, _folded),
    ("kubik_upper", 1, upper),
    ("kubik_lower", 1, lower),
    ("kubik_right", 2, _right),
    ("kubik_shift", 3, _shift),
    ("kubik_shift_moment", 5, _shift_moment),
    ("kubik_months", 2, _months),
)
