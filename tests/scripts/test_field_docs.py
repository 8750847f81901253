"""The documentation's table of field types is that of the types."""

from __future__ import annotations

from metamodel.fields import field_types
from scripts.field_docs import PAGE, page, rows


def test_the_page_of_field_types_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.field_docs"


def test_every_type_has_its_line() -> None:
    _, _, *lines = rows()
    assert [line.split("`")[1] for line in lines] == list(field_types())
