"""Drafts, copies, new records out of a link, duplicates: what a form keeps and what it begins with."""

from __future__ import annotations

import re

import pytest

from tests.renderers.surfing import Form, Surfer, changed, sign_in
from tests.sites import Site


@pytest.fixture
def mark(site: Site) -> Surfer:
    return sign_in(site, "mark")


def named(form: Form, name: str) -> str:
    return dict(form.pairs)[name]


def kept(surfer: Surfer, address: str, typed: dict[str, str]) -> str:
    """Types into a form and closes it; the key of the draft."""
    form = surfer.form(address)
    here = re.match(r"/e/[a-z_]+", address)
    assert here is not None
    assert surfer.post(f"{here[0]}/draft", changed(form, typed)).status_code == 204
    return named(form, "_draft")


def test_a_form_that_was_not_saved_is_gone_on_with_and_ends_when_it_is(site: Site, mark: Surfer) -> None:
    item = {"/items/0/id": "", "/items/0/quantity": "x y"}
    key = kept(
        mark, "/e/deal/new", {"/name": "Недописанная", "/amount": "много", "/company~text": "Ром", **item}
    )
    page = mark.get("/e/deal/new").text
    assert f"/e/deal/new?draft={key}" in page
    assert "Недописанная" in mark.get("/drafts").text
    again = mark.form(f"/e/deal/new?draft={key}")
    for name, text in {
        "/name": "Недописанная",
        "/amount": "много",
        "/company~text": "Ром",
        "_draft": key,
    }.items():
        assert named(again, name) == text
    assert "x y" in [value for _, value in again.pairs], "wrong texts of rows too"
    mended = {"/amount": "5", "/company~text": "", "/items/0/quantity": ""}
    saved = mark.post("/e/deal/new", changed(again, mended))
    assert saved.status_code == 303, saved.text[:500]
    assert key not in mark.get("/e/deal/new").text
    assert "Недописанная" not in mark.get("/drafts").text


def test_a_draft_is_its_owners_alone(site: Site, mark: Surfer) -> None:
    key = kept(mark, "/e/deal/new", {"/name": "Моя тайна"})
    nina = sign_in(site, "nina")
    for address in (f"/e/deal/new?draft={key}", "/e/deal/new", "/drafts"):
        assert "Моя тайна" not in nina.get(address).text
    form = nina.form("/e/deal/new")
    taken = [(name, key if name == "_draft" else value) for name, value in form.pairs]
    assert nina.post("/e/deal/draft", taken).status_code == 404
    assert nina.post(f"/drafts/{key}/discard", []).status_code == 303
    assert "Моя тайна" in mark.get(f"/e/deal/new?draft={key}").text
    assert mark.post(f"/drafts/{key}/discard", [("next", "/e/deal/new")]).headers["location"] == "/e/deal/new"
    assert "Моя тайна" not in mark.get(f"/e/deal/new?draft={key}").text


def test_a_draft_on_top_of_an_older_version_meets_the_newer_one(site: Site, mark: Surfer) -> None:
    deal = site.post("/api/records/deal", {"name": "D", "amount": 1}, "mark").json()["id"]
    address = f"/e/deal/{deal}/edit"
    key = kept(mark, address, {"/name": "Моё"})
    site.patch(f"/api/records/deal/{deal}", {"amount": 7}, "admin", headers={"if-match": '"1"'})
    answer = mark.post(address, mark.form(f"{address}?draft={key}").pairs)
    assert answer.status_code == 412
    merged = Form(answer.text)
    assert (named(merged, "/name"), named(merged, "/amount")) == ("Моё", "7")
    assert mark.post(address, merged.pairs).status_code == 303


def test_who_signs_in_over_a_form_of_somebody_else_does_not_get_it(site: Site, mark: Surfer) -> None:
    form = mark.form("/e/deal/new")
    nina = sign_in(site, "nina")
    answer = nina.post("/e/deal/new", changed(form, {"/name": "Чужая"}))
    assert answer.status_code == 403 and "Чужая" not in answer.text
    assert site.get("/api/records/deal").json()["items"] == []


def test_a_record_for_a_link_is_made_on_the_way_and_nothing_is_lost(site: Site) -> None:
    admin = sign_in(site, "admin")
    typed = {"/name": "Сделка", "/amount": "сто", "/company~text": "Новая компания"}
    away = admin.post("/e/deal/new", [*changed(admin.form("/e/deal/new"), typed), ("_create", "/company")])
    assert away.status_code == 303
    form = admin.form(away.headers["location"])
    assert named(form, "/name") == "Новая компания", "what was typed names it"
    back = admin.post("/e/company/new", form.pairs)
    assert back.status_code == 303, back.text[:500]
    again = admin.form(back.headers["location"])
    assert (named(again, "/name"), named(again, "/amount")) == ("Сделка", "сто")
    assert named(again, "/company~text") == "Новая компания" and named(again, "/company").isdigit()


def test_only_who_may_create_is_offered_to(site: Site, mark: Surfer) -> None:
    page = mark.get("/e/deal/new").text
    assert 'name="_create" value="/company"' in page
    assert 'name="_create" value="/owner"' not in page
    answer = mark.post("/e/deal/new", [*mark.form("/e/deal/new").pairs, ("_create", "/owner")])
    assert answer.status_code == 200, "the form again"


def test_a_copy_has_all_that_may_be_copied_and_stands_at_the_first_stage(site: Site) -> None:
    product = site.post("/api/records/product", {"code": "B-1", "name": "Балка", "price": 10}).json()["id"]
    items = [{"product": product, "quantity": 2}, {"product": product, "quantity": 3}]
    values = {"name": "D", "stage": "offer", "probability": 0.5, "margin": 9, "items": items}
    source = site.post("/api/records/deal", values).json()["id"]
    admin = sign_in(site, "admin")
    form = admin.form(f"/e/deal/new?copy={source}")
    assert (named(form, "/probability"), named(form, "/stage")) == ("50", "lead")
    made = admin.post("/e/deal/new", changed(form, {"/name": "Копия"}))
    assert made.status_code == 303, made.text[:500]
    copy = site.get(
        f"/api/records{made.headers['location'].removeprefix('/e')}?fields=number,items,probability,amount"
    )
    source_number = site.get(f"/api/records/deal/{source}").json()["number"]
    assert [row["quantity"] for row in copy.json()["items"]] == [2, 3]
    assert copy.json()["number"] != source_number and copy.json()["amount"] == 50
    mark = sign_in(site, "mark")
    assert mark.get(f"/e/deal/new?copy={source}").status_code == 404, "of what they do not see"


def test_drafts_of_one_person_fill_no_disk(site: Site, mark: Surfer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.records.drafts.LARGEST", 30_000)
    kept(mark, "/e/deal/new", {"/name": "Первая", "/lost_reason": "x" * 20_000})
    kept(mark, "/e/deal/new", {"/name": "Вторая", "/lost_reason": "x" * 20_000})
    kept(mark, "/e/deal/new", {"/name": "Третья", "/lost_reason": "x" * 40_000})
    page = mark.get("/drafts").text
    assert "Третья" in page and "Вторая" not in page and "Первая" not in page
