"""Access tests as definitions: every fault at its place, the same text after a round trip, renames followed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from metamodel.diff import diff
from metamodel.errors import ProblemsFound
from metamodel.export import export
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories

TESTS = """
tests:
  - label: {ru: Своя, en: Own}
    roles: [manager]
    me: {department: north}
    with:
      - {name: north, entity: department, values: {name: Север}}
    entity: deal
    record: {name: Стол, owner: me, stage: offer, source: site}
    allow: {actions: [read], read: [amount], write: [name], move: [lead]}
    deny: {read: [margin]}
"""


def faults(text: str) -> dict[str, str]:
    with pytest.raises(ProblemsFound) as found:
        resolve(factories.document({"tests/access.yaml": text}), 1)
    return {problem.pointer: problem.code for problem in found.value.problems}


def test_a_file_of_tests_is_named_as_its_solution_and_comes_out_as_it_went_in() -> None:
    document = factories.document({"tests/access.yaml": TESTS})
    written = export(document, "sales")["tests/access.yaml"]
    again = export(factories.document({"tests/access.yaml": written}), "sales")["tests/access.yaml"]
    assert document.tests[0].name == "sales" and document.tests[0].uid
    assert again == written
    assert "with:" in written and "deny:" in written


def test_a_test_resolves_to_uids() -> None:
    model = factories.model({"tests/access.yaml": TESTS})
    deal = model.entities["deal"]
    (test,) = model.tests["sales"].tests
    assert test.roles == (model.roles["manager"].uid,)
    assert test.allow.read == (deal.by_name["amount"].uid,)
    assert test.record[deal.by_name["owner"].uid] == "me"
    assert test.allow.count == 4 and test.deny.count == 1


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("roles: [manager]", "roles: [menager]", "tests[0].roles[0]"),
        ("entity: deal\n", "entity: dael\n", "tests[0].entity"),
        ("owner: me,", "owner: myself,", "tests[0].record.owner"),
        ("stage: offer", "stage: ofer", "tests[0].record.stage"),
        ("name: Стол", "nam: Стол", "tests[0].record.nam"),
        ("department: north", "department: south", "tests[0].me.department"),
        ("read: [margin]", "read: [marge]", "tests[0].deny.read[0]"),
        ("actions: [read]", "actions: [reed]", "tests[0].allow.actions[0]"),
        ("move: [lead]", "move: [led]", "tests[0].allow.move[0]"),
        ("values: {name: Север}", "values: {nom: Север}", "tests[0].with[0].values.nom"),
        ("    roles: [manager]\n", "", "tests[0]"),
        ("    record:", "    by: {name: x}\n    record:", "tests[0].by"),
    ],
)
def test_a_fault_is_told_at_its_place(old: str, new: str, place: str) -> None:
    assert old in TESTS
    assert place in faults(TESTS.replace(old, new))


def test_a_change_of_tests_is_told_and_a_new_name_of_a_field_is_none() -> None:
    old = factories.document({"tests/access.yaml": TESTS})
    before = resolve(old, 1)
    same = [change for change in diff(before, resolve(old, 2)) if change.kind == "tests"]
    tests: Any = replace(old.tests[0], tests=())
    changed = [c for c in diff(before, resolve(replace(old, tests=(tests,)), 2)) if c.kind == "tests"]
    assert same == []
    assert [(c.effect, c.target) for c in changed] == [("changed", "sales")]


def test_the_folder_of_tests_holds_definitions_alone() -> None:
    with pytest.raises(ProblemsFound, match="stand files"):
        parse_files({"solution.yaml": "name: a\n", "tests/notes.txt": "x"})
