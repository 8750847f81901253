"""Many records at once: previewed with reasons, done all or nothing, taken back; by a job when they are many."""

from __future__ import annotations

import json
import re

import pytest

from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site

DEALS = "/api/records/deal"


@pytest.fixture
def deals(site: Site) -> list[int]:
    """Three deals of Mark's; the last has no amount."""
    given = [{"name": "Racks 1", "amount": 100}, {"name": "Racks 2", "amount": 200}, {"name": "Racks 3"}]
    return [site.post(DEALS, each, "mark").json()["id"] for each in given]


def bulk(person: Surfer, ids: list[int], *more: tuple[str, str]) -> tuple[int, str, str]:
    pairs = [("ids", ",".join(map(str, ids))), ("state", "view=all"), *more]
    answer = person.post("/e/deal/bulk", pairs, **{"hx-request": "true"})
    return answer.status_code, answer.text, answer.headers.get("hx-trigger", "")


def test_fields_of_many_are_changed_as_it_was_shown_and_taken_back(site: Site, deals: list[int]) -> None:
    mark = sign_in(site, "mark")
    asked = (("do", "update"), ("field", "amount"), ("/amount", "100"))
    status, page, _ = bulk(mark, deals, *asked, ("_step", "preview"))
    assert status == 200 and "Will change: 2" in page and "Are so already: 1" in page
    assert site.get(f"{DEALS}/{deals[1]}").json()["amount"] == 200
    go = (*asked, ("_step", "go"), ("at_once", "1"))
    status, page, _ = bulk(mark, deals, *go, ("expected", "3"))
    assert status == 200 and "Nothing was done yet" in page
    assert site.get(f"{DEALS}/{deals[1]}").json()["amount"] == 200
    status, _, told = bulk(mark, deals, *go, ("expected", "2"))
    assert status == 204
    done = json.loads(told)["kubik:bulk"]
    assert [site.get(f"{DEALS}/{id}").json()["amount"] for id in deals] == [100, 100, 100]
    assert mark.get(done["href"]).status_code == 200
    assert sign_in(site, "nina").get(done["href"]).status_code == 404
    back = mark.post(done["undo"], [], accept="application/json")
    assert back.status_code == 200, back.text
    assert [site.get(f"{DEALS}/{id}").json().get("amount") for id in deals] == [100, 200, None]


def test_what_stays_is_told_by_reason_with_examples(site: Site, deals: list[int]) -> None:
    mark = sign_in(site, "mark")
    status, page, _ = bulk(
        mark, deals, ("do", "update"), ("field", "amount"), ("/amount", "-5"), ("_step", "preview")
    )
    assert status == 200 and "Stay as they are: 3" in page and "must not be negative" in page
    assert re.search(r'href="/e/deal/\d+">', page)


def test_all_of_a_list_is_asked_under_the_rights_of_the_person(site: Site, deals: list[int]) -> None:
    mark = sign_in(site, "mark")
    site.post(DEALS, {"name": "Of the office"})
    told = mark.post("/e/deal/chosen", [("all", "1"), ("state", "view=all")]).json()
    seen = site.get(f"{DEALS}?count=exact&limit=1", "mark").json()["count"]
    assert told["count"] == seen
    assert mark.post("/e/deal/chosen", [("ids", ",".join(map(str, deals)))]).json()["count"] == 3
