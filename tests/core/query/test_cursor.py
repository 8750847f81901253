"""A cursor gives back what it was made of, here and for this question alone."""

from __future__ import annotations

import datetime as dt
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import KubikError
from core.query.cursor import read_cursor, write_cursor

SECRET = b"s" * 32
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**62), 2**62), st.text(), st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-10**13, max_value=10**13),
    st.datetimes(timezones=st.just(dt.UTC)),
)  # fmt: skip


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_values_come_back_exactly(values):
    cursor = write_cursor(SECRET, ("deal", ("-amount",)), values)
    assert set(cursor) <= set(string.ascii_letters + string.digits + "-_.~")
    read = read_cursor(SECRET, ("deal", ("-amount",)), cursor, len(values))
    assert [(type(v), v) for v in read] == [(type(v), v) for v in values]
    assert all(str(a) == str(b) for a, b in zip(read, values, strict=True) if isinstance(b, Decimal))


def refused(cursor, *, secret=SECRET, bound=("deal",), count=2) -> bool:
    with pytest.raises(KubikError) as error:
        read_cursor(secret, bound, cursor, count)
    return error.value.code == "KBK2004"


def test_another_question_or_key_or_length_is_refused():
    cursor = write_cursor(SECRET, ("deal",), ["a", 7])
    assert read_cursor(SECRET, ("deal",), cursor, 2) == ("a", 7)
    assert refused(cursor, bound=("company",))
    assert refused(cursor, secret=b"t" * 32)
    assert refused(cursor, count=3)


@given(st.data())
def test_a_changed_cursor_is_refused(data):
    cursor = write_cursor(SECRET, ("deal",), ["text", 7])
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_.~ %"))
    changed = cursor[:at] + letter + cursor[at + 1 :]
    if changed != cursor:
        assert refused(changed)
    assert refused(cursor[:at])
    assert refused(cursor + letter)


@given(st.text())
def test_anything_else_is_refused(text):
    assert refused(text)
