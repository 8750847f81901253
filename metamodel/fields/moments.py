"""Dates and instants as people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.messages import message

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DOTS = re.compile(r"([0-9]{1,2})[., -]\s*([0-9]{1,2})(?:[., -]\s*(?:([0-9]{4}|[0-9]{2}))?)?(?:\s*г\.?)?")
_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})")
_NEAR = re.compile(r"([+−-])\s?([0-9]{1,4})")
_DAYS = {
    "сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "вчера": -1, "yesterday": -1, "послезавтра": 2, "позавчера": -2,
}  # fmt: skip
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}|[0-9]{2}))?")
_WORDS = re.compile(r"([0-9]{1,2})\s+([^\W\d_]{3,12})\.?,?(?:\s+([0-9]{4}))?(?:\s*г\.?|\s+года)?")
_WORDS_FIRST = re.compile(r"([^\W\d_]{3,12})\.?\s+([0-9]{1,2})(?:,?\s+([0-9]{4}))?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?")
_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_MONTHS = (
    "jan янв", "feb фев", "mar мар", "apr апр", "may май мая", "jun июн", "jul июл", "aug авг", "sep сен",
    "oct окт", "nov ноя", "dec дек",
)  # fmt: skip
_MONTH_OF = {stem: number for number, stems in enumerate(_MONTHS, 1) for stem in stems.split()}


def parse_day(text: str, context: Context) -> date:
    """A date; outside JSON also ``21.11.2026``, ``21.11`` (of this year), ``21 11 26``, ``211126``, ``11/21/2026`` in
    English, ``21 ноября``, ``завтра``, ``+3`` (days from now)."""
    text = text.strip()
    if len(text) <= 40:
        found = _ISO.fullmatch(text)
        if found:
            return _date(int(found[1]), int(found[2]), int(found[3]))
        if context.medium != "json":
            return _typed_day(text, context)
    raise _no_date()


def _typed_day(text: str, context: Context) -> date:
    near = _near(text, context)
    if near is not None:
        return near
    if found := _DIGITS.fullmatch(text):
        if context.language != "ru":
            why = message("“{text}” may be read in two ways: write the date as 2026-11-21.", text=text)
            raise ValueRefused("KBK3002", why)
        return _date(_year(found[3], context), int(found[2]), int(found[1]))
    if found := _DOTS.fullmatch(text):
        return _date(_year(found[3], context), int(found[2]), int(found[1]))
    if found := _SLASHES.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        day_first = context.language == "ru" or first > 12
        return _date(_year(found[3], context), second if day_first else first, first if day_first else second)
    if found := _WORDS.fullmatch(text.lower()):
        return _date(_year(found[3], context), _month(found[2]), int(found[1]))
    if found := _WORDS_FIRST.fullmatch(text.lower()):
        return _date(_year(found[3], context), _month(found[1]), int(found[2]))
    raise _no_date()


def _near(text: str, context: Context) -> date | None:
    """``завтра``, ``+3``: a day counted from the present one."""
    found = _NEAR.fullmatch(text)
    days = _DAYS.get(text.lower()) if found is None else int(found[2]) * (1 if found[1] == "+" else -1)
    if days is None:
        return None
    try:
        return _today(context) + timedelta(days=days)
    except OverflowError as error:
        raise _no_date() from error


def _today(context: Context) -> date:
    return context.today or datetime.now(ZoneInfo(context.zone)).date()


def _month(word: str) -> int:
    if word[:3] not in _MONTH_OF:
        raise _no_date()
    return _MONTH_OF[word[:3]]


def _year(written: str | None, context: Context) -> int:
    """Two digits are of the hundred years that end 20 years from now; none is the current year."""
    now = _today(context).year
    if written is None:
        return now
    year = int(written)
    if len(written) == 4:
        return year
    century = now // 100 * 100
    return min(
        (century + year + shift for shift in (-100, 0, 100)), key=lambda y: (not now - 80 < y <= now + 20, y)
    )


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise _no_date() from error


def parse_instant(text: str, context: Context) -> datetime:
    """An instant in UTC: RFC 3339 with an offset, and outside JSON the local time of the context's zone."""
    text = text.strip()
    if len(text) > 60:
        raise _no_instant()
    if found := _RFC3339.fullmatch(text):
        return _rfc3339(found)
    if context.medium == "json":
        raise _no_instant()
    if "T" in text:
        day, _, clock = text.partition("T")
    else:
        day, found_space, clock = text.rpartition(" ")
        if not found_space or ":" not in clock:
            day, clock = text, ""
    local = _local(day.rstrip(","), clock, context)
    return _in_utc(local.replace(tzinfo=ZoneInfo(context.zone)))


def _local(day: str, clock: str, context: Context) -> datetime:
    """A day and a clock as they were typed; one that is typed alone is a day at midnight, or a time of today."""
    if not clock and ":" in day:
        return datetime.combine(_today(context), _clock(day))
    return datetime.combine(parse_day(day, context), _clock(clock) if clock else time())


def _rfc3339(found: re.Match[str]) -> datetime:
    offset = "+00:00" if found[3] in "Zz" else found[3]
    try:
        return _in_utc(datetime.fromisoformat(f"{found[1]}T{found[2]}{offset}"))
    except ValueError as error:
        raise _no_instant() from error


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise _no_instant() from error


def _clock(text: str) -> time:
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise _no_instant()
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0), int((found[4] or "0").ljust(6, "0")))
    except ValueError as error:
        raise _no_instant() from error


def write_day(day: date, context: Context) -> str:
    """A date as the medium writes it: ISO 8601, or as people of the language write it."""
    if context.medium == "json" or context.language != "ru":
        return day.isoformat()
    return f"{day:%d.%m.}{day.year:04}"


def write_instant(moment: datetime, context: Context) -> str:
    """An instant: RFC 3339 in UTC for JSON, else the local time of the zone, to the minute when nothing is lost."""
    if context.medium == "json":
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    try:
        local = moment.astimezone(ZoneInfo(context.zone))
    except OverflowError:
        local = moment
    exact = "auto" if local.second or local.microsecond else "minutes"
    clock = local.time().isoformat(exact)
    return f"{write_day(local.date(), context)} {clock}"


def _no_date() -> ValueRefused:
    return ValueRefused("KBK3002", message("A date is expected, such as 2026-11-21."))


def _no_instant() -> ValueRefused:
    return ValueRefused("KBK3002", message("A date and time is expected, such as 2026-11-21T11:30:00Z."))
