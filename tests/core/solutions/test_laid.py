"""What a layout, a rail and a timeline name is followed by renames, found by uses, and goes with what goes away."""

from __future__ import annotations

import copy
from typing import Any

from core.solutions.renames import follow_renames
from core.solutions.settle import settle
from core.solutions.targets import read_document, with_posted
from core.solutions.uses import where_used
from metamodel.model import Model
from metamodel.resolve import resolve
from tests.factories import SAMPLE, model

LAYOUT = """
        layout:
          - tab: Main
            rows: [[name, {field: amount, width: 2}]]
            sections:
              - {label: Money, visible_if: "amount > 0", rows: [[probability]]}
              - {label: Margin, rows: [[{field: margin, width: 6}]]}
            show: [items, activities]
        rail: [timeline, activities]
        timeline: [self, activities, company.activities]
"""
OLD = model({"entities/deal.yaml": SAMPLE["entities/deal.yaml"].rstrip() + LAYOUT})


def posted(change: Any) -> Any:
    document = copy.deepcopy(dict(OLD.document))
    change({item["name"]: item for item in document["entities"]})
    return with_posted(read_document(OLD.document), document)


def deal_of(found: Model) -> dict[str, Any]:
    written: dict[str, Any] = next(e for e in found.document["entities"] if e["name"] == "deal")
    return written


def field_of(entity: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in entity["fields"] if f["name"] == name)
    return found


def test_renamed_fields_and_inverses_are_followed() -> None:
    def change(by: Any) -> None:
        field_of(by["deal"], "amount").update(name="sum")
        field_of(by["deal"], "company").update(name="firm")
        field_of(by["activity"], "deal").update(inverse="deeds")

    deal = deal_of(resolve(follow_renames(OLD, posted(change)), 2))
    tab = deal["layout"][0]
    assert tab["rows"] == [["name", {"field": "sum", "width": 2}]]
    assert tab["sections"][0]["visible_if"] == "sum > 0"
    assert (tab["show"], deal["rail"]) == (["items", "deeds"], ["timeline", "deeds"])
    assert deal["timeline"] == ["self", "deeds", "firm.activities"], (
        "only the inverse of that link is renamed"
    )


def test_what_goes_away_leaves_rows_sections_panels_and_the_timeline() -> None:
    def change(by: Any) -> None:
        for entity, name in (("deal", "amount"), ("deal", "margin"), ("activity", "deal")):
            by[entity]["fields"] = [f for f in by[entity]["fields"] if f["name"] != name]

    _, now, breaks = settle(OLD.document, posted(change), 2, {})
    deal = deal_of(now)
    tab = deal["layout"][0]
    assert tab["rows"] == [["name"]]
    assert [(s["label"], s["rows"], "visible_if" in s) for s in tab["sections"]] == [
        ("Money", [["probability"]], False)
    ]
    assert (tab["show"], deal["rail"]) == (["items"], ["timeline"])
    assert deal["timeline"] == ["self", "company.activities"]
    assert {("layout", "deal"), ("timeline", "deal")} <= {(b.kind, b.target) for b in breaks}


def test_uses_tell_the_place_in_the_layout() -> None:
    at = f"/entities/{next(i for i, e in enumerate(OLD.document['entities']) if e['name'] == 'deal')}"
    pointers = {use.pointer for use in where_used(OLD, "field", "deal.amount")}
    assert {f"{at}/layout/0/rows/0/1/field", f"{at}/layout/0/sections/0/visible_if"} <= pointers
    pointers = {use.pointer for use in where_used(OLD, "entity", "activity")}
    assert {f"{at}/layout/0/show/1", f"{at}/rail/1", f"{at}/timeline/1", f"{at}/timeline/2"} <= pointers
