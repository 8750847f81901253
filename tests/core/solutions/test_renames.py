"""A rename is followed by every use."""

from __future__ import annotations

import copy
from typing import Any

from core.solutions.renames import follow_renames
from core.solutions.targets import read_document, with_posted
from metamodel.model import Model
from metamodel.resolve import resolve
from tests.factories import model

OLD = model()


def renamed(change: Any) -> Model:
    document = copy.deepcopy(dict(OLD.document))
    change({item["name"]: item for item in document["entities"]}, document)
    wanted = with_posted(read_document(OLD.document), document)
    return resolve(follow_renames(OLD, wanted), 2)


def field_of(entity: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in entity["fields"] if f["name"] == name)
    return found


def test_a_renamed_field_is_followed_by_expressions_views_constraints_and_rollups() -> None:
    now = renamed(lambda by, _: field_of(by["deal"], "amount").update(name="sum"))
    deal = now.entities["deal"]
    assert deal.by_name["sum"].uid == OLD.entities["deal"].by_name["amount"].uid
    assert deal.by_name["expected"].options["formula"] == "sum * probability"
    assert now.views["open_deals"].columns[-1] == "sum" and now.views["open_deals"].sort[0] == "-sum"
    assert (
        now.entities["company"].by_name["won_total"].options["formula"]
        == "SUM(deals.sum WHERE stage = 'won')"
    )
    assert {c.check.text for c in deal.constraints if c.check} == {"sum >= 0", "closes_on >= opened_on"}
    written = next(e for e in now.document["entities"] if e["name"] == "deal")
    assert field_of(written, "sum")["renamed_from"] == ["amount"]


def test_a_renamed_entity_is_followed_by_links_grants_views_and_menus() -> None:
    now = renamed(lambda by, _: by["deal"].update(name="sale"))
    assert now.views["open_deals"].entity == OLD.entities["deal"].uid
    assert {g.entity for g in now.roles["manager"].grants} == {g.entity for g in OLD.roles["manager"].grants}
    assert "deal" not in now.entities


def test_a_renamed_stage_and_role_are_followed() -> None:
    def change(by: Any, document: Any) -> None:
        stages = by["deal"]["stages"]["pipelines"][0]["stages"]
        next(s for s in stages if s["name"] == "won").update(name="done")
        next(s for s in stages if s["name"] == "lead").update(name="call")
        next(r for r in document["roles"] if r["name"] == "head").update(name="boss")

    now = renamed(change)
    assert "stage = 'done'" in str(now.entities["company"].by_name["won_total"].options["formula"])
    assert now.roles["manager"].parent == now.roles["boss"].uid
    assert "done" in (now.views["open_deals"].filter_text or "")


def test_a_renamed_inverse_is_followed() -> None:
    now = renamed(lambda by, _: field_of(by["deal"], "company").update(inverse="sales"))
    assert now.entities["company"].by_name["deal_count"].options["formula"] == "COUNT(sales)"


def test_nothing_is_rewritten_without_a_rename() -> None:
    wanted = read_document(OLD.document)
    assert follow_renames(OLD, wanted) is wanted
