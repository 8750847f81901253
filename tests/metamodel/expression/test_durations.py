"""Durations are read from ISO 8601 and written back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metamodel.expression.durations import MOST_DAYS, MOST_MONTHS, MOST_SECONDS, Duration, parse_duration


@pytest.mark.parametrize(
    ("text", "duration", "again"),
    [
        ("P3D", Duration(days=3), "P3D"),
        ("P2W", Duration(days=14), "P14D"),
        ("P1Y2M10D", Duration(months=14, days=10), "P1Y2M10D"),
        ("PT36H", Duration(seconds=129600), "PT36H"),
        ("P1DT90M", Duration(days=1, seconds=5400), "P1DT1H30M"),
        ("P0D", Duration(), "P0D"),
    ],
)
def test_durations_in_whole_numbers(text: str, duration: Duration, again: str) -> None:
    assert parse_duration(text) == duration
    assert str(duration) == again


@pytest.mark.parametrize(
    "text", ["P", "PT", "P1DT", "1D", "P1.5D", "P-1D", "P1H", "PT1D", "P99999999999D", "p1d"]
)
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@given(
    st.builds(
        Duration,
        months=st.integers(0, MOST_MONTHS),
        days=st.integers(0, MOST_DAYS),
        seconds=st.integers(0, MOST_SECONDS),
    )
)
def test_what_is_written_is_read_back(duration: Duration) -> None:
    assert parse_duration(str(duration)) == duration
