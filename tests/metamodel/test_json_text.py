"""JSON values: read exactly, written as one canonical text, faults told with their place."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metamodel.json_text import JsonFault, JsonValue, canonical, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@given(VALUES)
def test_a_value_comes_back_and_its_text_stays(value: object) -> None:
    try:
        text = canonical(value)
    except JsonFault:
        return  # half of a character
    assert read_json(text) == value
    assert canonical(read_json(text)) == text
    assert read_json(canonical(value, indent=2)) == value
    json.loads(text)


def test_equal_numbers_and_orders_of_keys_are_one_text() -> None:
    assert JsonValue(read_json('{"b": 1.50, "a": 1e2}')) == JsonValue({"a": 100, "b": Decimal("1.5")})
    assert JsonValue(True) != JsonValue(1)
    assert hash(JsonValue([1])) == hash(JsonValue([Decimal("1.0")]))


@pytest.mark.parametrize(("text", "line", "column"), [
    ('{"a": }', 1, 7), ('{\n "a": 1,\n "b" 2}', 3, 6), ("", 1, 1), ("[1,]", 1, 4), ("NaN", None, None), ('{"a":1,"a":2}', None, None), ("[" * 99 + "]" * 99, None, None),
])  # fmt: skip
def test_a_fault_says_where_it_is(text: str, line: int | None, column: int | None) -> None:
    with pytest.raises(JsonFault) as fault:
        read_json(text)
    assert fault.value.line == line
    assert column is None or abs((fault.value.column or 0) - column) <= 1
