"""The documentation's table of filters is that of the filters."""

from __future__ import annotations

from core.documents.filters import FILTERS
from scripts.filter_docs import PAGE, lines, page


def test_the_page_of_filters_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.filter_docs"


def test_every_filter_has_its_line() -> None:
    _, _, *told = lines()
    assert [line.split("`")[1] for line in told] == list(FILTERS)
