"""History of a record, the record as it was, bringing it back, the feed, who saw personal data: over HTTP and in pages."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from typing import Any

import pytest

from tests.renderers.surfing import sign_in
from tests.sites import Site

DEAL = "/api/records/deal/1"


@pytest.fixture
def deal(site: Site) -> str:
    """A deal of Mark's in four versions: made with two rows, renamed and moved, a row changed and one gone, a margin."""
    assert site.post("/api/records/product", {"code": "P", "name": "Rack", "price": 10}).status_code == 201
    rows = [{"product": 1, "quantity": 2}, {"product": 1, "quantity": 5}]
    assert site.post("/api/records/deal", {"name": "One", "owner": 3, "items": rows}).status_code == 201
    assert site.patch(DEAL, {"name": "Two", "amount": 77, "stage": "offer"}).status_code == 200
    read = site.get(f"{DEAL}?fields=items,version")
    tag = {"if-match": read.headers["etag"]}
    changed = [{"id": read.json()["items"][0]["id"], "quantity": 9}]
    assert site.patch(DEAL, {"items": changed}, headers=tag).status_code == 200
    assert site.patch(DEAL, {"margin": 5}).status_code == 200
    return DEAL


def test_history_is_of_a_field_of_a_person_and_of_child_rows_under_the_rights_of_its_reader(
    site: Site, deal: str
) -> None:
    def told(query: str, who: str = "admin") -> list[Any]:
        items: list[Any] = site.get(f"{deal}/history?{query}", who).json()["items"]
        return items

    assert next(list(item["changes"]) for item in told("field=name")) == ["name"]
    assert len(told("field=name")) == 2
    rows = told("rows=true")
    assert [(i["entity"], i["kind"]) for i in rows if "entity" in i][:2] == [
        ("deal_item", "deleted"), ("deal_item", "updated"),
    ]  # fmt: skip
    assert {i["entity"] for i in told("field=items")} == {"deal_item"}
    assert "margin" not in json.dumps([i["changes"] for i in told("rows=true", "mark")])
    assert told("field=margin") and told("field=margin", "mark") == [], "nor when a hidden cell changed"
    refused = site.get(f"{deal}/history?field=margin", "nina")
    assert refused.status_code == 404  # not her deal
    assert len(told("by=1")) == 4 and told("by=2") == [] and told("by=999") == []
    first = site.get(f"{deal}/history?limit=3&rows=true").json()
    rest = site.get(f"{deal}/history?limit=50&rows=true&cursor={first['next']}").json()
    assert [i["seq"] for i in first["items"] + rest["items"]] == [i["seq"] for i in rows]
    assert site.get(f"{deal}/history?limit=3&cursor={first['next']}").status_code == 400


def test_a_record_is_read_as_it_was_with_its_rows_and_without_cells_hidden_now(site: Site, deal: str) -> None:
    then = site.get(f"{deal}?as_of=v2&fields=name,amount,stage,items,version").json()
    assert (then["name"], then["amount"], then["stage"], then["version"]) == ("Two", 77, "offer", 2)
    assert [row["quantity"] for row in then["items"]] == [2, 5]
    assert "deal" not in then["items"][0]
    own = site.get(f"{deal}?as_of=v4", "mark").json()
    assert "margin" not in own and "margin" in own["_hidden"] and "items_total" in own["_unknown"]
    assert site.get(f"{deal}?as_of=2001-01-01").status_code == 404
    assert site.get(f"{deal}?as_of=v9").status_code == 404
    assert site.get(f"{deal}?as_of=v2", "nina").status_code == 404
    assert site.get(f"{deal}?as_of=never").status_code == 400
    assert site.get(f"{deal}?as_of=v2&fields=margin", "mark").status_code == 422
    now = site.get(f"{deal}?as_of=2999-01-01&fields=name,items").json()
    assert now["as_of"]["present"] and [row["quantity"] for row in now["items"]] == [9]


def test_a_version_comes_back_whole_or_in_a_field_by_the_rules_of_any_change(site: Site, deal: str) -> None:
    tried = site.post(f"{deal}/revert", {"version": 1, "dry_run": True}, "mark").json()
    assert list(tried["changes"]) == ["name", "amount", "items", "stage"] and tried["errors"] == []
    assert site.get(deal).json()["version"] == 4  # nothing was done
    assert site.post(f"{deal}/revert", {"version": 1}, "nina").status_code == 404
    assert site.post(f"{deal}/revert", {"version": 3, "fields": ["margin"]}, "mark").status_code == 422
    stale = site.post(f"{deal}/revert", {"version": 1}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    one = site.post(f"{deal}/revert", {"version": 1, "fields": ["name"]}, "mark")
    assert one.status_code == 200 and one.json()["name"] == "One" and one.json()["stage"] == "offer"
    whole = site.post(f"{deal}/revert", {"version": 1}, "mark")
    assert whole.status_code == 200 and whole.json()["stage"] == "lead"
    rows = site.get(f"{deal}?fields=items").json()["items"]
    assert [(row["id"], row["quantity"]) for row in rows] == [(1, 2), (2, 5)]
    assert site.patch(deal, {"name": "Three", "stage": "won"}).status_code == 200
    locked = site.post(f"{deal}/revert", {"version": 1}, "mark")
    assert locked.status_code == 403  # a manager changes no deal that is won
    tried = site.post(f"{deal}/revert", {"version": 1, "dry_run": True}, "mark").json()
    assert tried["errors"]


def test_the_feed_tells_each_reader_of_what_they_see_and_is_walked_page_by_page(
    site: Site, deal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(query: str, who: str) -> list[tuple[str, str]]:
        found, cursor = [], ""
        while True:
            page = site.get(f"/api/feed?limit=2&{query}{cursor}", who).json()
            found += [(i["entity"], i["kind"]) for i in page["items"]]
            assert "margin" not in json.dumps([i["changes"] for i in page["items"]]) or who != "mark"
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    assert told("entity=deal", "admin") == [("deal", "updated")] * 3 + [("deal", "created")]
    assert told("entity=deal", "mark") == [("deal", "updated")] * 2 + [
        ("deal", "created")
    ]  # not the margin's
    assert told("entity=deal", "nina") == []
    assert told("by=1&kind=created", "nina") == [("product", "created")]
    assert told("from=2001-01-01&to=2001-12-31", "admin") == []
    assert ("product", "created") in told("from=2001-01-01&to=2999-12-31", "nina")
    assert site.get("/api/feed?kind=dreamt").status_code == 400
    monkeypatch.setattr("core.query.feed.WINDOW", 3)
    monkeypatch.setattr("core.query.feed.SECONDS", 0.0)  # each answer has time for one small window
    assert told("entity=product", "nina") == [("product", "created")]


def test_pages_show_history_the_past_and_what_bringing_back_would_do(site: Site, deal: str) -> None:
    mark = sign_in(site, "mark")
    page = mark.get("/e/deal/1/history").text
    assert (
        "Two" in page
        and "<dt>margin" not in page.casefold()
        and "/e/deal/1/revert?version=1&amp;field=name" in page
    )
    assert mark.get("/e/deal/1/history?field=name&by=1").status_code == 200
    past = mark.get("/e/deal/1/at?version=2").text
    assert "Version 2 of 4" in past and "Margin" not in past
    assert "There was no such record then." in mark.get("/e/deal/1/at?moment=2001-01-01T00:00").text
    preview = mark.get("/e/deal/1/revert?version=1").text
    assert "Two" in preview and 'name="_version" value="4"' in preview
    done = mark.post("/e/deal/1/revert", [("version", "1"), ("_version", "4"), ("field", "name")])
    assert done.status_code == 303 and site.get(deal).json()["name"] == "One"
    stale = mark.post("/e/deal/1/revert", [("version", "2"), ("_version", "4")])
    assert stale.status_code == 412 and "changed by somebody else" in stale.text
    assert "Two" in mark.get("/feed?entity=deal").text
    assert sign_in(site, "nina").get("/e/deal/1/history").status_code == 404


def test_choices_and_stages_that_are_no_more_are_told_in_words_and_come_not_back(site: Site) -> None:
    made = site.post("/api/records/deal", {"name": "One", "source": "call", "stage": "offer"}, "mark").json()[
        "id"
    ]
    assert (
        site.patch(f"/api/records/deal/{made}", {"source": "site", "stage": "lead"}, "mark").status_code
        == 200
    )
    drops = [
        {"op": "drop", "kind": kind, "target": target}
        for kind, target in (("choice", "deal.source.call"), ("stage", "deal.stage.offer"))
    ]
    plan = site.post("/api/model/plan", {"changes": drops}).json()["plan"]
    assert site.post("/api/model/apply", {"plan": plan, "accept_loss": True}).status_code == 200
    mark, gone = sign_in(site, "mark"), '<span class="dim">a choice that is no more</span>'
    for page in ("/history", "/at?version=1", ""):
        shown = mark.get(f"/e/deal/{made}{page}").text
        assert shown.count(gone) >= 2, page
    back = html.unescape(mark.get(f"/e/deal/{made}/revert?version=1&field=source").text)
    assert gone in back and "“Source”: this choice is no more" in back and "disabled" in back


def test_views_of_personal_data_are_noted_and_read_by_who_answers_for_people(site: Site) -> None:
    assert site.patch("/api/records/user/3", {"email": "mark@example.org"}).status_code == 200
    sign_in(site, "admin").get("/e/user/3")
    assert site.get("/api/records/user?filter=login = 'mark'&fields=login,email").status_code == 200
    assert site.get("/api/records/user?filter=login = 'nina'&fields=login,email").status_code == 200  # empty
    assert site.get("/api/records/user/3?fields=login").status_code == 200  # nothing personal
    site.workspace.sightings.flush()
    seen = site.get("/api/personal/sightings?entity=user&id=3").json()["items"]
    told = [(i["way"], tuple(i["fields"]), i["count"], i["id"], i["by"]["id"]) for i in seen]
    assert set(told) == {  # what one page shows may be noted in two portions
        ("api", ("email",), 1, 3, 1),
        ("card", ("email",), 1, 3, 1),
    }
    assert site.get("/api/personal/sightings?entity=user&id=4").json()["items"] == []
    assert site.get("/api/personal/sightings", "mark").status_code == 403
    admin = sign_in(site, "admin")
    assert "E-mail" in admin.get("/personal").text and "E-mail" in admin.get("/personal/user/3").text
    assert sign_in(site, "mark").get("/personal").status_code == 403


def test_an_extract_holds_what_its_asker_may_read_and_export(site: Site, deal: str) -> None:
    assert site.patch("/api/records/user/3", {"email": "mark@example.org"}).status_code == 200
    answer = site.get("/api/personal/user/3/extract")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as whole:
        found = json.loads(whole.read("extract.json"))
        page = whole.read("extract.html").decode()
    assert found["record"]["email"] == "mark@example.org" and "mark@example.org" in page
    assert [(part["entity"], part["by"]) for part in found["linked"]] == [("deal", "owner")]
    assert re.search(r"<style>.+</style>", page, re.S)
    assert (
        site.get("/api/personal/user/3/extract", "helen").status_code == 403
    )  # reads people, exports nothing
    assert site.get("/api/personal/deal/1/extract", "nina").status_code == 404


def test_the_page_of_a_long_history_leads_to_what_was_earlier(
    site: Site, deal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderers.history.pages.EVENTS", 2)
    surfer = sign_in(site, "admin")
    page = surfer.get("/e/deal/1/history")
    assert page.status_code == 200
    earlier = re.search(r'class="btn slim" href="([^"]+more=[^"]+)"', page.text)
    assert earlier and surfer.get(html.unescape(earlier[1])).status_code == 200
