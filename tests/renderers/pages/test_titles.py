"""What is called how before people: titles, and words where there is none."""

from __future__ import annotations

import re

from core.i18n import texts
from renderers.pages.titles import title_words
from tests.renderers.surfing import sign_in
from tests.sites import Site


def test_a_record_without_a_title_is_called_so_and_never_by_its_number_inside(site: Site) -> None:
    assert title_words("#7", 7, texts("ru")) == title_words(None, 7, texts("ru")) == "без названия"
    assert title_words("#7", 8, texts("en")) == "#7", "a title that somebody gave"
    assert title_words("Rack", 7, texts("en")) == "Rack"


def test_cards_without_a_number_field_are_headed_by_their_title(site: Site) -> None:
    made = site.post("/api/records/company", {"name": "Ромашка"}).json()["id"]
    page = sign_in(site, "admin").get(f"/e/company/{made}").text
    head = page[page.index('class="crumbs"') : page.index('class="section"')]
    assert head.count("Ромашка") >= 2
    assert f"#{made}" not in re.sub("<[^>]*>", " ", head)
    assert "created" in head


def test_an_error_stands_inside_the_product_for_who_is_signed_in(site: Site) -> None:
    mark = sign_in(site, "mark")
    for path, status in (
        ("/e/deal/999999", 404),
        ("/e/nothing", 404),
        ("/nowhere", 404),
        ("/e/product/new", 403),
    ):
        page = mark.get(path)
        assert page.status_code == status
        assert 'href="/e/deal"' in page.text, "the navigation stays"
        assert "Request number" in page.text
        assert "content-security-policy" in page.headers
    part = mark.get("/e/deal/999999", **{"hx-request": "true"})
    assert "<nav" not in part.text


def test_an_error_is_a_plain_page_for_who_is_not(site: Site) -> None:
    page = site.client.get("/nowhere", headers={"accept-language": "ru"})
    assert page.status_code == 404
    assert "<nav" not in page.text and "Номер обращения" in page.text
