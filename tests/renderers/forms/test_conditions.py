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
]


@pytest.mark.parametrize(("text", "texts", "expected"), CASES)
def test_a_condition_answers_as_sql_does(text: str, texts: dict[str, str], expected: bool | None) -> None:
    model = factories.model()
    deal = model.entities["deal"]
    condition = condition_of(deal, parse_expression(text, Scope(model=model, entity=deal.uid)))
    assert condition is not None
    assert holds(condition, texts) is expected


@pytest.mark.parametrize(
    "text", ["amount > 5", "company.city = 'x'", "today() > closes_on", "stage = 'lost' AND amount > 5"]
)
def test_what_a_form_cannot_follow_is_left_to_the_server(text: str) -> None:
    model = factories.model()
    deal = model.entities["deal"]
    assert condition_of(deal, parse_expression(text, Scope(model=model, entity=deal.uid))) is None
    assert condition_of(deal, None) is None
