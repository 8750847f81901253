"""Lists over HTTP: groups with sums under rights, saved views and who sees them, columns, colours, the foot."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site


@pytest.fixture
def deals(site: Site) -> None:
    """Deals of mark and nina in several stages and months."""
    for who, name, stage, amount, closes in (
        ("mark", "A", "lead", 100, "2030-01-10"), ("mark", "B", "lead", 50.5, "2030-02-01"),
        ("mark", "C", "offer", 7, "2030-01-31"), ("mark", "D", "offer", None, None), ("nina", "E", "lead", 1000, None),
    ):  # fmt: skip
        body = {"name": name, "stage": stage, "amount": amount, "closes_on": closes}
        assert site.post("/api/records/deal", body, who).status_code == 201


def heads(page: Any) -> list[tuple[str, int]]:
    """The groups of a list with their counts."""
    found = re.findall(r'class="gname">(.*?)</span><span class="gcount">(\d+)<', page.text)
    return [(re.sub("<[^>]+>", "", name).strip(), int(count)) for name, count in found]


def order(page: Any) -> list[str]:
    """Names of the rows as they stand."""
    return re.findall(r'<td class="name[^>]*><a[^>]*>(.*?)</a>', page.text)


def told(page: Any) -> str:
    return re.sub(r"[\s\xa0]|<[^>]+>", "", re.search(r"<tfoot.*?</tfoot>", page.text, re.S)[0])  # type: ignore[index]


def test_groups_have_counts_and_sums_of_rows_in_sight(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    page = mark.get("/e/deal?view=all&group=stage&sort=name&columns=name,amount")
    assert heads(page) == [("Lead", 2), ("Offer", 2)]
    assert order(page) == ["A", "B", "C", "D"]
    assert "150.50" in page.text
    assert "157.50" in told(page)
    assert heads(sign_in(site, "nina").get("/e/deal?view=all&group=stage")) == [("Lead", 1)]
    months = mark.get("/e/deal?view=all&group=closes_on:month,stage")
    assert heads(months) == [
        ("January 2030", 2), ("Lead", 1), ("Offer", 1), ("February 2030", 1), ("Lead", 1), ("Not given", 1), ("Offer", 1),
    ]  # fmt: skip
    assert heads(mark.get("/e/deal?view=all&group=-closes_on:year"))[0] == ("2030", 3)
    assert heads(mark.get("/e/deal?view=all&group=margin,nothing")) == heads(
        mark.get("/e/deal?view=all&group=margin")
    )


def test_totals_of_the_address_stand_in_the_foot_and_are_kept_with_a_view(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    shown = "/e/deal?view=all&columns=name,amount,closes_on&totals=amount:max,closes_on:min"
    assert "100" in told(mark.get(shown)) and "157.50" not in told(mark.get(shown))
    assert "Jan10,2030" in told(mark.get(shown)) or "10Jan2030" in told(mark.get(shown))
    assert "157.50" not in told(mark.get("/e/deal?view=all&columns=name,amount&totals="))
    made = mark.post("/e/deal/views", [("label", "Greatest"), ("state", shown.partition("?")[2])])
    kept = mark.get(made.headers["location"])
    assert "157.50" not in told(kept) and "100" in told(kept)


def test_rows_drawn_again_show_cents_where_the_page_does(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    id = re.findall(r'<tr data-id="(\d+)"', mark.get("/e/deal?view=all&sort=name").text)[0]
    part = f"/e/deal?view=all&columns=name,amount&part=cells&id={id}"
    assert "100.00" not in mark.get(part).text
    assert "100.00" in mark.get(f"{part}&cents=amount&cents=name").text


def test_rows_of_a_group_are_paged_and_a_group_that_is_none_is_not_found(site: Site) -> None:
    site.post(
        "/api/records/product/batch",
        {"create": [{"code": f"C{n:03}", "name": "x", "active": n < 70} for n in range(90)]},
    )
    admin = sign_in(site, "admin")
    page = admin.get("/e/product?group=active&sort=code")
    assert heads(page) == [("Yes", 70), ("No", 20)]
    assert page.text.count("<tr data-id=") == 50
    places = [p.replace("&amp;", "&") for p in re.findall(r'data-next="(/e/[^"]+)"', page.text)]
    rest = [admin.get(place).text for place in places]
    assert sorted(text.count("<tr data-id=") for text in rest) == [20, 20]
    assert admin.get("/e/product?group=active&part=rows&in=maybe").status_code == 404


def test_several_keys_columns_and_colours_are_of_the_address_and_the_view(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    page = mark.get("/e/deal?view=all&sort=stage,-amount&columns=name,company.city,amount,gone")
    assert order(page) == ["A", "B", "C", "D"]
    assert re.findall(r'<th scope="col" data-field="([^"]+)"', page.text) == [
        "name",
        "company.city",
        "amount",
    ]
    made = mark.post(
        "/e/deal/views", [("label", "Mine"), ("state", "view=all&sort=-amount&columns=name,amount")]
    )
    where = made.headers["location"]
    uid = where.rpartition("~")[2]
    shade = [("do", "shade"), ("column", "amount"), ("when", "amount > 60"), ("color", "red"), ("fill", "1")]
    assert mark.post(f"/e/deal/views/{uid}", shade).status_code == 303
    seen = mark.get(where).text
    assert seen.count("fill-red") == 1
    assert mark.post(
        f"/e/deal/views/{uid}",
        [("do", "shade"), ("column", "amount"), ("when", "margin >"), ("color", "red")],
    ).status_code in (400, 422)


def test_a_saved_view_is_its_owners_until_it_is_shared_and_tells_no_hidden_name(
    site: Site, deals: None
) -> None:
    admin, mark, nina = (sign_in(site, who) for who in ("admin", "mark", "nina"))
    state = "view=all&filter=margin+IS+NULL&columns=name,margin&group=stage"
    where = admin.post("/e/deal/views", [("label", "Margins"), ("state", state)]).headers["location"]
    uid = where.rpartition("~")[2]
    assert "Margins" in admin.get("/e/deal").text
    assert "Margins" not in mark.get(where).text, "as if there were none"
    with site.workspace.read() as tx:
        manager = tx.model.roles["manager"].uid
    share = [("do", "share"), ("role", manager)]
    assert mark.post(f"/e/deal/views/{uid}", share).status_code == 404
    assert admin.post(f"/e/deal/views/{uid}", share).status_code == 303
    assert "Margins" in nina.get(where).text
    assert nina.post(f"/e/deal/views/{uid}", [("do", "delete")]).status_code == 403
    assert admin.post(f"/e/deal/views/{uid}", [("do", "delete")]).status_code == 303
    assert "Margins" not in nina.get("/e/deal").text


def test_one_begins_with_a_view_of_ones_choice_and_changes_are_told(site: Site, deals: None) -> None:
    mark: Surfer = sign_in(site, "mark")
    assert "View changed" not in mark.get("/e/deal").text
    changed = mark.get("/e/deal?sort=name")
    assert "View changed" in changed.text and "Save for oneself" in changed.text
    mark.post("/e/deal/views/-", [("do", "first"), ("name", "all"), ("state", "view=all")])
    assert 'href="/e/deal?view=all" aria-current="page"' in mark.get("/e/deal").text
    assert 'href="/e/deal?view=all" aria-current="page"' not in sign_in(site, "nina").get("/e/deal").text


def test_widths_density_and_folded_groups_are_kept_for_the_person(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    here = "/e/deal?view=all&group=stage&columns=name,amount"
    lead = re.findall(r'data-group="([^"]+)"', mark.get(here).text)[0]
    pairs = [("width", "amount:33"), ("closed", lead), ("frozen", "1"), ("roomy", "1")]
    assert mark.post("/e/deal/look?view=all&columns=name,amount", pairs).status_code == 204
    page = mark.get(here).text
    assert 'class="w33"' in page and "list-area roomy" in page and 'aria-expanded="false"' in page
    assert 'class="name p-name fz fz0"' in page
    assert 'class="w33"' not in sign_in(site, "nina").get(here).text
    assert mark.post("/e/deal/look?view=all", [("width", "nothing:9")]).status_code in (400, 422)
