"""What of a text is shown as found, and which text is."""

from __future__ import annotations

import pytest

from core.query.searching import marks
from core.query.searching.excerpts import excerpt
from tests.factories import model


def marked(text: str, query: str) -> str:
    """The text with what was found in brackets."""
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in marks(text, query))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("+7 900 000-28-18", "8 ([900) 000-28-18]"),
        ("8-900-000-28-18", "[8 (900) 000-28-18]"),
        ("9000002818", "8 ([900) 000-28-18]"),
        ("2818", "8 (900) 000-[28-18]"),
        ("28-18", "8 (900) 000-[28-18]"),
        ("818", "8 (900) 000-2[8-18]"),
    ],
)
def test_a_telephone_is_marked_however_it_was_spelled(query: str, shown: str) -> None:
    assert marked("8 (900) 000-28-18", query) == shown


def test_digits_of_two_small_numbers_are_not_taken_for_one() -> None:
    assert marked("от 12 до 34, 28 18", "2818") == "от 12 до 34, 28 18"


def test_a_piece_is_shown_only_of_what_the_title_does_not_hold() -> None:
    deal = model().entities["deal"]
    fields = [deal.by_name["lost_reason"]]
    item = {"lost_reason": "Ушли к Ромашке"}
    assert excerpt(fields, item, "ромашка", "Поставка") == "Ушли к Ромашке"
    assert excerpt(fields, item, "ромашка", "Поставка: Ромашка") == ""
    assert excerpt(fields, item, "поставка ромашка", "Поставка") == "Ушли к Ромашке"
    assert excerpt(fields, item, "hjvfirf", "Ромашка") == ""
