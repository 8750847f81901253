"""Which days a calendar shows."""

from __future__ import annotations

import datetime as dt

import pytest

from renderers.calendars.spans import span_of

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ({}, "2026-10-26", "2026-12-07"),
        ({"on": "2027-02-10"}, "2027-02-01", "2027-03-01"),
        ({"scale": "week", "on": "2026-11-22"}, "2026-11-16", "2026-11-23"),
        ({"scale": "day", "on": "2026-11-22"}, "2026-11-22", "2026-11-23"),
        ({"scale": "century", "on": "soon"}, "2026-10-26", "2026-12-07"),
    ],
)
def test_a_month_is_whole_weeks_and_what_cannot_be_read_is_this_month(asked, first, end):
    span = span_of(asked, TODAY)
    assert (span.first.isoformat(), span.end.isoformat()) == (first, end)
    assert (span.end - span.first).days % 7 == 0 or span.scale == "day"


def test_steps_go_by_months_weeks_and_days():
    assert span_of({"on": "2026-01-31"}, TODAY).step(1) == dt.date(2026, 2, 1)
    assert span_of({"on": "2026-01-31"}, TODAY).step(-1) == dt.date(2025, 12, 1)
    assert span_of({"on": "2026-01-31", "scale": "week"}, TODAY).step(1) == dt.date(2026, 2, 7)
    assert span_of({"on": "2026-01-31", "scale": "day"}, TODAY).step(-1) == dt.date(2026, 1, 30)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("scale", ["month", "week", "day"])
def test_the_ends_of_time_have_calendars(day, scale):
    span = span_of({"on": day, "scale": scale}, TODAY)
    assert span.step(-1) <= span.step(1)
    assert span.words("ru") and span.words("en")
