"""A refusal names every fault at once: values that cannot be read, missing ones, and rules broken by the others."""

from decimal import Decimal

from tests.core.records.asserting import faults, refusal


def test_a_missing_name_does_not_hide_a_broken_check(office):
    error = refusal(office.create, "deal", {"name": "", "amount": -1})
    assert faults(error) == {("/name", "KBK3001"), ("/amount", "KBK3006")}
    assert not office.rows("deal")


def test_a_value_that_cannot_be_read_does_not_hide_a_broken_check(office):
    error = refusal(office.create, "deal", {"name": "A", "amount": -1, "opened_on": "soon"})
    assert faults(error) == {("/opened_on", "KBK3002"), ("/amount", "KBK3006")}


def test_rules_over_a_value_at_fault_are_not_told(office):
    error = refusal(office.create, "deal", {"amount": "much", "closes_on": "2026-13-01"})
    assert faults(error) == {("/name", "KBK3001"), ("/amount", "KBK3002"), ("/closes_on", "KBK3002")}


def test_a_changed_record_is_judged_with_what_stays_of_it(office):
    saved = office.create("deal", {"name": "A", "amount": 5, "opened_on": "2026-05-01"})
    error = refusal(
        office.update, "deal", saved.id, {"name": "", "amount": -2, "closes_on": "2026-04-01"}
    )  # fmt: skip
    assert faults(error) == {("/name", "KBK3001"), ("/amount", "KBK3006"), ("/closes_on", "KBK3006")}
    error = refusal(office.update, "deal", saved.id, {"opened_on": "x", "closes_on": "2026-04-01"})
    assert faults(error) == {("/opened_on", "KBK3002")}
    row = office.stored("deal", saved.id)
    assert (row["name"], row["amount"], row["version"]) == ("A", Decimal(5), 1)
    assert [kind for kind, *_ in office.journal("deal", saved.id)] == ["created"]


def test_child_rows_are_judged_beside_those_at_fault(office):
    product = office.create("product", {"code": "R", "name": "Rack"}).id
    items = [{"product": product, "quantity": "many"}, {"product": product, "quantity": -1}]
    error = refusal(office.create, "deal", {"amount": 5, "items": items})
    assert faults(error) == {
        ("/name", "KBK3001"), ("/items/0/quantity", "KBK3002"), ("/items/1/quantity", "KBK3006"),
    }  # fmt: skip
    assert not office.rows("deal_item")


def test_an_amount_that_would_follow_unreadable_items_is_not_judged(office):
    product = office.create("product", {"code": "R", "name": "Rack"}).id
    items = [{"product": product, "price": "x"}, {"product": product, "price": -9}]
    error = refusal(office.create, "deal", {"name": "A", "items": items})
    assert faults(error) == {("/items/0/price", "KBK3002")}


def test_a_refused_write_takes_no_number_and_leaves_the_next_one_alone(office):
    first = office.create("deal", {"name": "A"})
    refusal(office.create, "deal", {"name": "", "amount": -1})
    second = office.create("deal", {"name": "B"})
    numbers = [office.stored("deal", each.id)["number"][-5:] for each in (first, second)]
    assert numbers == ["00001", "00002"]


def test_a_link_that_leads_nowhere_and_a_taken_value_do_not_hide_a_broken_check(office):
    error = refusal(office.create, "deal", {"name": "A", "company": 99, "amount": -1})
    assert faults(error) == {("/company", "KBK3005"), ("/amount", "KBK3006")}


def test_who_may_not_write_at_all_is_told_only_that(office):
    saved = office.create("deal", {"name": "A", "owner": office.people["anna"].user})
    error = refusal(office.update, "deal", saved.id, {"amount": "x"}, by="marina")
    assert error.code in ("KBK2006", "KBK4002")
