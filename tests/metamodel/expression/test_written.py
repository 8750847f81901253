"""Syntax as text: read again it is the same syntax."""

from __future__ import annotations

import pytest

from metamodel.expression.syntax import read_syntax
from metamodel.expression.written import syntax_text


@pytest.mark.parametrize("text", [
    "amount > 100 AND NOT (stage = 'it''s' OR owner = me)", "a NOT IN (1, -2, 3.50)", "a NOT BETWEEN 1 AND 2 + 3",
    "x IS NOT NULL OR x IS NULL", "a IS NOT DISTINCT FROM b", "a NOT LIKE 'x%'", "about AS deal.stage = 'won'",
    "LAST(activities.result BY held_at WHERE status = 'done') || ' ' || JOIN(items.name, '; ') = ''",
    "d < today() - P1M2D AND d >= date '2026-01-31'", "at = datetime '2026-11-21T14:30:00Z' OR at = time '14:30'",
    "-(a + b) * 2 - -3 / c <> 0", "owner.department IN my.departments", "(a IN ('x')) IS DISTINCT FROM true", "NOT NOT x",
])  # fmt: skip
def test_the_text_of_a_piece_reads_as_the_same_piece(text: str) -> None:
    assert syntax_text(read_syntax(text)) == text
