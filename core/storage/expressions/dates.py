"""Dates and moments: parts, beginnings of months and weeks, distances, and durations added to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.storage.expressions.environment import Environment, Value, as_type, in_order, once, typed_null
from core.storage.expressions.numbers import INTEGER, divided, literal
from core.storage.expressions.zones import DAY_SECONDS, MICROSECONDS, instant_of, local_seconds, local_time
from core.storage.types import BIG, TEXT, Day, Instant
from metamodel.expression.durations import Duration
from metamodel.expression.functions.formats import DatePart, Literally, date_pattern

_PLACES = {"YEAR": (1, 4), "MONTH": (6, 2), "DAY": (9, 2)}
_BEGINNINGS = {"year": (4, "-01-01"), "month": (7, "-01")}
"""How many letters of a day say its year and month on SQLite, and what makes the first day of them."""
_FIELDS = {"YEAR": "year", "QUARTER": "quarter", "MONTH": "month", "DAY": "day", "WEEKDAY": "isodow"}


def part(name: str, day: Value, env: Environment) -> Value:
    """YEAR QUARTER MONTH DAY WEEKDAY (Monday is 1) of a date."""
    if not env.sqlite:
        return sa.cast(sa.extract(_FIELDS[name], day), sa.BigInteger())
    raw = as_type(day, sa.Text())
    if name in _PLACES:
        found = _number(sa.func.substr(raw, *map(literal, _PLACES[name])))
    elif name == "QUARTER":
        found = divided(_number(sa.func.substr(raw, literal(6), literal(2))) + literal(2), literal(3))
    else:
        found = (_number(sa.func.strftime("%w", raw)) + literal(6)) % literal(7) + literal(1)
    return as_type(found, BIG)


def _number(text: Value) -> Value:
    return sa.cast(text, sa.Integer())


def start_of(day: Value, unit: str, env: Environment) -> Value:
    """The first day of the year, quarter, month or ISO week that a date is in."""
    if not env.sqlite:
        return as_type(sa.cast(sa.func.date_trunc(unit, sa.cast(day, sa.DateTime())), sa.Date()), Day())
    raw = as_type(day, sa.Text())
    match unit:
        case "year" | "month":
            return begun(beginning(day, unit), unit)
        case "quarter":
            made = once([raw], _quarter)
        case "week":
            made = sa.func.date(raw, "weekday 0", "-6 days")
        case _:
            made = raw
    return as_type(made, Day())


def begins(unit: str, env: Environment) -> bool:
    """Whether the first letters of a day say of which step it is."""
    return env.sqlite and unit in _BEGINNINGS


def beginning(day: Value, unit: str) -> Value:
    """The first letters of a day, which say its year or month on SQLite."""
    return sa.func.substr(as_type(day, sa.Text()), literal(1), literal(_BEGINNINGS[unit][0]), type_=TEXT)


def begun(letters: Value, unit: str) -> Value:
    """The first day of the year or month that these letters say."""
    return as_type(as_type(letters, TEXT).concat(_BEGINNINGS[unit][1]), Day())


def _quarter(day: Value) -> Value:
    month = sa.func.substr(day, literal(6), literal(2), type_=TEXT)
    begin = sa.case(
        (month < "04", "-01-01"), (month < "07", "-04-01"), (month < "10", "-07-01"), else_="-10-01"
    )  # fmt: skip
    return sa.func.substr(day, literal(1), literal(4), type_=TEXT).concat(begin)


def days_between(start: Value, end: Value, env: Environment) -> Value:
    """Days from one date to another."""
    if not env.sqlite:
        return sa.cast(as_type(end, sa.Integer()) - as_type(start, sa.Integer()), sa.BigInteger())
    first, last = (sa.func.julianday(as_type(d, sa.Text()), type_=INTEGER) for d in (start, end))
    return as_type(sa.cast(last - first, sa.Integer()), BIG)


_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


def difference(start: Value, end: Value, unit: str, env: Environment) -> Value:
    """Whole units from ``start`` to ``end``; those that are not complete do not count."""
    if unit in _SECONDS:
        return _seconds_between(start, end, _SECONDS[unit], env)
    if unit in _MONTHS:
        return _cut(_months_between(start, end, env), _MONTHS[unit], env)
    return _cut(days_between(start, end, env), 7 if unit == "week" else 1, env)


def _cut(value: Value, by: int, env: Environment) -> Value:
    if by == 1:
        return value
    raw = as_type(value, INTEGER if env.sqlite else sa.BigInteger())
    return as_type(divided(raw, literal(by)), BIG)


def _seconds_between(start: Value, end: Value, size: int, env: Environment) -> Value:
    if env.sqlite:
        first, last = (as_type(m, INTEGER) for m in (start, end))
        return as_type(divided(last - first, literal(size * MICROSECONDS)), BIG)
    span = as_type(end, sa.DateTime()) - as_type(start, sa.DateTime())
    return sa.cast(sa.func.div(sa.extract("epoch", span), size), sa.BigInteger())


def _months_between(start: Value, end: Value, env: Environment) -> Value:
    if env.sqlite:
        return env.function("kubik_months", start, end, type_=BIG)

    def make(first: Value, last: Value) -> Value:
        a, b = (part("YEAR", d, env) * literal(12) + part("MONTH", d, env) for d in (first, last))
        early = part("DAY", last, env) < part("DAY", first, env)
        late = part("DAY", last, env) > part("DAY", first, env)
        count = b - a
        return sa.case(
            (sa.and_(count > literal(0), early), count - literal(1)),
            (sa.and_(count < literal(0), late), count + literal(1)),
            else_=count,
        )

    return once([start, end], make)


def shifted_day(day: Value, by: Duration, env: Environment) -> Value:
    """A date moved by months, then by days; null outside of the years 1 to 9999."""
    if env.sqlite:
        return env.function("kubik_shift", day, literal(by.months), literal(by.days), type_=Day())
    moved = sa.cast(day, sa.DateTime()) + _interval(by)
    return as_type(once([moved], lambda m: sa.case((_in_calendar(m), sa.cast(m, sa.Date())))), Day())


def shifted_moment(moment: Value, by: Duration, env: Environment) -> Value:
    """An instant moved by months and days on the local clock, then by seconds."""
    if env.sqlite:
        steps = map(literal, (by.months, by.days, by.seconds))
        return env.function("kubik_shift_moment", moment, *steps, env.zone.key, type_=Instant())
    if by.months or by.days:
        moment = instant_of(local_time(moment, env) + _interval(by), env)
    pause = sa.func.make_interval(0, 0, 0, 0, 0, 0, literal(by.seconds), type_=sa.Interval())
    return _instant_in_calendar(as_type(moment, sa.DateTime(timezone=True)) + pause)


def day_after(day: Value, seconds: Value, env: Environment) -> Value:
    """A date moved by the whole days of a length in seconds; null outside of the calendar."""
    if env.sqlite:
        return env.function(
            "kubik_shift", day, literal(0), divided(seconds, literal(DAY_SECONDS)), type_=Day()
        )

    def make(start: Value, length: Value) -> Value:
        days = sa.cast(
            length.op("/", precedence=8, return_type=sa.BigInteger())(literal(DAY_SECONDS)), sa.Integer()
        )
        moved = sa.cast(start, sa.DateTime()) + sa.func.make_interval(0, 0, 0, days, type_=sa.Interval())
        return once([moved], lambda m: sa.case((_in_calendar(m), sa.cast(m, sa.Date()))))

    return as_type(once([day, seconds], make), Day())


def moment_after(moment: Value, seconds: Value, env: Environment) -> Value:
    """An instant moved by a length in seconds; null outside of the calendar."""
    if env.sqlite:
        arguments = (literal(0), literal(0), seconds, env.zone.key)
        return env.function("kubik_shift_moment", moment, *arguments, type_=Instant())
    one = sa.literal_column("INTERVAL '1 second'", sa.Interval())
    pause = seconds.op("*", precedence=8, return_type=sa.Interval())(one)
    return _instant_in_calendar(as_type(moment, sa.DateTime(timezone=True)) + pause)


def _instant_in_calendar(made: Value) -> Value:
    def make(value: Value) -> Value:
        clock = sa.func.timezone("UTC", value, type_=sa.DateTime())
        return sa.case((_in_calendar(clock), value), else_=typed_null(sa.DateTime(timezone=True)))

    return as_type(once([made], make), Instant())


def _interval(by: Duration) -> Value:
    return sa.func.make_interval(0, literal(by.months), 0, literal(by.days), type_=sa.Interval())


def _in_calendar(timestamp: Value) -> sa.ColumnElement[bool]:
    first = sa.literal_column("TIMESTAMP '0001-01-01'", sa.DateTime())
    return sa.and_(
        timestamp >= first, timestamp < sa.literal_column("TIMESTAMP '10000-01-01'", sa.DateTime())
    )


_SQLITE = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "hh": "%H", "mm": "%M", "ss": "%S"}
_POSTGRESQL = {"YYYY": "YYYY", "MM": "MM", "DD": "DD", "hh": "HH24", "mm": "MI", "ss": "SS"}


def written(value: Value, pattern: str, *, moment: bool, env: Environment) -> Value:
    """A date or a moment (on the local clock) by a pattern of FORMAT."""
    parts = date_pattern(pattern)
    assert parts is not None
    if env.sqlite:
        form = "".join(p.text.replace("%", "%%") if isinstance(p, Literally) else _SQLITE[p] for p in parts)
        arguments: tuple[Any, ...] = (as_type(value, sa.Text()),)
        if moment:
            arguments = (local_seconds(value, env), "unixepoch")
        return sa.func.strftime(form, *arguments, type_=TEXT)
    clock = local_time(value, env) if moment else sa.cast(value, sa.DateTime())
    return once([clock], lambda given: _joined(parts, given, env))


def written_clock(value: Value, pattern: str, env: Environment) -> Value:
    """A time by a pattern of FORMAT."""
    parts = date_pattern(pattern)
    assert parts is not None
    raw = as_type(value, TEXT)
    places = {"hh": 1, "mm": 4, "ss": 7}
    texts = [
        sa.literal(p.text, TEXT)
        if isinstance(p, Literally)
        else sa.func.substr(raw, literal(places[p]), literal(2), type_=TEXT)
        for p in parts
    ]
    made: Value = texts[0]
    for text in texts[1:]:
        made = made.concat(text)
    return made if not all(isinstance(p, Literally) for p in parts) else sa.case((raw.is_not(None), made))


def _joined(parts: tuple[DatePart | Literally, ...], clock: Value, env: Environment) -> Value:
    texts = [
        sa.literal(p.text, TEXT)
        if isinstance(p, Literally)
        else in_order(sa.func.to_char(clock, _POSTGRESQL[p]), env)
        for p in parts
    ]
    made: Value = texts[0]
    for text in texts[1:]:
        made = made.concat(text)
    return made
