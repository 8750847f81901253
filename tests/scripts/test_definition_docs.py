"""The page of definitions: its tables are those of the code, its example is a solution."""

from __future__ import annotations

import re

import pytest

from metamodel.parse import parse_files
from metamodel.resolve import resolve
from scripts.definition_docs import _NAMED, KEYS, PAGE, page, parts
from tests.factories import system_document, together


def test_the_tables_are_current() -> None:
    written = PAGE.read_text("utf-8")
    assert written == page(written), "run: python -m scripts.definition_docs"


@pytest.mark.parametrize("name", KEYS)
def test_no_key_is_described_that_does_not_exist(name: str) -> None:
    assert set(KEYS[name]) <= set(parts()[name]["properties"])
    assert set(parts()[name]["properties"]) <= set(KEYS[name]) | set(_NAMED)


def test_every_kind_has_its_table() -> None:
    assert set(re.findall(r"<!-- table: (\w+) -->", PAGE.read_text("utf-8"))) == {*KEYS, "types"}


def test_the_example_is_a_solution() -> None:
    blocks = re.findall(r"```yaml (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    found = parse_files(dict(blocks))
    model = resolve(together(system_document(), found), 1, {})
    assert model.entities["request"].by_name["total"].result.kind == "number"
    assert set(model.roles) == {"administrator", "engineer", "senior"}
