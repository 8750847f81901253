"""Child rows: edited in their parent's list, their order, their rights, copies that follow until changed by hand."""

from decimal import Decimal

import pytest

from tests.core.records.asserting import faults, refusal


@pytest.fixture
def product(office):
    return office.create("product", {"code": "rack", "name": "Rack", "price": 100}).id


def items(office, deal):
    """(product, quantity, price) of the live rows in their order."""
    rows = sorted(
        (r for r in office.rows("deal_item").values() if r["deal"] == deal), key=lambda r: r["position"]
    )
    return [(r["id"], r["quantity"], r["price"]) for r in rows]


def test_rows_are_created_with_their_parent_in_order(office, product):
    deal = office.create("deal", {"name": "A", "items": [
        {"product": product, "quantity": 2}, {"product": product, "price": "7.50"}]}, by="marina").id  # fmt: skip
    assert [(q, p) for _, q, p in items(office, deal)] == [
        (Decimal(2), Decimal(100)),
        (Decimal(1), Decimal("7.5")),
    ]
    assert office.stored("deal", deal)["amount"] == Decimal("207.50")
    assert [r["position"] for r in office.rows("deal_item").values()] == [1, 2]


def test_a_list_needs_the_version(office, product):
    deal = office.create("deal", {"name": "A"}).id
    error = refusal(office.update, "deal", deal, {"items": []})
    assert (error.status, faults(error)) == (428, {("/items", "KBK3010")})


def test_a_list_changes_creates_removes_and_orders(office, product):
    saved = office.create(
        "deal", {"name": "A", "items": [{"product": product, "quantity": n} for n in (1, 2, 3)]}
    )
    first, second, third = (row[0] for row in items(office, saved.id))
    again = office.update("deal", saved.id, {"items": [
        {"id": third}, {"product": product, "quantity": 9}, {"id": first, "quantity": 5}]}, if_version=saved.version)  # fmt: skip
    assert again.version == saved.version + 1
    assert items(office, saved.id)[0][0] == third
    assert [q for _, q, _ in items(office, saved.id)] == [Decimal(3), Decimal(9), Decimal(5)]
    assert office.stored("deal_item", second)["deleted_at"] is not None
    assert [k for k, _, _ in office.journal("deal_item", second)] == ["created", "deleted"]
    assert office.stored("deal", saved.id)["amount"] == Decimal(1700)


def test_faults_in_rows_have_their_pointers(office, product):
    error = refusal(office.create, "deal", {"name": "A", "items": [
        {"product": product}, {"product": product, "price": "x", "quantity": 0}, {"quantity": 1, "colour": 1}, 5]})  # fmt: skip
    assert ("/items/2/colour", "KBK2003") in faults(error)
    error = refusal(office.create, "deal", {"name": "A", "items": [
        {"product": product}, {"product": product, "price": "x"}, {"quantity": 1}, 5]})  # fmt: skip
    assert faults(error) == {
        ("/items/1/price", "KBK3002"),
        ("/items/2/product", "KBK3001"),
        ("/items/3", "KBK3002"),
    }
    error = refusal(office.create, "deal", {"name": "A", "items": [{"product": product, "quantity": 0}]})
    assert faults(error) == {("/items/0/quantity", "KBK3006")}
    assert not office.rows("deal")


def test_rows_of_another_record_are_not_here(office, product):
    one = office.create("deal", {"name": "A", "items": [{"product": product}]})
    two = office.create("deal", {"name": "B"})
    (row,) = office.rows("deal_item")
    error = refusal(office.update, "deal", two.id, {"items": [{"id": row}]}, if_version=two.version)
    assert faults(error) == {("/items/0/id", "KBK3005")}
    error = refusal(office.create, "deal", {"name": "C", "items": [{"id": row, "product": product}]})
    assert faults(error) == {("/items/0/id", "KBK3005")}
    assert office.stored("deal_item", row)["deal"] == one.id


def test_a_row_written_alone_follows_its_parents_rights_and_raises_its_version(office, product):
    deal = office.create("deal", {"name": "A"}, by="marina")
    row = office.create("deal_item", {"deal": deal.id, "product": product, "quantity": 3}, by="marina")
    assert office.stored("deal", deal.id)["version"] == 2
    assert office.stored("deal", deal.id)["amount"] == Decimal(300)
    office.update("deal_item", row.id, {"quantity": 4}, by="marina")
    assert office.stored("deal", deal.id)["amount"] == Decimal(400)
    stranger = refusal(office.update, "deal_item", row.id, {"quantity": 5}, by="igor")
    assert stranger.status == 404
    assert refusal(office.create, "deal_item", {"deal": deal.id, "product": product}, by="igor").status == 422
    assert refusal(office.delete, "deal_item", row.id, by="igor").status == 404
    office.update("deal", deal.id, {"stage": "won"}, by="marina")
    assert refusal(office.update, "deal_item", row.id, {"quantity": 5}, by="marina").status == 403
    office.delete("deal_item", row.id, by="anna")
    assert office.stored("deal", deal.id)["amount"] is None


def test_a_row_never_changes_its_parent(office, product):
    one, two = (
        office.create("deal", {"name": "A", "items": [{"product": product}]}),
        office.create("deal", {"name": "B"}),
    )
    (row,) = office.rows("deal_item")
    assert faults(refusal(office.update, "deal_item", row, {"deal": two.id})) == {("/deal", "KBK3004")}
    office.update("deal_item", row, {"deal": one.id, "quantity": 2})


def test_a_copy_follows_the_link_and_not_the_price_list(office, product):
    other = office.create("product", {"code": "beam", "name": "Beam", "price": 40}).id
    deal = office.create("deal", {"name": "A", "items": [{"product": product, "quantity": 1}]})
    ((row, _, price),) = items(office, deal.id)
    assert price == 100
    office.update("product", product, {"price": 150})
    office.update("deal_item", row, {"quantity": 2})
    assert items(office, deal.id) == [(row, Decimal(2), Decimal(100))]
    office.update("deal_item", row, {"product": other})
    assert items(office, deal.id) == [(row, Decimal(2), Decimal(40))]


def test_a_copy_changed_by_hand_stays(office, product):
    other = office.create("product", {"code": "beam", "name": "Beam", "price": 40}).id
    deal = office.create("deal", {"name": "A", "items": [{"product": product}]})
    ((row, _, _),) = items(office, deal.id)
    office.update("deal_item", row, {"price": 90})
    office.update("deal_item", row, {"product": other})
    assert items(office, deal.id)[0][2] == Decimal(90)
    office.update("deal", deal.id, {"amount": 77})
    office.update("deal_item", row, {"quantity": 5})
    assert office.stored("deal", deal.id)["amount"] == Decimal(77)
    office.update("deal", deal.id, {"amount": 450})  # what the rows say: it follows again
    office.update("deal_item", row, {"quantity": 2})
    assert office.stored("deal", deal.id)["amount"] == Decimal(180)


def test_a_copy_given_with_what_it_is_taken_from_is_not_by_hand(office, product):
    deal = office.create(
        "deal", {"name": "A", "amount": 200, "items": [{"product": product, "quantity": 2, "price": 100}]}
    )
    ((row, _, _),) = items(office, deal.id)
    office.update("deal_item", row, {"quantity": 3})
    assert office.stored("deal", deal.id)["amount"] == Decimal(300)


def test_a_stale_form_never_removes_rows_it_did_not_see(office, product):
    deal = office.create("deal", {"name": "A"})
    office.create("deal_item", {"deal": deal.id, "product": product})
    error = refusal(office.update, "deal", deal.id, {"items": []}, if_version=deal.version)
    assert error.code == "KBK3009"
    assert "items" in error.extra["changed"]
    assert len(items(office, deal.id)) == 1


@pytest.mark.parametrize(
    "changes",
    [{
        "entities/box.yaml": """
            name: box
            title: "{name}"
            fields:
              - {name: name, type: text, required: true}
              - {name: weight, type: integer, copy: parts_weight}
              - {name: parts_weight, type: rollup, formula: "SUM(parts.weight)"}
              - {name: parts, type: children, of: part, through: box}
        """,
        "entities/part.yaml": """
            name: part
            title: "{name}"
            fields:
              - {name: box, type: link, to: box, required: true}
              - {name: name, type: text, required: true}
              - {name: weight, type: integer, copy: screws_weight}
              - {name: screws_weight, type: rollup, formula: "SUM(screws.weight)"}
              - {name: screws, type: children, of: screw, through: part}
        """,
        "entities/screw.yaml": """
            name: screw
            title: "{name}"
            fields:
              - {name: part, type: link, to: part, required: true}
              - {name: name, type: text}
              - {name: weight, type: integer}
            constraints:
              - {check: "weight < 100"}
        """,
    }],
)  # fmt: skip
def test_rows_go_to_any_depth(office):
    box = office.create("box", {"name": "A", "parts": [
        {"name": "p", "screws": [{"weight": 1}, {"weight": 2}]}, {"name": "q", "screws": [{"weight": 4}]}]})  # fmt: skip
    assert office.stored("box", box.id)["weight"] == 7
    first = min(office.rows("part"))
    error = refusal(
        office.update, "box", box.id, {"parts": [{"id": first, "screws": [{"weight": 500}]}]}, if_version=1
    )
    assert faults(error) == {("/parts/0/screws/0/weight", "KBK3006")}
    saved = office.update("box", box.id, {"parts": [{"id": first, "screws": [{"weight": 30}]}]}, if_version=1)
    assert office.stored("box", box.id)["weight"] == 30
    assert (len(office.rows("part")), len(office.rows("screw"))) == (1, 1)
    (screw,) = office.rows("screw")
    office.update("screw", screw, {"weight": 31})
    assert office.stored("box", box.id)["weight"] == 31
    assert office.stored("box", box.id)["version"] == saved.version + 1
    office.delete("box", box.id)
    assert not office.rows("screw")
    office.restore("box", box.id)
    assert [r["weight"] for r in office.rows("screw").values()] == [31]
    assert len(office.rows("part")) == 1


def test_a_row_written_alone_names_a_parent_that_is_there_and_may_be_written(office, product):
    office.create("deal", {"name": "A"}, by="igor")
    for by in ("root", "marina"):
        assert faults(refusal(office.create, "deal_item", {"product": product}, by=by)) == {
            ("/deal", "KBK3001")
        }
        error = refusal(office.create, "deal_item", {"deal": 999, "product": product}, by=by)
        assert faults(error) == {("/deal", "KBK3005")}
    assert faults(refusal(office.create, "deal_item", {"deal": 1, "product": product}, by="marina")) == {
        ("/deal", "KBK3005")
    }


@pytest.mark.parametrize(
    "changes",
    [
        {
            "entities/deal_item.yaml": """
                name: deal_item
                title: "{product}"
                fields:
                  - {name: deal, type: link, to: deal}
                  - {name: product, type: link, to: product, on_delete: cascade}
                  - {name: other, type: link, to: product, on_delete: clear}
                  - {name: spare, type: link, to: product, on_delete: clear}
                  - {name: amount, type: money}
            """
        }
    ],
)
def test_rows_that_a_deletion_takes_along_change_their_parents_too(office, product):
    other = office.create("product", {"code": "beam", "name": "Beam", "price": 40}).id
    deal = office.create(
        "deal",
        {
            "name": "A",
            "items": [
                {"product": product, "amount": 5},
                {"product": other, "other": product, "spare": product, "amount": 7},
            ],
        },
    )
    assert refusal(office.create, "deal_item", {"product": other, "amount": 1}).code == "KBK3001"
    assert office.stored("deal", deal.id)["amount"] == Decimal(12)
    office.delete("product", product, by="anna")
    row = office.stored("deal", deal.id)
    assert (row["amount"], row["version"]) == (Decimal(7), 2)
    (left,) = office.rows("deal_item").values()
    assert (left["other"], left["spare"], left["version"]) == (None, None, 2)
    office.restore("product", product, by="anna")
    assert len(office.rows("deal_item")) == 2
    assert office.stored("deal", deal.id)["amount"] == Decimal(12)
    office.delete("product", product)
    office.delete("deal", deal.id)
    office.restore("product", product)
    assert not office.rows("deal_item")
    office.restore("deal", deal.id)
    assert len(office.rows("deal_item")) == 1
