"""Times of the day as people and programs write them."""

from __future__ import annotations

import re
from datetime import time

from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.messages import message

_EXACT = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_PARTED = re.compile(r"([0-9]{1,2})\s*[:.,\- чh]\s*([0-9]{2})?(?:[:.]([0-9]{2}))?\s*(?:мин\.?|м\.?|min|m)?")
_DIGITS = re.compile(r"([0-9]{1,2})([0-9]{2})")
_HOUR = re.compile(r"([0-9]{1,2})\s*(?:ч(?:ас(?:а|ов)?)?\.?|h)?")
_HALF = re.compile(r"(.*?)\s*(am|pm|a\.m\.|p\.m\.)")


def parse_clock(text: str, context: Context) -> time:
    """A time; JSON has ``14:30`` or ``14:30:00``, people also type ``930``, ``9.30``, ``9-30``, ``9``, ``2:30 pm``."""
    text = text.strip().lower()
    if len(text) <= 20:
        found = _EXACT.fullmatch(text)
        if found:
            return _time(int(found[1]), int(found[2]), int(found[3] or 0))
        if context.medium != "json":
            return _typed(text)
    raise no_time()


def _typed(text: str) -> time:
    half = _HALF.fullmatch(text)
    if half:
        made = _typed(half[1])
        if not 1 <= made.hour <= 12:
            raise no_time()
        return made.replace(hour=made.hour % 12 + (12 if half[2].startswith("p") else 0))
    for form in (_DIGITS, _HOUR, _PARTED):
        if found := form.fullmatch(text):
            parts = (*found.groups(), None, None)
            return _time(int(parts[0] or 0), int(parts[1] or 0), int(parts[2] or 0))
    raise no_time()


def _time(hour: int, minute: int, second: int) -> time:
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise no_time() from error


def write_clock(value: time) -> str:
    """``14:30``, with seconds when there are some."""
    return value.isoformat("seconds" if value.second else "minutes")


def no_time() -> ValueRefused:
    """What is no time of a day."""
    return ValueRefused("KBK3002", message("A time is expected, such as 14:30."))
