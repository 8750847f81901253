"""Durations: an ISO 8601 length of time, in calendar months, in days and in exact seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_FORM = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII
)

MOST_MONTHS, MOST_DAYS, MOST_SECONDS = 24_000, 730_000, 10_000_000_000
"""What a duration may count; PostgreSQL's calendar ends not far behind twice as much."""


DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """Years are 12 months, weeks 7 days; months, days and seconds do not turn into each other."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def __neg__(self) -> Duration:
        return Duration(months=-self.months, days=-self.days, seconds=-self.seconds)

    @property
    def total(self) -> int:
        """Days and seconds as seconds, a day being 24 hours; months are no length of this kind."""
        return self.days * DAY + self.seconds

    def __str__(self) -> str:
        """ISO 8601, the shortest form; before a negative one stands a minus, as in XML Schema."""
        if self.months < 0 or self.days < 0 or self.seconds < 0:
            return f"-{-self}"
        date = "".join(
            f"{n}{unit}"
            for n, unit in ((self.months // 12, "Y"), (self.months % 12, "M"), (self.days, "D"))
            if n
        )
        hours, rest = divmod(self.seconds, 3600)
        time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (rest // 60, "M"), (rest % 60, "S")) if n)
        return f"P{date}T{time}" if time else f"P{date or '0D'}"


class Span(timedelta):
    """The value of a duration field: a length in whole seconds; as a text ISO 8601 in its shortest form."""

    __slots__ = ()

    @property
    def total(self) -> int:
        """The length in seconds."""
        return self.days * DAY + self.seconds

    @property
    def duration(self) -> Duration:
        """The same as a duration of the expression language, days being 24 hours, all parts of its sign."""
        days, seconds = divmod(abs(self.total), DAY)
        made = Duration(days=days, seconds=seconds)
        return -made if self.total < 0 else made

    def __str__(self) -> str:
        return str(self.duration)

    __repr__ = __str__


def span(total: int) -> Span:
    """The length of that many seconds."""
    return Span(seconds=total)


def read_span(text: str) -> Span:
    """The length that a `Span` wrote as text."""
    made = parse_duration(text.removeprefix("-"))
    if made is None:
        raise ValueError(f"{text} is no length of time")
    return span(-made.total if text.startswith("-") else made.total)


def parse_duration(text: str) -> Duration | None:
    """The duration of an ISO 8601 text in whole numbers; None for another text or one that is too long."""
    found = _FORM.fullmatch(text)
    if found is None or text in ("P", "PT") or text.endswith("T"):
        return None
    if any(part and len(part) > 12 for part in found.groups()):
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    made = Duration(
        months=years * 12 + months, days=weeks * 7 + days, seconds=hours * 3600 + minutes * 60 + seconds
    )
    fits = made.months <= MOST_MONTHS and made.days <= MOST_DAYS and made.seconds <= MOST_SECONDS
    return made if fits else None
