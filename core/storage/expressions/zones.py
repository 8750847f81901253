"""The workspace's zone in SQL: the offset of an instant, and back from local time, as a CASE over its transitions.

The same CASE from the same tables of zones on both databases, the latest transitions first. Before 1970 and after the
last listed year the nearest offset holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.storage.expressions.environment import Environment, Value, as_type, once
from core.storage.expressions.numbers import INTEGER, divided, literal
from core.storage.types import Day, Instant, to_microseconds

FIRST_YEAR, LAST_YEAR = 1970, 2050

MICROSECONDS = 1_000_000
DAY_SECONDS = 86_400
_BEFORE_YEAR_1 = 62_135_596_800
"""Seconds from the year 1 to the epoch: added before a division so that nothing is negative."""


@dataclass(frozen=True, slots=True)
class Transition:
    """At ``at`` (UTC) the offset changes from ``before`` to ``after`` (seconds east)."""

    at: datetime
    before: int
    after: int

    @property
    def local(self) -> datetime:
        """The local time from which ``after`` holds: of a time that is skipped or doubled the earlier meaning."""
        return (self.at + timedelta(seconds=max(self.before, self.after))).replace(tzinfo=None)


@cache
def transitions(key: str) -> tuple[Transition, ...]:
    """The transitions of a zone from `FIRST_YEAR` to `LAST_YEAR`, the latest first."""
    zone = ZoneInfo(key)
    found: list[Transition] = []
    here, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    offset = _offset(zone, here)
    while here < end:
        there = here + timedelta(days=3)
        if _offset(zone, there) != offset:
            at = _change(zone, here, there)
            found.append(Transition(at, offset, offset := _offset(zone, at)))
            there = at
        here = there
    return tuple(reversed(found))


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second with another offset than at ``low``."""
    offset = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    return round((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _first_offset(key: str) -> int:
    listed = transitions(key)
    if listed:
        return listed[-1].before
    return _offset(ZoneInfo(key), datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))


def local_seconds(moment: Value, env: Environment) -> Value:
    """SQLite: an instant as whole seconds from the epoch on the local clock."""

    def make(value: Value) -> Value:
        raw = as_type(value, INTEGER)
        whens = [(raw >= literal(to_microseconds(t.at)), literal(t.after)) for t in transitions(env.zone.key)]
        first = literal(_first_offset(env.zone.key))
        offset: Value = sa.case(*whens, else_=first) if whens else first
        shifted = raw + literal(_BEFORE_YEAR_1 * MICROSECONDS)
        return divided(shifted, literal(MICROSECONDS)) + offset - literal(_BEFORE_YEAR_1)

    return once([moment], make)


def local_time(moment: Value, env: Environment) -> Value:
    """PostgreSQL: an instant as a timestamp without zone on the local clock."""

    def make(value: Value) -> Value:
        whens = [
            (value >= sa.literal_column(f"TIMESTAMPTZ '{t.at.isoformat()}'", Instant()), literal(t.after))
            for t in transitions(env.zone.key)
        ]
        first = literal(_first_offset(env.zone.key))
        offset: Value = sa.case(*whens, else_=first) if whens else first
        return _clock(value) + _seconds(offset)

    return once([moment], make)


def instant_of(local: Value, env: Environment) -> Value:
    """PostgreSQL: the instant of a timestamp on the local clock."""

    def make(value: Value) -> Value:
        whens = [
            (
                value >= sa.literal_column(f"TIMESTAMP '{t.local.isoformat()}'", sa.DateTime()),
                literal(t.after),
            )
            for t in transitions(env.zone.key)
        ]
        first = literal(_first_offset(env.zone.key))
        offset: Value = sa.case(*whens, else_=first) if whens else first
        return sa.func.timezone("UTC", value - _seconds(offset), type_=Instant())

    return once([local], make)


def day_of(moment: Value, env: Environment) -> Value:
    """The local date of an instant."""
    if env.sqlite:
        return sa.func.date(local_seconds(moment, env), "unixepoch", type_=Day())
    return as_type(sa.cast(local_time(moment, env), sa.Date()), Day())


def start_of_day(day: Value, env: Environment) -> Value:
    """The instant at which a local date begins."""
    if not env.sqlite:
        return instant_of(sa.cast(day, sa.DateTime()), env)

    def make(value: Value) -> Value:
        raw = as_type(value, sa.Text())
        whens = [
            (raw >= sa.literal_column(f"'{_day_from(t.local)}'", sa.Text()), literal(t.after))
            for t in transitions(env.zone.key)
        ]
        first = literal(_first_offset(env.zone.key))
        offset: Value = sa.case(*whens, else_=first) if whens else first
        seconds = sa.cast(sa.func.strftime("%s", raw), sa.Integer())
        return as_type((seconds - offset) * literal(MICROSECONDS), Instant())

    return once([day], make)


def _day_from(local: datetime) -> str:
    """The first date that begins at that local time or later."""
    day = local.date() if local.time() == datetime.min.time() else local.date() + timedelta(days=1)
    return day.isoformat()


def _clock(moment: Value) -> Value:
    return sa.func.timezone("UTC", moment, type_=sa.DateTime())


def _seconds(count: Value) -> Value:
    one = sa.literal_column("INTERVAL '1 second'", sa.Interval())
    return count.op("*", precedence=8, return_type=sa.Interval())(one)
