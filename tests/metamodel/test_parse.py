"""Files and documents become definitions, or every fault with its file, its path, what was expected and a suggestion."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metamodel import codec
from metamodel.definitions import KINDS, Document
from metamodel.errors import Problem, ProblemsFound
from metamodel.parse import parse_document, parse_files
from metamodel.schema import schemas
from tests import factories


def faults(files: dict[str, Any]) -> list[tuple[str | None, str, str, str]]:
    with pytest.raises(ProblemsFound) as found:
        parse_files({"solution.yaml": "name: s", **files})
    return [told(p) for p in found.value.problems]


def told(problem: Problem) -> tuple[str | None, str, str, str]:
    return problem.file, problem.pointer, problem.code, str(problem.message)


def test_the_sample_and_the_system_are_read() -> None:
    document = parse_files(factories.files())
    assert [e.name for e in document.entities] == ["activity", "company", "deal", "deal_item", "product"]
    assert document.entities[2].solution == "sales"
    assert document.menus[0].name == "sales"
    assert factories.system_document().roles[0].everything


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_schema_of_a_kind_has_the_keys_of_its_definition_in_their_order(kind: str) -> None:
    schema = schemas()[KINDS[kind].kind]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert tuple(schema["properties"]) == codec.keys(KINDS[kind])


def test_every_fault_is_told_at_once_with_its_place_and_a_suggestion() -> None:
    text = """
name: Сделка
lable: Deal
fields:
  - {name: сумма, type: money}
  - {name: b, type: mony}
  - {name: c, type: text, requird: true}
  - {name: d}
  - {name: e, type: link}
  - {name: f, type: integer, max: many}
  - {name: g, type: choice, choices: []}
  - {name: h, type: text, label: {ru: Где, de: Wo}}
  - {name: i, type: boolean, required: yes}
"""
    found = faults({"entities/deal.yaml": text})
    assert {where for where, *_ in found} == {"entities/deal.yaml"}
    by_path = {path: (code, words) for _, path, code, words in found}
    assert by_path["name"] == (
        "KBK1003", "“Сделка” is not a name: small Latin letters, digits and _ are expected (for example “sdelka”)",
    )  # fmt: skip
    assert by_path["lable"] == ("KBK1001", "there is no key “lable” here (did you mean “label”?)")
    assert by_path["fields[0].name"][0] == "KBK1003"
    assert "“summa”" in by_path["fields[0].name"][1]
    assert by_path["fields[1].type"] == ("KBK1001", "“mony” is not allowed here (did you mean “money”?)")
    assert by_path["fields[2].requird"] == (
        "KBK1001",
        "there is no key “requird” here (did you mean “required”?)",
    )
    assert by_path["fields[3]"] == ("KBK1001", "the key “type” is missing")
    assert by_path["fields[4]"] == ("KBK1001", "the key “to” is missing")
    assert by_path["fields[5].max"] == ("KBK1001", 'expected a whole number, not "many"')
    assert by_path["fields[6].choices"] == ("KBK1001", "at least 1 in this list")
    assert "“de”" in by_path["fields[7].label.de"][1]
    assert by_path["fields[8].required"] == ("KBK1001", 'expected true or false, not "yes"')
    assert len(found) == len(by_path) == 11


@pytest.mark.parametrize(("path", "words"), [
    ("automations/call.yaml", "“automations” do not exist in this version"),
    ("entity/deal.yaml", "did you mean “entities/”?"),
    ("entities/deal.txt", "in entities/ stand files NAME.yaml alone"),
    ("entities/a/deal.yaml", "in entities/ stand files NAME.yaml alone"),
    ("solutions.yaml", "did you mean “solution.yaml”?"),
    ("qwerty", "a solution has no such file; it has: solution.yaml"),
])  # fmt: skip
def test_a_file_that_no_solution_has_is_refused(path: str, words: str) -> None:
    assert [(f, words in m) for f, _, _, m in faults({path: "name: x"})] == [(path, True)]


def test_records_and_what_is_written_beside_definitions_are_passed_over() -> None:
    files = {
        "solution.yaml": "name: s",
        "data/currency.csv": "code",
        "README.md": "#",
        "LICENSE": "-",
        ".gitignore": "x",
    }
    assert parse_files(files).solutions[0].name == "s"


def test_a_folder_without_a_solution_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="missing"):
        parse_files({"entities/a.yaml": "{name: a, fields: []}"})


def test_a_definition_cannot_pass_for_another_solutions() -> None:
    assert faults({"roles/a.yaml": "{name: a, solution: system}"})[0][1] == "solution"


def test_a_json_file_is_the_same_as_a_yaml_file() -> None:
    document = parse_files({"solution.yaml": "name: s", "entities/a.json": '{"name": "a", "fields": []}'})
    assert document.entities[0].name == "a"
    for bad in (
        '{"name": "a", "name": "b", "fields": []}',
        '{"name": NaN}',
        "[" * 5000,
        '{"a": 1e999}',
        "",
        "{'a': 1}",
    ):
        assert faults({"entities/a.json": bad})[0][0] == "entities/a.json"


def test_a_document_is_read_with_json_pointers() -> None:
    with pytest.raises(ProblemsFound) as found:
        parse_document(
            {
                "entities": [
                    {"name": "a", "fields": []},
                    {"name": "b", "fields": [{"name": "x", "type": "txt"}]},
                ],
                "rôles": [],
                "views": {},
            }
        )
    assert {told(p)[:3] for p in found.value.problems} == {
        (None, "/entities/1/fields/0/type", "KBK1001"), (None, "/rôles", "KBK1001"), (None, "/views", "KBK1001"),
    }  # fmt: skip


@pytest.mark.parametrize("document", [
    None, [], "x", 1, {"entities": None}, {"entities": [None]}, {"entities": [[]]}, {"solutions": [{"name": float("inf")}]},
    {"entities": [{"name": "a", "fields": [{"name": "b", "type": "integer", "max": 10**5000}]}]}, {"menus": [{"items": [{"items": {}}]}]},
])  # fmt: skip
def test_a_document_of_another_form_is_refused(document: Any) -> None:
    with pytest.raises(ProblemsFound) as found:
        parse_document(document)
    assert all(str(p.message) and p.code == "KBK1001" for p in found.value.problems)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udc00x"])
def test_a_text_that_cannot_be_kept_is_refused_at_its_place(text: str) -> None:
    entity = {"name": "a", "label": {"ru": text}, "fields": [{"name": "x", "type": "text", "help": text}]}
    with pytest.raises(ProblemsFound) as found:
        parse_document({"entities": [entity]})
    assert [p.pointer for p in found.value.problems] == ["/entities/0/label/ru", "/entities/0/fields/0/help"]
    assert faults({"entities/a.yaml": '{name: a, label: "x\\0y", fields: []}'})[0][1] == "label"


def test_a_document_that_is_too_deep_is_refused() -> None:
    value: Any = {"items": []}
    for _ in range(2000):
        value = {"items": [value]}
    with pytest.raises(ProblemsFound, match="deeper"):
        parse_document({"menus": [value]})


def test_a_document_is_the_same_after_json() -> None:
    document = factories.document()
    again = parse_document(json.loads(json.dumps(document.to_json())))
    assert again == document
    assert list(document.to_json()) == list(KINDS)


def test_a_number_or_a_truth_value_written_bare_is_an_expression() -> None:
    fields = "[{name: a, type: integer, default: 5}, {name: b, type: boolean, default: true}, {name: c, type: percent, default: 0.2}]"
    document = parse_files({"solution.yaml": "name: s", "entities/a.yaml": f"{{name: a, fields: {fields}}}"})
    assert [f.default for f in document.entities[0].fields] == ["5", "true", "0.2"]
    written = {
        "name": "a",
        "fields": [
            {"name": "x", "type": "formula", "formula": 5},
            {"name": "y", "type": "link", "to": "a", "options": True},
        ],
    }
    parsed = parse_document({"entities": [written]}).entities[0].fields
    assert [f.options for f in parsed] == [{"formula": "5"}, {"to": "a", "options": "true"}]


def test_numbers_of_an_exact_decoder_are_kept_exactly() -> None:
    limits = {
        "min": Decimal("0.10"),
        "max": Decimal("12345678901234567.8"),
        "scale": 1,
        "default": Decimal("0.5"),
    }
    document = parse_document(
        {"entities": [{"name": "a", "fields": [{"name": "x", "type": "decimal", **limits}]}]}
    )
    field = document.entities[0].fields[0]
    assert (field.options, field.default) == ({"min": 0.1, "max": "12345678901234567.8", "scale": 1}, "0.5")
    assert parse_document(json.loads(json.dumps(document.to_json()))) == document


@pytest.mark.parametrize(
    "number", ["1e999999999", "1e-999999999", "NaN", "Infinity", "0e999999999", "1" * 100, "0." + "1" * 100]
)
def test_a_number_of_another_world_is_refused_at_once(number: str) -> None:
    field = {"name": "x", "type": "decimal", "max": Decimal(number)}
    with pytest.raises(ProblemsFound) as found:
        parse_document({"entities": [{"name": "a", "fields": [field]}]})
    assert [p.pointer for p in found.value.problems] == ["/entities/0/fields/0/max"]


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["deal", "text", "name", "all", "read"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "fields", "type", "to", "label", "grants", "stages", "items", "uid", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from([*KINDS, "reports"]), st.lists(JUNK, max_size=3) | JUNK, max_size=4))
def test_no_document_whatever_raises_anything_but_problems(document: Any) -> None:
    try:
        assert isinstance(parse_document(document), Document)
    except ProblemsFound as found:
        assert all(str(p.message) for p in found.problems)
