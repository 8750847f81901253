"""The pages of a list: rows under rights, filters, order, search, paging, the bin."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.access.grants import make_grants
from renderers.lists.address import read_address
from renderers.lists.build import listing
from renderers.lists.filters import views_of
from tests import factories
from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site


@pytest.fixture
def deals(site: Site) -> dict[str, int]:
    """Deals of two people, by name."""
    made = {}
    for who, name, stage, amount in (
        ("mark", "Альфа", "lead", 100), ("mark", "Ёлка", "offer", 2500.5), ("mark", "<b>Жук & Ко</b>", "won", None),
        ("nina", "Чужая", "lead", 7),
    ):  # fmt: skip
        body = {"name": name, "stage": stage, "amount": amount}
        made[name] = site.post("/api/records/deal", body, who).json()["id"]
    return made


def names(page: Any) -> list[str]:
    """The names in the rows of a list, as text."""
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r'<td class="name[^>]*>(.*?)</td>', page.text)]


def rows_of(surfer: Surfer, path: str) -> list[str]:
    page = surfer.get(path)
    assert page.status_code == 200
    return names(page)


def test_everybody_sees_their_own_rows(site: Site, deals: dict[str, int]) -> None:
    assert set(rows_of(sign_in(site, "mark"), "/e/deal?view=all")) == {
        "Альфа",
        "Ёлка",
        "&lt;b&gt;Жук &amp; Ко&lt;/b&gt;",
    }
    assert rows_of(sign_in(site, "nina"), "/e/deal") == ["Чужая"]
    assert len(rows_of(sign_in(site, "admin"), "/e/deal?view=all")) == 4


def test_a_text_is_never_markup(site: Site, deals: dict[str, int]) -> None:
    page = sign_in(site, "mark").get('/e/deal?q=<script>alert(1)</script>"')
    assert "<script>alert" not in page.text
    assert "<b>Жук" not in sign_in(site, "mark").get("/e/deal?view=all").text


def test_order_filter_and_search_are_of_the_address(site: Site, deals: dict[str, int]) -> None:
    mark = sign_in(site, "mark")
    assert rows_of(mark, "/e/deal?sort=-amount")[:2] == ["Ёлка", "Альфа"]
    assert rows_of(mark, "/e/deal?f.stage=offer") == ["Ёлка"]
    assert set(rows_of(mark, "/e/deal?f.stage=offer&f.stage=lead")) == {"Альфа", "Ёлка"}
    assert rows_of(mark, "/e/deal?q=елк") == ["Ёлка"]
    assert len(rows_of(sign_in(site, "admin"), "/e/deal?f.owner=me")) == 0


def test_what_does_not_exist_in_an_address_is_passed_over(site: Site, deals: dict[str, int]) -> None:
    mark = sign_in(site, "mark")
    assert len(rows_of(mark, "/e/deal?view=gone&f.stage=none&f.nothing=x&sort=-nothing")) == 2
    assert len(rows_of(mark, "/e/deal?view=all&sort=margin")) == 3, "what is not shown cannot be sorted by"
    assert mark.get("/e/deal?cursor=forged").status_code == 400
    assert mark.get("/e/nothing").status_code == 404


def test_the_count_is_that_of_the_list(site: Site, deals: dict[str, int]) -> None:
    mark = sign_in(site, "mark")
    assert "2" in mark.get("/e/deal/count", **{"hx-request": "true"}).text
    assert "3" in mark.get("/e/deal/count?view=all", **{"hx-request": "true"}).text
    assert "1" in mark.get("/e/deal/count?view=all&f.stage=won", **{"hx-request": "true"}).text


def test_pages_follow_one_another_without_gap_or_repetition(site: Site) -> None:
    items = [{"code": f"C{n:03}", "name": f"Товар {n}"} for n in range(120)]
    site.post("/api/records/product/batch", {"create": items})
    admin = sign_in(site, "admin")
    path, found = "/e/product?sort=code", []
    for _ in range(4):
        page = admin.get(path)
        found += re.findall(r'href="(/e/product/\d+)"', page.text)
        more = re.search(r'class="more"[^>]*><tr><td[^>]*><a class="btn slim" href="([^"]+)"', page.text)
        if more is None:
            break
        path = more[1].replace("&amp;", "&")
    assert len(found) == len(set(found)) == 120


def test_rows_alone_are_asked_for_by_the_browser(site: Site) -> None:
    site.post("/api/records/product/batch", {"create": [{"code": f"C{n}", "name": "x"} for n in range(60)]})
    admin = sign_in(site, "admin")
    part = re.search(r'data-next="([^"]+)"', admin.get("/e/product").text)
    assert part is not None
    rows = admin.get(part[1].replace("&amp;", "&"))
    assert rows.text.lstrip().startswith("<tbody")
    assert rows.text.count("<tr ") == 10
    assert "data-next" not in rows.text


def test_htmx_gets_the_part_below_the_title_a_browser_the_page(site: Site) -> None:
    admin = sign_in(site, "admin")
    part = admin.get("/e/deal", **{"hx-request": "true"})
    assert part.text.lstrip().startswith('<div id="list"')
    assert (
        "<html" in admin.get("/e/deal", **{"hx-request": "true", "hx-history-restore-request": "true"}).text
    )
    assert "HX-Request" in part.headers["vary"]


def test_the_bin_holds_what_was_deleted_and_gives_it_back(site: Site, deals: dict[str, int]) -> None:
    admin = sign_in(site, "admin")
    here = f"/e/deal/{deals['Альфа']}"
    assert admin.post(f"{here}/delete", []).headers["location"] == "/e/deal"
    told = admin.get("/e/deal")
    assert f'action="{here}/restore"' in told.text, "the notice offers to take it back"
    assert f'action="{here}/restore"' not in admin.get("/e/deal").text, "once"
    assert names(admin.get("/e/deal?bin=1")) == ["Альфа"]
    assert admin.post(f"{here}/restore", []).headers["location"] == here
    assert "Альфа" in rows_of(admin, "/e/deal")
    assert admin.post(f"{here}/restore", []).status_code == 303, "pressed twice it is simply there"


def test_an_empty_list_says_what_to_do(site: Site) -> None:
    admin = sign_in(site, "admin")
    assert 'href="/e/company/new" class="first"' in admin.get("/e/company").text
    nothing = admin.get("/e/company?q=zzz")
    assert 'href="/e/company" class="first"' in nothing.text
    assert "<thead>" in nothing.text, "the frame of the list is there already"


def test_a_frame_is_kept_apart_for_each_person_language_and_theme(site: Site, deals: dict[str, int]) -> None:
    mark, nina = sign_in(site, "mark"), sign_in(site, "nina")
    assert "Mark" in mark.get("/e/deal").text
    assert "Mark" not in nina.get("/e/deal").text
    mark.jar["kubik_theme"] = "dark"
    assert 'data-theme="dark"' in mark.get("/e/deal").text
    assert 'data-theme="dark"' not in nina.get("/e/deal").text
    tokens = [
        re.findall(r'name="_csrf_token" value="([^"]+)"', person.get("/e/deal").text)
        for person in (mark, nina)
    ]
    assert set(tokens[0]).isdisjoint(tokens[1])


def test_nobody_is_led_to_the_door(site: Site) -> None:
    nobody = Surfer(site)
    assert nobody.get("/e/deal?f.stage=won").headers["location"].startswith("/sign-in?next=/e/deal")
    assert nobody.get("/e/deal", **{"hx-request": "true"}).status_code == 401


def tabs(page: Any) -> list[tuple[str, str]]:
    """The tabs of a list: label and address; the current one is starred."""
    found = re.search(r'<nav class="tabs".*?</nav>', page.text, re.DOTALL)
    assert found is not None
    links = re.findall(r'<a href="([^"]+)"( aria-current="page")?[^>]*>([^<]+)</a>', found[0])
    return [(label + ("*" if current else ""), href) for href, current, label in links]


def test_an_entity_opens_with_its_first_view_and_all_records_stay_in_reach(
    site: Site, deals: dict[str, int]
) -> None:
    mark = sign_in(site, "mark")
    assert tabs(mark.get("/e/deal")) == [
        ("Open*", "/e/deal?view=open_deals"),
        ("All", "/e/deal?view=all"),
    ]
    assert set(rows_of(mark, "/e/deal")) == {"Альфа", "Ёлка"}
    assert [label for label, _ in tabs(mark.get("/e/deal?view=all"))] == ["Open", "All*"]
    assert rows_of(mark, "/e/deal?view=all&f.stage=won") == ["&lt;b&gt;Жук &amp; Ко&lt;/b&gt;"]
    nothing = mark.get("/e/deal?f.stage=won")
    assert 'href="/e/deal?view=all" class="first"' in nothing.text, "it may be in another view"


def test_views_stand_in_the_order_that_was_given_to_them() -> None:
    made = factories.model(
        {
            f"views/{name}.yaml": f"{{name: {name}, entity: deal, columns: [name], filter: 'owner = me'{order}}}"
            for name, order in (("b", ", order: 2"), ("a", ""), ("d", ", order: -1"), ("c", ", order: 2"))
        }
    )
    names = [view.name for view in views_of(made, made.entities["deal"], (), True)]
    assert names == ["d", "b", "c", "a", "open_deals"]


def test_an_order_by_what_the_reader_may_not_reach_is_left_out() -> None:
    every = "{entity: company, actions: [read, create], fields: all}"
    manager = factories.SAMPLE["roles/manager.yaml"]
    assert every in manager
    made = factories.model({
        "views/ordered.yaml": "{name: ordered, entity: deal, columns: [name], sort: [company.inn, -margin, name]}",
        "roles/manager.yaml": manager.replace(every, "{entity: company, actions: [read], fields: [name]}"),
    })  # fmt: skip
    roles = (made.roles["manager"].uid,)
    asked = read_address("deal", [("view", "ordered")])
    found = listing(made, make_grants(made, roles), made.entities["deal"], roles, asked)
    assert (found.view and found.view.name, found.sort) == ("ordered", ("-margin", "name"))
