"""Which days a calendar shows: a month in whole weeks, a week, a day, or the days ahead; Monday first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from babel.dates import format_date

Scale = Literal["month", "week", "day"]
SCALES: tuple[str, ...] = get_args(Scale)
WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days from ``first`` to before ``end``, around the day ``on`` that was asked for."""

    scale: Scale
    on: dt.date
    first: dt.date
    end: dt.date

    @property
    def days(self) -> tuple[dt.date, ...]:
        return tuple(self.first + DAY * n for n in range((self.end - self.first).days))

    def step(self, direction: int) -> dt.date:
        """A day of the span before (-1) or after (1) this one; the same day where the calendar ends."""
        try:
            if self.scale == "month":
                month = self.on.year * 12 + self.on.month - 1 + direction
                return dt.date(month // 12, month % 12 + 1, 1)
            return self.on + (WEEK if self.scale == "week" else DAY) * direction
        except (ValueError, OverflowError):
            return self.on

    def words(self, language: str) -> str:
        """What it is called: a month, the days of a week, a day."""
        if self.scale == "month":
            return _capital(format_date(self.on, "LLLL yyyy", locale=language))
        if self.scale == "day":
            return _capital(format_date(self.on, "full", locale=language))
        last = self.end - DAY
        return f"{format_date(self.first, 'd MMM', locale=language)} – {format_date(last, 'd MMM yyyy', locale=language)}"


def span_of(asked: Mapping[str, str], today: dt.date) -> Span:
    """The days that an address asks for; a month around today where it says nothing that can be read."""
    written = asked.get("scale", "")
    scale: Scale = written if written in SCALES else "month"  # type: ignore[assignment]
    on = _day(asked.get("on", "")) or today
    if scale == "day":
        return Span(scale=scale, on=on, first=on, end=_later(on, DAY))
    first = on.replace(day=1) if scale == "month" else on
    first = _later(first, -DAY * first.weekday())
    if scale == "week":
        return Span(scale=scale, on=on, first=first, end=_later(first, WEEK))
    end = first
    while end < on or end.month == on.month or end <= on:
        after = _later(end, WEEK)
        if after == end:
            break
        end = after
    return Span(scale=scale, on=on, first=first, end=end)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _later(day: dt.date, by: dt.timedelta) -> dt.date:
    try:
        return day + by
    except OverflowError:
        return day


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
