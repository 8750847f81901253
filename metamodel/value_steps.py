"""Steps that dates and numbers are gathered by: where a step begins, where the next one does, which of them may be said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from metamodel.expression.types import Type

DATE_STEPS = ("day", "week", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
LARGEST_STEP = Decimal(10) ** 15


def step_of(type: Type, written: str | None) -> str | None:
    """The step in force for values of a type: of dates the month where nothing is said. ValueError for what is none."""
    if type.kind in ("date", "datetime"):
        if written is None:
            return "month"
        if written in DATE_STEPS:
            return written
    elif written is None:
        return None
    elif type.kind == "number":
        try:
            size = Decimal(written)
        except InvalidOperation:
            raise ValueError(written) from None
        if size.is_finite() and 0 < size <= LARGEST_STEP and _digits(size) <= type.scale:
            return f"{size.normalize():f}"
    raise ValueError(written)


def _digits(size: Decimal) -> int:
    exponent = size.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def following(start: Any, step: str) -> Any:
    """Where the step behind the one that begins at ``start`` begins: a date, or a number."""
    if step not in DATE_STEPS:
        return start + (Decimal(step) if isinstance(start, Decimal) else _number(step))
    try:
        if step in _MONTHS:
            month = start.month - 1 + _MONTHS[step]
            return start.replace(year=start.year + month // 12, month=month % 12 + 1)
        return start + dt.timedelta(days=7 if step == "week" else 1)
    except (ValueError, OverflowError):
        return dt.date.max


def _number(step: str) -> int | Decimal:
    size = Decimal(step)
    return int(size) if size == size.to_integral_value() else size


def as_kept(value: Any, type: Type, zone: ZoneInfo) -> Any:
    """The beginning of a step as the values of the type are kept: of moments midnight in the workspace's zone."""
    if type.kind == "datetime" and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time(), zone).astimezone(dt.UTC)
    return value
