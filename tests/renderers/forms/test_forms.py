"""The pages of cards and forms, as a browser without scripts uses them."""

from __future__ import annotations

import re

import pytest

from tests.renderers.surfing import Form, changed, sign_in
from tests.sites import Site


@pytest.fixture
def company(site: Site) -> int:
    return int(site.post("/api/records/company", {"name": "Ромашка"}).json()["id"])


@pytest.fixture
def product(site: Site) -> int:
    return int(site.post("/api/records/product", {"code": "B-1", "name": "Балка", "price": 10}).json()["id"])


def test_a_record_is_made_and_its_card_shows_it(site: Site, company: int, product: int) -> None:
    mark = sign_in(site, "mark")
    form = mark.form("/e/deal/new")
    assert dict(form.pairs)["/owner~text"] == "Mark", "the form opens with its defaults"
    assert dict(form.pairs)["/stage"] == "lead"
    typed = {
        "/name": "Стеллажи", "/company~text": "ромашка", "/items/0/product~text": "B-1 Балка", "/items/0/quantity": "2.5",
        "/closes_on": "2099-01-31",
    }  # fmt: skip
    answer = mark.post("/e/deal/new", changed(form, typed))
    assert answer.status_code == 303, answer.text[:800]
    card = mark.get(answer.headers["location"])
    assert "Стеллажи" in card.text
    assert f'href="/e/company/{company}">Ромашка' in card.text
    stored = site.get(
        f"/api/records{answer.headers['location'].removeprefix('/e')}?fields=amount,items,owner"
    ).json()
    assert stored["amount"] == 25
    assert stored["owner"]["title"] == "Mark"


def test_a_wrong_date_stays_as_it_was_typed_with_every_other_fault(site: Site) -> None:
    mark = sign_in(site, "mark")
    form = mark.form("/e/deal/new")
    typed = {"/name": "", "/closes_on": "31.11.2099", "/amount": "-5", "/opened_on": "2026-11-21"}
    page = mark.post("/e/deal/new", changed(form, typed))
    assert page.status_code == 422
    field = re.search(r'<input[^>]*name="/closes_on"[^>]*>', page.text)
    assert field is not None
    assert (
        'type="text"' in field[0] and 'value="31.11.2099"' in field[0] and 'aria-invalid="true"' in field[0]
    )
    wrong = set(re.findall(r'name="(/[a-z_]+)"[^>]*aria-invalid="true"', page.text))
    assert wrong == {"/name", "/closes_on", "/amount"}, "all faults at once"


def test_days_are_written_as_the_language_of_the_person_writes_them(site: Site) -> None:
    made = site.post("/api/records/deal", {"name": "D", "closes_on": "2099-12-03"}, "mark").json()["id"]
    mark = sign_in(site, "mark")
    for language, words in (("ru", "03.12.2099"), ("en", "Dec 3, 2099")):
        mark.post("/language", [("language", language)])
        assert words in mark.get(f"/e/deal/{made}").text


def test_htmx_is_led_to_the_card(site: Site) -> None:
    admin = sign_in(site, "admin")
    form = admin.form("/e/company/new")
    answer = admin.post("/e/company/new", changed(form, {"/name": "Лютик"}), **{"hx-request": "true"})
    assert re.fullmatch(r"/e/company/\d+", answer.headers["hx-redirect"])


def test_a_refusal_keeps_every_text_and_points_at_each_field(site: Site, product: int) -> None:
    mark = sign_in(site, "mark")
    typed = {
        "/amount": "много <b>", "/company~text": "нет такой", "/items/0/product~text": "B-1 Балка", "/items/0/quantity": "x",
    }  # fmt: skip
    answer = mark.post("/e/deal/new", changed(mark.form("/e/deal/new"), typed))
    assert answer.status_code == 422
    again = dict(Form(answer.text).pairs)
    for name, text in typed.items():
        assert again[name] == text
    assert 'id="f-company-wrong"' in answer.text
    found = mark.post("/e/deal/new", changed(Form(answer.text), {"/company~text": ""}))
    assert found.status_code == 422
    for field in ("f-name", "f-amount", "f-items-0-quantity"):
        assert f'href="#{field}"' in found.text, "the summary leads to the field"
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', found.text)
    assert "<b>" not in re.sub(r"<b>[A-Z]", "", found.text.split("<form id=", 1)[1].split("</form>", 1)[0])


def test_an_untouched_form_changes_nothing_not_even_the_version(site: Site, company: int) -> None:
    admin = sign_in(site, "admin")
    before = site.get(f"/api/records/company/{company}").json()
    answer = admin.post(f"/e/company/{company}/edit", admin.form(f"/e/company/{company}/edit").pairs)
    assert answer.status_code == 303
    assert site.get(f"/api/records/company/{company}").json() == before


def test_only_what_was_changed_is_written(site: Site, company: int) -> None:
    admin = sign_in(site, "admin")
    form = admin.form(f"/e/company/{company}/edit")
    admin.post(f"/e/company/{company}/edit", changed(form, {"/discount": "12.5", "/vip": "true"}))
    history = site.get(f"/api/records/company/{company}/history").json()["items"]
    assert set(history[0]["changes"]) <= {"discount", "vip"}
    assert site.get(f"/api/records/company/{company}?fields=vip").json()["vip"] is True


def test_a_stale_save_is_told_merged_and_then_saved(site: Site, company: int) -> None:
    admin = sign_in(site, "admin")
    form = admin.form(f"/e/company/{company}/edit")
    site.patch(f"/api/records/company/{company}", {"city": "Тверь", "notes": "их"}, "helen")
    answer = admin.post(f"/e/company/{company}/edit", changed(form, {"/notes": "моё", "/staff": "7"}))
    assert answer.status_code == 412
    assert "Helen" in answer.text
    assert 'name="_choose:/notes"' in answer.text
    assert 'name="_choose:/staff"' not in answer.text
    again = Form(answer.text)
    values = dict(again.pairs)
    assert (values["/notes"], values["/staff"], values["/city"]) == ("моё", "7", "Тверь")
    assert site.get(f"/api/records/company/{company}").json()["notes"] == "их", "nothing is written yet"
    saved = admin.post(f"/e/company/{company}/edit", changed(again, {"_choose:/notes": "theirs"}))
    assert saved.status_code == 303
    stored = site.get(f"/api/records/company/{company}").json()
    assert (stored["notes"], stored["staff"], stored["city"]) == ("их", 7, "Тверь")


def test_a_record_deleted_meanwhile_leaves_the_form_as_it_is(site: Site, company: int) -> None:
    admin = sign_in(site, "admin")
    form = admin.form(f"/e/company/{company}/edit")
    site.call("DELETE", f"/api/records/company/{company}")
    answer = admin.post(f"/e/company/{company}/edit", changed(form, {"/notes": "долго писали"}))
    assert answer.status_code in (404, 422)
    assert answer.status_code == 404 or dict(Form(answer.text).pairs)["/notes"] == "долго писали"


def test_what_may_not_be_read_is_not_on_the_page(site: Site) -> None:
    body = {"name": "Маржа", "margin": 777, "owner": {"by": {"login": "mark"}}}
    deal = site.post("/api/records/deal", body).json()["id"]
    mark = sign_in(site, "mark")
    for path in (f"/e/deal/{deal}", f"/e/deal/{deal}/edit", "/e/deal"):
        assert "777" not in mark.get(path).text.split("<body", 1)[1]
    assert "777" in sign_in(site, "admin").get(f"/e/deal/{deal}").text
    nina = sign_in(site, "nina")
    for path in (f"/e/deal/{deal}", f"/e/deal/{deal}/edit"):
        assert nina.get(path).status_code == 404
    assert nina.post(f"/e/deal/{deal}/delete", []).status_code in (403, 404)


def test_options_are_those_that_may_be_seen_and_chosen(site: Site, product: int) -> None:
    site.post("/api/records/product", {"code": "B-2", "name": "Балка старая", "active": False})
    mark = sign_in(site, "mark")
    found = mark.get("/e/deal_item/options/product?q=балка").json()
    assert [option["title"] for option in found["items"]] == ["B-1 Балка"]
    assert mark.get("/e/deal_item/options/nothing?q=").status_code == 422
    assert mark.get("/e/nothing/options/product?q=").status_code == 404


def test_a_stage_is_moved_from_the_card(site: Site) -> None:
    mark = sign_in(site, "mark")
    deal = site.post("/api/records/deal", {"name": "Стадии"}, "mark").json()
    answer = mark.post(f"/e/deal/{deal['id']}/move", [("to", "offer"), ("_version", str(deal["version"]))])
    assert answer.headers["location"] == f"/e/deal/{deal['id']}"
    assert site.get(f"/api/records/deal/{deal['id']}").json()["stage"] == "offer"
    refused = mark.post(f"/e/deal/{deal['id']}/move", [("to", "lost")])
    assert refused.status_code == 422, "what is missing is asked"
    form = Form(refused.text)
    assert dict(form.pairs)["to"] == "lost" and "/lost_reason" in dict(form.pairs)
    assert 'aria-invalid="true"' not in refused.text, "nothing was typed yet: it is asked, not blamed"
    again = mark.post(f"/e/deal/{deal['id']}/move", [*form.pairs, ("/lost_reason", "Дорого")])
    assert again.headers["location"] == f"/e/deal/{deal['id']}"
    assert site.get(f"/api/records/deal/{deal['id']}").json()["lost_reason"] == "Дорого"


def test_forged_forms_are_refused(site: Site, company: int) -> None:
    admin = sign_in(site, "admin")
    bad = [("/id", "99"), ("/created_at", "2020-01-01"), ("/nothing", "x"), ("/won_total", "5")]
    answer = admin.post(f"/e/company/{company}/edit", bad)
    assert answer.status_code == 422
    path = f"/e/company/{company}/edit"
    cookies = {"cookie": "; ".join(f"{k}={v}" for k, v in admin.jar.items())}
    assert site.client.post(path, content=b"/name=x", headers=cookies).status_code == 403, "no token"
    assert site.get(f"/api/records/company/{company}").json()["name"] == "Ромашка"


def test_the_start_page_is_the_first_place(site: Site) -> None:
    assert sign_in(site, "mark").get("/").headers["location"].startswith("/e/")
