"""What a value becomes under another type, and when something of it is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metamodel.convert import convert, same_column
from metamodel.expression.durations import span
from metamodel.fields import field_types
from metamodel.fields.base import Context
from metamodel.json_text import JsonValue
from tests.metamodel.fields.samples import SAMPLES, sample_field, value_of

D = Decimal
NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
LOST = object()
TYPES = [name for name in field_types() if name in SAMPLES]


@pytest.mark.parametrize(("old", "value", "new", "expected", "lost"), [
    ("text", "12", "integer", 12, False), ("text", "1 200,50", "decimal", D("1200.5"), False), ("text", "1,200.50", "money", D("1200.5"), False),
    ("text", "20 %", "percent", D("0.2"), False), ("text", "да", "boolean", True, False), ("text", "21.11.2026", "date", date(2026, 11, 21), False),
    ("text", "21.11.2026 12:00", "datetime", NOON, False), ("text", "Звонок", "choice", "call", False), ("text", "Website", "choice", "site", False),
    ("text", "много", "integer", None, True), ("text", "x", "date", None, True), ("text", "нет такого", "choice", None, True), ("text", "7", "link", None, True),
    ("text", "a", "long_text", "a", False), ("long_text", "a\nb", "text", "a\nb", False), ("number_series", "С-1", "text", "С-1", False),
    ("integer", 5, "decimal", D("5.0000000"), False), ("integer", 10**17, "decimal", None, True), ("integer", 1, "boolean", True, False),
    ("integer", 2, "boolean", None, True), ("integer", 5, "text", "5", False), ("integer", 5, "date", None, True),
    ("decimal", D("5.0000000"), "integer", 5, False), ("decimal", D("5.5000000"), "integer", 6, True), ("decimal", D("0.1250000"), "money", D("0.13"), True),
    ("decimal", D("0.2500000"), "percent", D("0.2500"), False), ("money", D("1200.10"), "text", "1200.10", False), ("money", D("1.00"), "boolean", True, False),
    ("boolean", True, "integer", 1, False), ("boolean", False, "money", D("0.00"), False), ("boolean", True, "text", "true", False),
    ("date", date(2026, 11, 21), "datetime", MIDNIGHT, False), ("date", date(2026, 11, 21), "text", "2026-11-21", False),
    ("datetime", MIDNIGHT, "date", date(2026, 11, 21), False), ("datetime", NOON, "date", date(2026, 11, 21), True),
    ("datetime", NOON, "text", "2026-11-21 12:00:00", False), ("choice", "call", "text", "Звонок", False), ("choice", "call", "integer", None, True),
    ("link", 7, "user", None, True), ("link", 7, "text", None, True), ("link", 7, "link", 7, False), ("text", "x", "formula", None, True),
    ("text", "8 495 123-45-67", "phone", "+74951234567", False), ("text", "позвони", "phone", None, True), ("text", "javascript:alert(1)", "url", None, True),
    ("text", "Example.com", "url", "https://example.com", False), ("text", "A@ПОЧТА.рф", "email", "A@почта.рф", False), ("text", "f80", "color", "#FF8800", False),
    ("text", "a <b>\n\nc", "rich_text", "<p>a &lt;b&gt;</p><p>c</p>", False), ("rich_text", "<p>a &lt; <b>b</b></p>", "text", "a < b", True),
    ("rich_text", "<p>8 495 123-45-67</p>", "phone", "+74951234567", True), ("rich_text", "<p>5</p>", "integer", 5, False),
    ("text", "9.30", "time", time(9, 30), False), ("time", time(9, 30), "text", "09:30:00", False), ("datetime", NOON, "time", time(12), True),
    ("text", "2 ч", "duration", span(7200), False), ("duration", span(7200), "text", "PT2H", False), ("duration", span(7200), "integer", 7200, False),
    ("integer", 60, "duration", span(60), False), ("integer", -60, "duration", None, True), ("text", "Важный, Далеко", "choices", ("vip", "far"), False),
    ("choices", ("vip", "far"), "text", "Важный, Далеко", False), ("text", '{"a": 1}', "json", JsonValue({"a": 1}), False), ("text", "{", "json", None, True),
    ("json", JsonValue([1]), "text", "[1]", False), ("integer", 4, "rating", 4, False), ("integer", 6, "rating", None, True), ("decimal", D("4.6"), "rating", 5, True), ("choice", "call", "choices", None, True),
    ("link", 7, "links", (7,), False), ("links", (8, 7), "link", 8, True), ("links", (7,), "link", 7, False), ("user", 7, "users", (7,), False),
    ("file", 7, "files", (7,), False), ("files", (9, 7), "image", 9, True), ("user", 7, "links", None, True), ("links", (7,), "text", None, True),
])  # fmt: skip
def test_a_value_becomes(old: str, value: Any, new: str, expected: Any, lost: bool) -> None:
    made = convert(sample_field(old), sample_field(new), value_of(old, value), zone="Europe/Moscow")
    assert (made.value, made.lost) == (value_of(new, expected), lost)


@pytest.mark.parametrize("new", TYPES)
@pytest.mark.parametrize("old", TYPES)
def test_every_type_to_every_type_keeps_a_value_of_the_new_one_or_says_that_it_is_lost(
    old: str, new: str
) -> None:
    source, target = sample_field(old), sample_field(new)
    assert convert(source, target, None) == convert(target, source, None)
    for sample in SAMPLES[old].values:
        made = convert(source, target, value_of(old, sample))
        assert made.value is not None or made.lost
        if made.value is not None and target.writable and not isinstance(made.value, str):
            assert (
                target.type.parse(target, target.type.format(target, made.value, Context()), Context())
                == made.value
            )


@pytest.mark.parametrize("name", [n for n in TYPES if sample_field(n).stored])
def test_a_value_under_its_own_type_stays(name: str) -> None:
    field = sample_field(name)
    assert same_column(field, field)
    for sample in SAMPLES[name].values:
        made = convert(field, field, value_of(name, sample))
        assert (made.value, made.lost) == (value_of(name, sample), False)


def test_a_choice_that_is_gone_is_found_by_its_name_or_lost() -> None:
    field = sample_field("choice")
    again = replace(field, choices=tuple(replace(c, uid=f"new{c.name}") for c in field.choices[:2]))
    assert convert(field, again, value_of("choice", "call")).value == "newcall"
    assert convert(field, again, value_of("choice", "yo")).lost


def test_rules_are_for_the_next_write_not_for_what_is_there() -> None:
    text, code = sample_field("text"), sample_field("code")
    assert convert(text, code, "not of the format").value == "not of the format"
    assert same_column(text, code)
    integer = replace(sample_field("integer"), options={"max": 5})
    assert convert(text, integer, "12").value == 12


@pytest.mark.parametrize(("old", "new", "same"), [
    ("text", "long_text", True), ("text", "number_series", True), ("money", "decimal", False), ("link", "user", False), ("integer", "decimal", False),
    ("date", "datetime", False), ("text", "choice", False), ("text", "url", False), ("url", "text", True), ("text", "rich_text", False),
    ("integer", "rating", False), ("rating", "integer", True), ("phone", "phone", True),
])  # fmt: skip
def test_a_change_that_copies_nothing(old: str, new: str, same: bool) -> None:
    assert same_column(sample_field(old), sample_field(new)) is same


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=7, allow_nan=False))
def test_there_and_back_through_text_loses_nothing(value: Decimal) -> None:
    decimal, text = sample_field("decimal"), sample_field("text")
    made = convert(decimal, text, value)
    assert not made.lost
    assert convert(text, decimal, made.value).value == value
