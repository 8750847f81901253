"""Two people change one record at once: both changes are whole, twice over, in fields, long texts and child rows."""

from __future__ import annotations

from tests.renderers.surfing import Form, changed, sign_in
from tests.sites import Site


def test_a_second_collision_meets_a_merge_that_is_under_way(site: Site) -> None:
    company = site.post("/api/records/company", {"name": "A", "notes": "one\ntwo", "city": "X"}).json()["id"]
    address = f"/e/company/{company}/edit"
    admin = sign_in(site, "admin")
    mine = changed(admin.form(address), {"/notes": "one\ntwo\nthree", "/city": "Мой", "/staff": "5"})
    site.patch(
        f"/api/records/company/{company}", {"notes": "two", "vip": True}, "helen", headers={"if-match": '"1"'}
    )
    first = admin.post(address, mine)
    assert first.status_code == 412
    assert "one\ntwo\nthree" in first.text and 'name="_choose:/notes"' in first.text
    assert 'name="_choose:/city"' not in first.text, "what does not clash is not asked"
    site.patch(
        f"/api/records/company/{company}",
        {"city": "Их", "discount": 0.1},
        "helen",
        headers={"if-match": '"2"'},
    )
    second = admin.post(address, [*Form(first.text).pairs, ("_choose:/notes", "theirs")])
    assert second.status_code == 412, "they saved once more while I was choosing"
    assert 'name="_choose:/city"' in second.text and 'name="_choose:/notes"' not in second.text
    last = admin.post(address, [*Form(second.text).pairs, ("_choose:/city", "mine")])
    assert last.status_code == 303
    stored = site.get(f"/api/records/company/{company}").json()
    assert (stored["notes"], stored["city"], stored["staff"], stored["vip"]) == ("two", "Мой", 5, True)
    assert stored["discount"] == 0.1
    kept = site.get(f"/api/records/company/{company}/history").text
    assert "Их" in kept and "Мой" in kept, "the history has both versions"


def test_child_rows_collide_row_by_row_and_a_following_price_keeps_following(site: Site) -> None:
    product = site.post("/api/records/product", {"code": "B", "name": "B", "price": 10}).json()["id"]
    items = [{"product": product, "quantity": 1}, {"product": product, "quantity": 2}]
    deal = site.post("/api/records/deal", {"name": "D", "items": items}).json()["id"]
    address = f"/e/deal/{deal}/edit"
    admin = sign_in(site, "admin")
    form = admin.form(address)
    rows = site.get(f"/api/records/deal/{deal}?fields=items").json()["items"]
    theirs = [
        {"id": rows[0]["id"], "quantity": 5},
        {"id": rows[1]["id"]},
        {"product": product, "quantity": 9},
    ]
    site.patch(f"/api/records/deal/{deal}", {"items": theirs}, headers={"if-match": '"1"'})
    answer = admin.post(address, changed(form, {"/items/0/quantity": "7", "/items/1/quantity": "3"}))
    assert answer.status_code == 412
    assert 'name="_choose:/items/0/quantity"' in answer.text
    assert 'name="_choose:/items/1/quantity"' not in answer.text
    saved = admin.post(address, [*Form(answer.text).pairs, ("_choose:/items/0/quantity", "mine")])
    assert saved.status_code == 303, saved.text[:500]
    stored = site.get(f"/api/records/deal/{deal}?fields=items,amount").json()
    assert [row["quantity"] for row in stored["items"]] == [7, 3, 9]
    assert stored["amount"] == 190
