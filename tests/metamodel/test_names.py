"""Names: their form, what Cyrillic becomes."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metamodel.names import first_uids, is_name, transliterate


@pytest.mark.parametrize(("text", "name"), [
    ("Сделка", "sdelka"), ("Контактное лицо", "kontaktnoe_litso"), ("Ёлка", "elka"), ("Щётка, №5", "schetka_5"), ("2-й этаж", "n2_y_etazh"),
    ("Deal", "deal"), ("ъь", ""), ("日本", ""), ("Ж" * 60, "zh" * 24), ("Объём", "obem"),
])  # fmt: skip
def test_a_name_is_transliterated(text: str, name: str) -> None:
    assert transliterate(text) == name


@given(st.text())
def test_a_transliteration_is_a_name_or_nothing(text: str) -> None:
    made = transliterate(text)
    assert made == "" or is_name(made)


@pytest.mark.parametrize("text", ["", "A", "1a", "_a", "a-b", "a b", "а", "a" * 49, "a\n", "ａ"])
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)


def test_first_uids_are_the_same_every_time_and_never_twice() -> None:
    made = list(islice(first_uids("crm", "entity", "deal"), 50))
    assert made == list(islice(first_uids("crm", "entity", "deal"), 50))
    assert len(set(made)) == 50
    assert all(len(uid) == 10 and uid.isalnum() and uid == uid.lower() for uid in made)
    assert made[0] != next(first_uids("crm", "entity", "deals"))
