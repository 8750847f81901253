"""The expressions of the documentation are read and read back; those with a value are asked in tests of storage."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metamodel.expression import Scope, parse_expression, print_expression
from metamodel.expression.aggregates import AGGREGATES
from metamodel.expression.functions import FUNCTIONS
from tests.factories import model

PAGE = (Path(__file__).parents[3] / "docs" / "administrators" / "expressions.md").read_text(encoding="utf-8")
EXAMPLES = [
    (entity, line)
    for entity, block in re.findall(r"```expression (\w+)\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize(("entity", "text"), EXAMPLES)
def test_an_example_is_read_and_printed_as_it_stands(entity: str, text: str) -> None:
    sales = model()
    found = parse_expression(text, Scope(model=sales, entity=sales.entities[entity].uid))
    assert print_expression(found, sales) == text


def test_every_function_is_documented() -> None:
    words = set(re.findall(r"[A-Z_]{2,}", PAGE))
    assert {*FUNCTIONS, *AGGREGATES} - words - {"TODAY", "NOW"} == set()
