"""Conditions that a form follows while one types."""

from __future__ import annotations

import pytest

from metamodel.expression import Scope, parse_expression
from renderers.forms.conditions import condition_of, holds
from tests import factories

CASES = [
    ("stage = 'lost'", {"stage": "lost"}, True),
    ("stage = 'lost'", {"stage": "won"}, False),
    ("stage = 'lost'", {"stage": ""}, None),
    ("stage <> 'lost'", {"stage": "won"}, True),
    ("stage <> 'lost'", {}, None),
    ("stage IN ('lost', 'won')", {"stage": "won"}, True),
    ("stage NOT IN ('lost', 'won')", {"stage": "won"}, False),
    ("company IS NULL", {"company": ""}, True),
    ("company IS NOT NULL", {"company": "7"}, True),
    ("stage = 'lost' OR source = 'site'", {"stage": "", "source": "site"}, True),
    ("stage = 'lost' AND source = 'site'", {"stage": "", "source": "call"}, False),
    ("stage = 'lost' AND source = 'site'", {"stage": "", "source": "site"}, None),
    ("amount > 1000.5", {"amount": "1 000,6"}, True),
    ("amount > 1000.5", {"amount": "1 000,5"}, False),
    ("amount > 1000.5", {"amount": "many"}, None),
    ("stage = 'lost' AND amount > 5", {"stage": "lost", "amount": "6"}, True),
    ("closes_on BETWEEN date '2026-01-01' AND date '2026-12-31'", {"closes_on": "2026-07-05"}, True),
    ("closes_on >= date '2026-01-01'", {}, None),
    ("name CONTAINS 'ёлк'", {"name": "Елка зеленая"}, True),
    ("name = 'Ёлка'", {"name": " елка "}, True),
    ("NOT (name = 'x')", {"name": "y"}, True),
]


@pytest.mark.parametrize(("text", "texts", "expected"), CASES)
def test_a_condition_answers_as_sql_does(text: str, texts: dict[str, str], expected: bool | None) -> None:
    model = factories.model()
    deal = model.entities["deal"]
    condition = condition_of(deal, parse_expression(text, Scope(model=model, entity=deal.uid)))
    assert condition is not None
    assert holds(condition, texts, "ru") is expected


@pytest.mark.parametrize(
    "text", ["company.city = 'x'", "today() > closes_on", "stage = 'lost' OR company.city = 'x'"]
)
def test_what_a_form_cannot_follow_is_left_to_the_server(text: str) -> None:
    model = factories.model()
    deal = model.entities["deal"]
    assert condition_of(deal, parse_expression(text, Scope(model=model, entity=deal.uid))) is None
    assert condition_of(deal, None) is None
