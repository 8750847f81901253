"""What still names things that go away is remedied; a plain mistake is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from core.errors import KubikError
from core.solutions.settle import settle
from core.solutions.targets import read_document, with_posted
from tests.factories import model

OLD = model()


def posted(change: Any) -> dict[str, Any]:
    document = copy.deepcopy(dict(OLD.document))
    change({kind: {item["name"]: item for item in items} for kind, items in document.items()}, document)
    return document


def settled(change: Any) -> Any:
    wanted = with_posted(read_document(OLD.document), posted(change))
    return settle(OLD.document, wanted, 2, {})


def drop_field(entity: dict[str, Any], name: str) -> None:
    entity["fields"] = [f for f in entity["fields"] if f["name"] != name]


def test_every_use_of_a_dropped_field_is_a_break_with_its_remedy() -> None:
    _, now, breaks = settled(lambda by, _: drop_field(by["entities"]["deal"], "amount"))
    found = {(b.kind, b.target) for b in breaks}
    assert {
        ("view", "open_deals"),
        ("constraint", "deal"),
        ("field", "deal.expected"),
        ("field", "company.won_total"),
    } <= found
    deal = now.entities["deal"]
    assert "amount" not in deal.by_name and "expected" not in deal.by_name
    assert now.views["open_deals"].columns == ("number", "name", "company", "company.city", "stage")
    assert now.views["open_deals"].sort == ("name",)
    assert len(deal.constraints) == 2
    pointers = {b.pointer for b in breaks if b.kind == "view"}
    views = [v["name"] for v in OLD.document["views"]]
    assert f"/views/{views.index('open_deals')}/columns/5" in pointers


def test_a_grant_whose_condition_cannot_be_asked_goes_and_is_not_widened() -> None:
    _, now, breaks = settled(lambda by, _: drop_field(by["entities"]["deal"], "owner"))
    assert {b.target for b in breaks if b.kind == "role"} == {"head", "manager"}
    deal = now.entities["deal"].uid
    assert [g.actions for g in now.roles["manager"].grants if g.entity == deal] == []
    assert [g.actions for g in now.roles["head"].grants if g.entity == deal] == [frozenset({"create"})]


def test_a_dropped_entity_takes_links_views_grants_and_menu_items_with_it() -> None:
    def change(by: Any, document: Any) -> None:
        document["entities"] = [e for e in document["entities"] if e["name"] != "deal"]

    _, now, breaks = settled(change)
    assert "deal" not in now.entities and "open_deals" not in now.views
    assert "deal" not in now.entities["activity"].by_name
    assert all(g.entity in now.entity_by_uid for role in now.roles.values() for g in role.grants)
    assert {"view", "role", "menu", "field"} <= {b.kind for b in breaks}


def test_a_dropped_stage_leaves_grants_and_what_compares_with_it_is_remedied() -> None:
    def change(by: Any, _: Any) -> None:
        stages = by["entities"]["deal"]["stages"]["pipelines"][0]["stages"]
        stages[:] = [s for s in stages if s["name"] != "offer"]

    _, now, breaks = settled(change)
    assert [b.target for b in breaks] == ["manager"]
    grant = next(g for g in now.roles["manager"].grants if g.stages)
    assert len(grant.stages or ()) == 1


def test_a_name_that_never_was_is_refused_and_not_a_break() -> None:
    def change(by: Any, _: Any) -> None:
        by["views"]["open_deals"]["columns"].append("nonsense")

    with pytest.raises(KubikError) as refusal:
        settled(change)
    assert refusal.value.code == "KBK1002"
    assert [e.pointer.rpartition("/")[2] for e in refusal.value.errors] == ["6"]


def test_a_new_use_of_a_field_that_goes_in_the_same_change_is_a_break() -> None:
    def change(by: Any, _: Any) -> None:
        drop_field(by["entities"]["company"], "city")
        by["views"]["open_deals"]["filter"] = "company.city = 'Тверь'"

    _, now, breaks = settled(change)
    assert "open_deals" not in now.views
    assert {("field", "deal.city"), ("view", "open_deals")} <= {(b.kind, b.target) for b in breaks}


def test_a_type_that_no_longer_fits_an_unchanged_formula_breaks_it() -> None:
    def change(by: Any, _: Any) -> None:
        field = next(f for f in by["entities"]["deal"]["fields"] if f["name"] == "probability")
        field["type"] = "text"

    _, now, breaks = settled(change)
    assert [b.target for b in breaks] == ["deal.expected"]
    assert "expected" not in now.entities["deal"].by_name


def test_a_title_loses_the_name_of_the_dropped_field_only() -> None:
    _, now, _ = settled(lambda by, _: drop_field(by["entities"]["product"], "code"))
    assert [part.field for part in now.entities["product"].title] == [
        now.entities["product"].by_name["name"].uid
    ]


def test_a_kind_that_is_absent_is_untouched() -> None:
    wanted = with_posted(read_document(OLD.document), {"views": []})
    _, now, breaks = settle(OLD.document, wanted, 2, {})
    assert now.views == {} and set(now.entities) == set(OLD.entities) and [b.kind for b in breaks] == ["menu"]
