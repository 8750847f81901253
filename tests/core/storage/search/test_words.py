"""Texts as they are searched."""

from __future__ import annotations

import itertools

from core.storage.search.asked import asked
from core.storage.search.words import line


def test_what_marks_a_title_holds_nothing_that_is_looked_for() -> None:
    titles = ("Ромашка", "ООО «Вектор Логистика»", "Складов на тонну", "Vector Trade Ltd")
    written = [(line([title], title=True), line([title])) for title in titles]
    for some in itertools.product("0123456789abcdef", repeat=3):
        for reading in asked("".join(some)).readings:
            for term in reading:
                assert all((form in marked) == (form in plain) for form in term for marked, plain in written)


def test_a_title_is_marked_as_what_is_called_just_so() -> None:
    written = line(["ООО «Ромашка»"], title=True)
    for text in ("ромашка", "Ромашка ООО", "  РОМАШКА "):
        mark = asked(text).exact
        assert mark is not None and mark in written
    other = asked("ромашки").exact
    assert other is not None and other not in written
