"""Forms that are recalculated while one types: values, conditions and options of what is not saved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.renderers.surfing import Surfer, changed, sign_in
from tests.sites import Site


@pytest.fixture
def product(site: Site) -> int:
    return int(site.post("/api/records/product", {"code": "B-1", "name": "Балка", "price": 10}).json()["id"])


def ask(surfer: Surfer, address: str, typed: dict[str, str], **more: str) -> dict[str, Any]:
    form = surfer.form(address)
    answer = surfer.post("/e/deal/recalculate", [*changed(form, typed), *more.items()])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def row(product: int, quantity: str, number: int = 0) -> dict[str, str]:
    here = f"/items/{number}"
    return {
        f"{here}/id": "", f"{here}/product": str(product), f"{here}/product~was": "B-1 Балка",
        f"{here}/product~text": "B-1 Балка", f"{here}/quantity": quantity,
    }  # fmt: skip


def test_a_new_record_is_counted_while_it_is_typed_and_nothing_is_kept(site: Site, product: int) -> None:
    mark = sign_in(site, "mark")
    before = site.get("/api/records/deal").json()
    answer = ask(mark, "/e/deal/new", {"/name": "D", **row(product, "2.5"), **row(product, "1", 7)})
    assert answer["stands"]
    assert answer["computed"]["/items/0/amount"]["plain"] == "25.00"
    assert answer["computed"]["/items/7/amount"]["plain"] == "10.00", "under the names that the page has"
    assert answer["follows"]["/items/0/price"]["value"] == "10"
    assert answer["follows"]["/amount"] == {"value": "35", "title": "", "by_hand": False, "take": False}
    assert site.get("/api/records/deal").json() == before


def test_what_was_changed_by_hand_follows_again_when_it_is_asked_to(site: Site, product: int) -> None:
    mark = sign_in(site, "mark")
    typed = {"/name": "D", "/amount": "5", **row(product, "2")}
    assert ask(mark, "/e/deal/new", typed)["follows"]["/amount"]["by_hand"] is True
    taken = ask(mark, "/e/deal/new", typed, _refresh="/amount")["follows"]["/amount"]
    assert taken == {"value": "20", "title": "", "by_hand": False, "take": True}


def test_a_text_that_cannot_be_read_is_never_replaced(site: Site, product: int) -> None:
    mark = sign_in(site, "mark")
    answer = ask(mark, "/e/deal/new", {"/name": "D", "/amount": "много", **row(product, "2")})
    assert "/amount" not in answer["follows"]
    assert answer["computed"]["/items/0/amount"]["plain"] == "20.00", "the rest is counted"


def test_a_stored_row_takes_the_present_price_only_when_it_is_asked_to(site: Site, product: int) -> None:
    made = site.post(
        "/api/records/deal", {"name": "D", "items": [{"product": product, "quantity": 2}]}, "mark"
    ).json()
    site.patch(f"/api/records/product/{product}", {"price": 30}, headers={"if-match": '"1"'})
    mark = sign_in(site, "mark")
    address = f"/e/deal/{made['id']}/edit"
    assert ask(mark, address, {})["follows"]["/items/0/price"]["value"] == "10"
    taken = ask(mark, address, {}, _refresh="/items/0/price")["follows"]["/items/0/price"]
    assert (taken["value"], taken["take"]) == ("30", True)
    form = mark.form(address)
    saved = mark.post(address, [*changed(form, {"/items/0/price": "30"}), ("/items/0/price~again", "30")])
    assert saved.status_code == 303
    assert site.get(f"/api/records/deal/{made['id']}?fields=items,amount").json()["amount"] == 60


def test_a_text_that_followed_is_saved_as_following(site: Site, product: int) -> None:
    mark = sign_in(site, "mark")
    typed = {"/name": "D", "/amount": "20", **row(product, "2")}
    answer = mark.post("/e/deal/new", [*changed(mark.form("/e/deal/new"), typed), ("/amount~follows", "20")])
    deal = answer.headers["location"]
    form = mark.form(f"{deal}/edit")
    assert mark.post(f"{deal}/edit", changed(form, {"/items/0/quantity": "3"})).status_code == 303
    assert site.get(f"/api/records{deal.removeprefix('/e')}").json()["amount"] == 30, "it follows still"


def test_a_link_that_does_not_fit_its_options_is_named(site: Site, product: int) -> None:
    mark = sign_in(site, "mark")
    typed = {"/name": "D", **row(product, "2")}
    assert ask(mark, "/e/deal/new", typed)["unfit"] == []
    site.patch(f"/api/records/product/{product}", {"active": False}, headers={"if-match": '"1"'})
    assert ask(mark, "/e/deal/new", typed)["unfit"] == ["/items/0/product"]


def test_nobody_learns_by_a_trial_what_they_may_not_read_or_write(site: Site) -> None:
    hidden = site.post("/api/records/deal", {"name": "Чужая"}, "admin").json()["id"]
    mark = sign_in(site, "mark")
    assert mark.post("/e/deal/recalculate", [("/name", "D"), ("_record", str(hidden))]).status_code == 404
    seen = ask(mark, "/e/deal/new", {"/name": "D", "/amount": "5", "/margin": "3"})
    assert not seen["stands"], "what they may not set is refused, as in a write"
    assert seen["computed"] == seen["follows"] == {}
