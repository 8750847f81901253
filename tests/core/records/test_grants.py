"""Grants at the writer: they add up, child entities narrow, masked cells, nobody writes past their rows."""

from dataclasses import replace
from functools import partial

import pytest

from core import records
from metamodel.fields.base import Context
from tests import factories
from tests.core.records.asserting import faults, refusal

NARROWED = {
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"]
    + """
          - {entity: deal_item, actions: [read], fields: {all_but: [price]}}
          - {entity: deal_item, actions: [create], fields: [product, quantity]}
          - {entity: deal_item, actions: [update], rows: "quantity < 10", check: "quantity < 10", fields: [quantity]}
          - {entity: deal_item, actions: [delete], rows: "quantity < 5"}
    """
}


LEFT_TO_FEW = {
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"]
    + """
          - {entity: deal_item, actions: [delete], rows: "id IS NULL"}
    """,
    "roles/clerk.yaml": "{name: clerk, grants: [{entity: deal_item, actions: [delete]}]}",
}
"""Managers change deals with their rows; which of these go is for who is a clerk, too."""


@pytest.fixture
def product(office):
    return office.create("product", {"code": "rack", "name": "Rack", "price": 100}).id


@pytest.mark.parametrize("changes", [NARROWED])
def test_own_grants_of_a_child_entity_narrow_what_its_parent_gives(office, product):
    deal = office.create("deal", {"name": "A", "items": [{"product": product, "quantity": 3}]}, by="marina")
    (row,) = office.rows("deal_item")
    assert office.stored("deal_item", row)["price"] == 100  # the copy is the system's
    error = refusal(
        office.create, "deal", {"name": "B", "items": [{"product": product, "price": 1}]}, by="marina"
    )
    assert ("/items/0/price", "KBK2003") in faults(error)
    assert faults(refusal(office.update, "deal_item", row, {"product": product}, by="marina")) == {
        ("/product", "KBK4002")
    }
    office.update("deal_item", row, {"quantity": 9}, by="marina")
    assert refusal(office.update, "deal_item", row, {"quantity": 10}, by="marina").status == 403
    assert refusal(office.delete, "deal_item", row, by="marina").status == 403
    version = office.stored("deal", deal.id)["version"]
    office.update("deal", deal.id, {"items": []}, by="marina", if_version=version)
    assert sorted(office.rows("deal_item")) == [row]  # it may not be deleted, so it stays
    office.update("deal_item", row, {"quantity": 4}, by="marina")
    office.delete("deal_item", row, by="marina")


@pytest.mark.parametrize("changes", [LEFT_TO_FEW])
def test_deleting_rows_is_left_to_few_by_a_grant_of_no_row_for_all(office, product):
    clerk, model = office.hire("lena", "manager"), office.model
    office.people["lena"] = replace(clerk, roles=(*clerk.roles, model.roles["clerk"].uid))
    for who, may in (("marina", False), ("lena", True)):
        items = [{"product": product, "quantity": 3}]
        office.create("deal", {"name": who, "owner": office.people[who].user, "items": items}, by=who)
        row = max(office.rows("deal_item"))
        office.update("deal_item", row, {"quantity": 4}, by=who)
        if not may:
            assert refusal(office.delete, "deal_item", row, by=who).code == "KBK4002"
        else:
            office.delete("deal_item", row, by=who)


def test_a_field_readable_on_some_rows_only_is_known_only_there(office):
    marina = office.people["marina"].user
    won = office.create("deal", {"name": "W", "margin": 5, "owner": marina, "stage": "won"}).id
    open_one = office.create("deal", {"name": "O", "margin": 5, "owner": marina}).id
    assert faults(refusal(office.update, "deal", open_one, {"margin": 9}, by="marina")) == {
        ("/margin", "KBK2003")
    }
    assert refusal(office.update, "deal", won, {"margin": 9}, by="marina").code == "KBK4002"


@pytest.mark.parametrize(
    "changes",
    [
        {
            "roles/manager.yaml": """
                name: manager
                grants:
                  - {entity: deal, actions: [read], fields: all}
                  - {entity: deal, actions: [update], rows: "owner = me", check: "owner = me", fields: [name, owner]}
                  - {entity: deal, actions: [update], rows: "stage = 'lead'", check: "amount < 100", fields: [amount]}
                  - {entity: user, actions: [read], fields: [login]}
            """
        }
    ],
)
def test_several_grants_add_up_by_row_check_and_field(office):
    marina, igor = office.people["marina"].user, office.people["igor"].user
    own = office.create("deal", {"name": "A", "owner": marina, "amount": 10}).id
    other = office.create("deal", {"name": "B", "owner": igor, "amount": 10}).id
    office.update("deal", own, {"name": "AA", "amount": 50}, by="marina")
    office.update("deal", other, {"amount": 60}, by="marina")
    assert faults(refusal(office.update, "deal", other, {"name": "X", "amount": 5}, by="marina")) == {
        ("/name", "KBK4002")
    }
    assert refusal(office.update, "deal", other, {"amount": 100}, by="marina").status == 403
    error = refusal(office.update, "deal", own, {"amount": 200}, by="marina")
    assert faults(error) == {("/amount", "KBK4002")}
    # given away, the record no longer passes the first check: only the second grant stands, which has no `owner`
    assert refusal(office.update, "deal", own, {"owner": igor}, by="marina").status == 403
    assert refusal(office.update, "deal", own, {"stage": "offer"}, by="marina").status == 403


def test_a_batch_is_judged_row_by_row(office):
    mine = office.create("deal", {"name": "A"}, by="marina").id
    other = office.create("deal", {"name": "B"}, by="igor").id
    error = refusal(
        office.batch,
        "deal",
        by="marina",
        update=[{"id": mine, "name": "x"}, {"id": other, "name": "y"}],
        delete=[999],
    )
    assert {p for p, _ in faults(error)} == {"/update/1", "/delete/0"}
    assert error.status == 404
    assert office.stored("deal", mine)["name"] == "A"


def test_whoever_can_read_nothing_learns_nothing(office):
    office.hire("guest")
    company = office.create("company", {"name": "A"}).id
    for entity, id in (("company", company), ("company", 999), ("nothing", 1)):
        error = refusal(office.update, entity, id, {"name": "x"}, by="guest")
        assert error.status == 404


BLIND = {
    "roles/head.yaml": """
        name: head
        label: {ru: Глава, en: Head}
        grants:
          - {entity: company, actions: [read], fields: all}
          - {entity: deal, actions: [read, create, update, delete], fields: [name, amount, closes_on, stage]}
          - {entity: deal, actions: [move], fields: [stage]}
    """,
    "roles/manager.yaml": """
        name: manager
        grants:
          - {entity: deal, actions: [read, update, move], fields: [name]}
          - {entity: company, actions: [read, update], fields: all}
          - {entity: company, actions: [import], rows: "city = 'Omsk'"}
          - {entity: product, actions: [read, create, update], fields: all}
    """,
}


@pytest.mark.parametrize("changes", [BLIND])
def test_refusals_name_no_field_that_the_actor_may_not_know(office):
    rule = refusal(office.create, "deal", {"name": "A", "closes_on": "2000-01-01"}, by="anna")
    assert [(p.pointer, p.code, str(p.message)) for p in rule.errors] == [
        ("/closes_on", "KBK3006", "Deal: a rule is not kept")
    ]
    assert "opened_on" in str(refusal(office.create, "deal", {"name": "A", "closes_on": "2000-01-01"}).errors)
    company = office.create("company", {"name": "C"}).id
    office.create("deal", {"name": "A", "company": company})
    other = office.create("deal", {"name": "B", "company": company}).id
    together = refusal(office.update, "deal", other, {"name": "A"}, by="anna")
    assert [(p.pointer, str(p.message)) for p in together.errors] == [
        ("/name", "these values are taken together: Name")
    ]
    required = refusal(office.update, "deal", other, {"stage": "lost"}, by="anna")
    assert [(p.pointer, p.code, str(p.message)) for p in required.errors] == [
        ("", "KBK3001", "Deal: a field that you may not fill in is required")
    ]


@pytest.mark.parametrize("changes", [BLIND])
def test_stages_that_one_may_not_know_of_are_none(office):
    ids = {name: office.create(name, {"name": "A"}).id for name in ("deal", "company")}

    def move(tx, name):
        return records.move(tx, office.people["marina"], name, ids[name], "offer")

    def back(tx, name):
        return records.take_back(tx, office.people["marina"], name, ids[name])

    for deed in (move, back):
        for name in ids:
            error = refusal(office.workspace.write, partial(deed, name=name))
            assert error.code == "KBK3011" and "have no stages" in str(error.detail), (deed, name)


@pytest.mark.parametrize("changes", [BLIND])
def test_a_line_of_a_file_takes_the_right_to_import_beside_that_to_write(office):
    line = {"by": "marina", "context": Context(medium="csv")}
    near, far = (office.create("company", {"name": c, "city": c}).id for c in ("Omsk", "Tver"))
    product = {"code": "rack", "name": "Rack", "price": 1}
    assert refusal(office.create, "product", product, **line).code == "KBK4002"
    made = office.create("product", product, by="marina").id
    office.update("company", near, {"notes": "x"}, **line)
    for entity, record, values in (("company", far, {"notes": "x"}), ("product", made, {"name": "Shelf"})):
        assert refusal(office.update, entity, record, values, **line).code == "KBK4002"
        office.update(entity, record, values, by="marina")
