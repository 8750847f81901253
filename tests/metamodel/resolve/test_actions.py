"""Actions and parts of solutions: what resolves, what is refused and where."""

from __future__ import annotations

from typing import Any

import pytest

from core.solutions.remedies import remedy
from core.solutions.renames import follow_renames
from core.solutions.uses import where_used
from metamodel.definitions import Document
from metamodel.errors import ProblemsFound
from metamodel.export import export
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_document, parse_files
from metamodel.resolve import examine, resolve

FILES = {
    "solution.yaml": """
name: crm
parts:
  - {name: leads, label: Лиды}
  - {name: stock, label: Склад, on: false}
""",
    "entities/user.yaml": "name: member\nfields: [{name: name, type: text}]",
    "entities/deal.yaml": """
name: deal
fields:
  - {name: name, type: text, required: true}
  - {name: amount, type: money, currency: RUB}
  - {name: source, type: choice, choices: [{name: site}, {name: call}]}
  - {name: lead, type: link, to: lead, part: leads}
  - {name: lines, type: children, of: line, through: deal}
  - {name: place, type: link, to: place}
""",
    "entities/line.yaml": """
name: line
fields: [{name: deal, type: link, to: deal}, {name: what, type: text}, {name: count, type: integer}]
""",
    "entities/place.yaml": "name: place\npart: stock\nfields: [{name: name, type: text}]",
    "entities/lead.yaml": """
name: lead
part: leads
fields:
  - {name: name, type: text}
  - {name: origin, type: choice, choices: [{name: call}, {name: fair}]}
  - {name: wishes, type: children, of: wish, through: lead}
stages: {pipelines: [{name: all, stages: [{name: new}, {name: ready}]}]}
""",
    "entities/wish.yaml": """
name: wish
fields: [{name: lead, type: link, to: lead}, {name: text, type: text}, {name: pieces, type: integer}]
""",
    "actions/convert.yaml": """
name: convert
label: {ru: В сделку, en: To a deal}
entity: lead
where: [card, row]
rank: primary
part: leads
when: "stage = 'new'"
inputs:
  - {name: title, type: text, required: true, default: "name"}
  - {name: budget, type: money, currency: RUB}
steps:
  - name: deal
    do: create
    entity: deal
    find: "name = record.name"
    values: {name: input.title, amount: input.budget, source: origin, lead: record}
    rows: {lines: {of: wishes, where: pieces > 0, values: {what: "text || ' ' || record.name", count: pieces}}}
  - {do: move, to: ready, if: step.deal.amount > 0}
then: deal
""",
    "actions/take.yaml": """
name: take
entity: place
where: list
steps: [{name: place, do: take, entity: place, where: name <> '', sort: [-name], values: {name: "'x'"}, as: system}]
then: place
""",
    "documents/offer.yaml": """
name: offer
entity: deal
templates: [{file: offer.html, sha256: %s}]
"""
    % ("0" * 64),
    "actions/offer_now.yaml": """
name: offer_now
entity: lead
steps:
  - {name: deal, do: create, entity: deal, values: {name: name}}
  - {do: print, document: offer, of: deal, if: "name <> ''"}
""",
    "roles/seller.yaml": """
name: seller
grants: [{entity: lead, actions: [read, convert], fields: all}]
""",
}


def model(**changed: str) -> Model:
    return resolve(document(**changed), 1)


def document(**changed: str) -> Document:
    files = {**FILES, **{name.replace("__", "/") + ".yaml": text for name, text in changed.items()}}
    return identify(parse_files(files))


def faults(**changed: str) -> list[tuple[str, str]]:
    with pytest.raises(ProblemsFound) as refused:
        model(**changed)
    return [(problem.pointer, problem.code) for problem in refused.value.problems]


def test_an_action_knows_its_form_its_steps_and_where_it_leads() -> None:
    made = model()
    convert = made.actions["convert"]
    assert [field.name for field in convert.form.fields] == ["title", "budget"]
    assert list(convert.defaults) == [convert.form.by_name["title"].uid]
    create, move = convert.steps
    assert (create.do, move.do, convert.then, convert.then_step) == ("create", "move", "step", "deal")
    assert len(create.values) == 4 and len(create.rows[0].values) == 2
    assert made.actions["take"].steps[0].system and not made.actions["take"].of_record
    assert made.roles["seller"].grants[0].actions == {"read", convert.right}
    assert [a.name for a in made.actions_of[made.entities["lead"].uid]] == ["convert", "offer_now"]


def test_what_is_of_a_part_that_is_off_is_marked_with_all_that_leads_there() -> None:
    made = model()
    deal = made.entities["deal"]
    assert made.entities["place"].off and deal.by_name["place"].off and made.actions["take"].off
    assert not made.entities["lead"].off and not deal.by_name["lead"].off
    offer = FILES["documents/offer.yaml"] + "part: stock\n"
    assert not made.actions["offer_now"].off and model(documents__offer=offer).actions["offer_now"].off
    assert {item.entity for item in made.menus["crm"].items} >= {deal.uid, made.entities["lead"].uid}
    switched = model(solution=FILES["solution.yaml"] + "switched: {leads: false, stock: true}")
    assert switched.entities["lead"].off and not switched.entities["place"].off
    assert switched.entities["lead"].uid not in {item.entity for item in switched.menus["crm"].items}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"then": "nowhere"}, [("then", "KBK1002")]),
        ({"where": ["list", "card"]}, [("where", "KBK1005"), ("steps[0].do", "KBK1005")]),
        ({"name": "move"}, [("name", "KBK1003")]),
        ({"part": "nothing"}, [("part", "KBK1002")]),
        ({"inputs": [{"name": "x", "type": "formula", "formula": "1"}]}, [("inputs[0].type", "KBK1005")]),
        ({"inputs": [{"name": "x", "type": "text", "unique": True}]}, [("inputs[0].unique", "KBK1005")]),
        ({"steps": [{"do": "set", "values": {"id": "1"}}]}, [("steps[0].values.id", "KBK1005")]),
        ({"steps": [{"do": "set", "values": {"name": "step.later"}}]}, [("steps[0].values.name", "KBK1011")]),
        ({"steps": [{"do": "set", "values": {"name": "input.nope"}}]}, [("steps[0].values.name", "KBK1011")]),
        ({"steps": [{"do": "move", "to": "redy"}]}, [("steps[0].to", "KBK1002")]),
        ({"steps": [{"do": "print", "document": "ofer"}]}, [("steps[0].document", "KBK1002")]),
        ({"steps": [{"do": "print", "document": "offer"}]}, [("steps[0].document", "KBK1005")]),
        ({"steps": [{"do": "print", "document": "offer", "of": "deal"}]}, [("steps[0].of", "KBK1002")]),
        ({"steps": [{"do": "print", "document": "offer", "as": "system"}]}, [("steps[0].as", "KBK1001")]),
        (
            {"where": "list", "steps": [{"do": "print", "document": "offer"}]},
            [("steps[0].do", "KBK1005")],
        ),
        ({"steps": [{"do": "take"}]}, [("steps[0]", "KBK1001")]),
        ({"steps": [{"do": "set", "values": {"name": "1"}, "where": "true"}]}, [("steps[0].where", "KBK1001")]),
    ],
)  # fmt: skip
def test_a_fault_stands_at_its_place(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    import yaml

    base = {"name": "convert", "entity": "lead", "steps": [{"do": "move", "to": "ready"}], **changed}
    roles = FILES["roles/seller.yaml"] if "name" not in changed else "name: seller"
    found = faults(actions__convert=yaml.safe_dump(base), roles__seller=roles)
    assert found == expected


def test_a_grant_names_actions_of_its_entity_alone() -> None:
    wrong = "name: seller\ngrants: [{entity: deal, actions: [convert], fields: all}]"
    assert faults(roles__seller=wrong) == [("grants[0].actions[0]", "KBK1002")]


def test_export_is_read_back_the_same() -> None:
    written = document()
    again = identify(parse_files(export(written, "crm")))
    assert again.actions == tuple(sorted(written.actions, key=lambda a: a.name))
    assert parse_document(written.to_json()) == written


def test_renames_reach_actions_and_uses_are_found() -> None:
    before = model()
    text = document().to_json()
    for entity in text["entities"]:
        if entity["name"] == "lead":
            entity["name"] = "enquiry"
            entity["fields"][0]["name"] = "subject"
        if entity["name"] == "deal":
            entity["fields"][1]["name"] = "sum"
    for action in text["actions"]:
        if action["name"] == "convert":
            action["inputs"][1]["name"] = "money"
    text["documents"][0]["name"] = "bid"
    now = resolve(follow_renames(before, parse_document(text)), 2)
    convert = next(a for a in now.document["actions"] if a["name"] == "convert")
    assert convert["entity"] == "enquiry" and convert["inputs"][0]["default"] == "subject"
    assert convert["steps"][0]["values"] == {
        "name": "input.title", "sum": "input.money", "source": "origin", "lead": "record",
    }  # fmt: skip
    assert convert["steps"][1]["if"] == "step.deal.sum > 0"
    offer_now = next(a for a in now.document["actions"] if a["name"] == "offer_now")
    assert offer_now["steps"][1] == {"do": "print", "document": "bid", "of": "deal", "if": "subject <> ''"}
    used = {use.pointer for use in where_used(before, "field", "deal.amount") if use.kind == "action"}
    assert {p.partition("/steps")[2] for p in used} == {"/0/values/amount", "/1/if"}
    assert [use.target for use in where_used(before, "action", "convert")] == ["seller"]
    assert [use.target for use in where_used(before, "document", "offer")] == ["offer_now"]


def test_what_an_action_loses_takes_it_along() -> None:
    written = document().to_json()
    written["documents"] = []
    written["entities"] = [e for e in written["entities"] if e["name"] not in ("place",)]
    written["entities"] = [
        {**e, "fields": [f for f in e["fields"] if f.get("to") != "place"]} for e in written["entities"]
    ]
    _, found = examine(parse_document(written), 1)
    edits = [remedy(written[f.kind][f.index], f) for f in found]
    assert {(e.kind, e.target, e.path) for e in edits if e} == {
        ("action", "take", ()), ("action", "offer_now", ()),
    }  # fmt: skip


def test_a_step_that_comes_later_is_called_a_step() -> None:
    import yaml

    later = [
        {"do": "set", "values": {"name": "step.late"}},
        {"name": "late", "do": "create", "entity": "lead"},
    ]
    written = yaml.safe_dump({"name": "convert", "entity": "lead", "steps": later})
    with pytest.raises(ProblemsFound) as found:
        model(actions__convert=written)
    assert "there is no step “late” before this one" in str(found.value.problems[0].message)
