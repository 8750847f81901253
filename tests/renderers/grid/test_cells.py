"""Cells of lists: what may be edited and why not, many saved together, refusals at their cells, the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site


@pytest.fixture
def deals(site: Site) -> list[int]:
    """Three deals of Mark's."""
    return [
        site.post("/api/records/deal", {"name": f"Racks {n}", "amount": n * 100}, "mark").json()["id"]
        for n in (1, 2, 3)
    ]


def cells(person: Surfer, ids: list[int], *fields: str) -> Any:
    answer = person.post("/e/deal/cells", [("ids", ",".join(map(str, ids))), ("fields", ",".join(fields))])
    assert answer.status_code == 200, answer.text
    return answer.json()


def save(person: Surfer, *rows: dict[str, Any]) -> Any:
    answer = person.post("/e/deal/cells/save", [("rows", json.dumps(rows))])
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_cell_says_what_stands_in_it_and_why_it_cannot_be_changed(site: Site, deals: list[int]) -> None:
    told = cells(sign_in(site, "mark"), deals, "name", "amount", "owner", "number", "company.name", "margin")
    assert told["columns"]["name"]["how"] == "value"
    assert told["columns"]["number"]["why"] and told["columns"]["owner"]["why"]
    assert "on the card of" in told["columns"]["company.name"]["why"]
    assert told["columns"]["margin"]["why"]
    assert told["rows"][str(deals[1])]["values"] == {"name": "Racks 2", "amount": "200"}
    assert not told["rows"][str(deals[1])]["why"]
    assert cells(sign_in(site, "nina"), deals, "name")["rows"] == {}


def test_a_block_is_saved_in_one_transaction_and_what_is_wrong_stays_out_with_its_reason(
    site: Site, deals: list[int]
) -> None:
    mark = sign_in(site, "mark")
    company = site.post("/api/records/company", {"name": "Agro"}).json()["id"]
    told = save(
        mark,
        {
            "id": deals[0],
            "version": 1,
            "typed": {"amount": "1 200,50 ₽", "company": "agro"},
            "was": {"amount": "100"},
        },
        {"id": deals[1], "version": 1, "typed": {"amount": "-5", "name": "Renamed"}, "was": {}},
        {"id": deals[2], "version": 1, "typed": {"company": "Nobody", "amount": "abc"}, "was": {}},
    )
    faults = {(f["id"], f["name"]): f["message"] for f in told["faults"]}
    assert set(faults) == {(deals[1], "amount"), (deals[2], "company"), (deals[2], "amount")}
    assert "must not be negative" in faults[deals[1], "amount"]
    first = site.get(f"/api/records/deal/{deals[0]}").json()
    assert first["company"]["id"] == company and float(first["amount"]) == 1200.5
    assert [step["id"] for step in told["steps"]] == deals[:2]
    assert site.get(f"/api/records/deal/{deals[2]}").json()["amount"] == 300
    assert site.get(f"/api/records/deal/{deals[1]}").json()["name"] == "Renamed"


def test_a_change_of_another_field_is_merged_and_of_the_same_is_told_with_both_values(
    site: Site, deals: list[int]
) -> None:
    mark, api = sign_in(site, "mark"), f"/api/records/deal/{deals[0]}"
    assert site.patch(api, {"name": "Of the office"}).status_code == 200
    told = save(mark, {"id": deals[0], "version": 1, "values": {"amount": "150"}, "was": {"amount": "100"}})
    assert told["faults"] == [] and site.get(api).json()["amount"] == 150
    assert site.patch(api, {"amount": 300}).status_code == 200
    told = save(mark, {"id": deals[0], "version": 3, "values": {"amount": "155"}, "was": {"amount": "150"}})
    [fault] = told["faults"]
    assert fault["clash"] == {"was": "150", "theirs": "300", "version": 4, "title": "Admin"}
    assert site.get(api).json()["amount"] == 300


def test_a_save_is_taken_back_and_made_again_unless_the_cell_was_changed_since(
    site: Site, deals: list[int]
) -> None:
    mark, api = sign_in(site, "mark"), f"/api/records/deal/{deals[0]}"
    steps = save(mark, {"id": deals[0], "version": 1, "values": {"amount": "150"}, "was": {"amount": "100"}})[
        "steps"
    ]
    assert site.patch(api, {"name": "Of the office"}).status_code == 200
    back = mark.post("/e/deal/cells/undo", [("steps", json.dumps(steps))]).json()
    assert site.get(api).json()["amount"] == 100 and site.get(api).json()["name"] == "Of the office"
    assert mark.post("/e/deal/cells/undo", [("steps", json.dumps(back["steps"]))]).json()["faults"] == []
    assert site.get(api).json()["amount"] == 150
    assert site.patch(api, {"amount": 7}).status_code == 200
    told = mark.post("/e/deal/cells/undo", [("steps", json.dumps(steps))]).json()
    assert told["steps"] == [] and told["faults"][0]["name"] == "amount"
    assert site.get(api).json()["amount"] == 7


def test_a_stage_is_moved_by_its_cell_and_what_the_stage_asks_leads_to_the_dialog(
    site: Site, deals: list[int]
) -> None:
    mark = sign_in(site, "mark")
    stages = cells(mark, deals, "stage")
    assert stages["columns"]["stage"]["how"] == "move"
    told = save(mark, {"id": deals[0], "version": 1, "values": {"stage": "lost"}, "was": {"stage": "lead"}})
    assert [f["move"] for f in told["faults"]] == ["lost"]


def test_widgets_are_those_of_forms_and_only_of_what_may_be_changed(site: Site, deals: list[int]) -> None:
    mark = sign_in(site, "mark")
    assert 'name="/amount"' in mark.get("/e/deal/cells/amount").text
    assert 'data-combo="/e/deal/options/company"' in mark.get("/e/deal/cells/company").text
    assert mark.get("/e/deal/cells/number").status_code == 403
    assert mark.get("/e/deal/cells/margin").status_code == 403
    assert mark.get(f"/e/deal/cells/name?id={deals[0]}").text.count("Racks 1") == 1
