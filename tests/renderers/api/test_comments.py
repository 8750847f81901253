"""Comments through the API: whoever sees a record comments on it, authors alone change theirs, people named see it."""

from __future__ import annotations

import pytest

from tests.sites import Site


@pytest.fixture(autouse=True)
def one_department(site: Site) -> None:
    """Helen heads what Mark works in; Nina works elsewhere."""
    made = site.post("/api/records/department", {"name": "Sales"}).json()["id"]
    people = site.get("/api/records/user?fields=id,login").json()["items"]
    for person in people:
        if person["login"] in ("helen", "mark"):
            assert site.patch(f"/api/records/user/{person['id']}", {"department": made}).status_code == 200


def deal_of(site: Site, who: str) -> str:
    made = site.post("/api/records/deal", {"name": "Racks"}, who)
    assert made.status_code == 201, made.text
    return f"/api/records/deal/{made.json()['id']}/comments"


def test_who_sees_a_record_comments_on_it_and_names_only_people_who_see_it(site: Site) -> None:
    here = deal_of(site, "mark")
    text = "@helen look, @nina cannot, @nobody, a@helen.example <b>&</b> @Helen."
    made = site.post(here, {"text": text}, "mark")
    assert made.status_code == 201
    comment = made.json()
    assert made.headers["location"] == f"{here}/{comment['id']}"
    assert (comment["text"], comment["edited_at"]) == (text, None)
    assert [person["title"] for person in comment["mentions"]] == ["Helen"]
    assert comment["created_by"]["title"] == "Mark"
    again = site.post(here, {"text": "Seen"}, "helen")
    assert again.status_code == 201
    assert [item["text"] for item in site.get(here, "mark").json()["items"]] == [text, "Seen"]
    first = site.get(f"{here}?limit=1", "mark").json()
    assert [i["text"] for i in site.get(f"{here}?cursor={first['next']}", "mark").json()["items"]] == ["Seen"]


def test_who_does_not_see_a_record_finds_no_comments_and_writes_none(site: Site) -> None:
    here = deal_of(site, "mark")
    comment = site.post(here, {"text": "Between us"}, "mark").json()["id"]
    assert site.get(here, "nina").status_code == 404
    assert site.post(here, {"text": "Me too"}, "nina").status_code == 404
    assert site.get(f"{here}/{comment}", "nina").status_code == 404
    assert site.get(f"/api/records/comment/{comment}", "nina").status_code == 404
    other = deal_of(site, "nina")
    assert site.get(f"{other}/{comment}", "nina").status_code == 404
    assert site.patch(f"{other}/{comment}", {"text": "Mine now"}, "nina").status_code == 404


def test_a_comment_is_changed_and_deleted_by_its_author_alone_and_keeps_its_history(site: Site) -> None:
    here = deal_of(site, "mark")
    comment = site.post(here, {"text": "Frist"}, "mark").json()
    one = f"{here}/{comment['id']}"
    assert site.patch(one, {"text": "Mine"}, "helen").status_code in (403, 422)
    changed = site.patch(one, {"text": "First @helen"}, "mark", headers={"if-match": '"1"'})
    assert changed.status_code == 200
    assert changed.json()["edited_at"] is not None
    assert [person["title"] for person in changed.json()["mentions"]] == ["Helen"]
    assert site.patch(one, {"text": "Old"}, "mark", headers={"if-match": '"1"'}).status_code == 412
    history = site.get(f"/api/records/comment/{comment['id']}/history", "helen").json()["items"]
    assert history[0]["changes"]["text"] == {"from": "Frist", "to": "First @helen"}
    assert site.call("DELETE", one, "helen").status_code in (403, 422)
    assert site.call("DELETE", one, "mark").status_code == 204
    assert site.get(here, "mark").json()["items"] == []


def test_comments_go_to_the_bin_and_come_back_with_their_record(site: Site) -> None:
    here = deal_of(site, "mark")
    site.post(here, {"text": "Kept"}, "helen")
    record = here.removesuffix("/comments")
    assert site.call("DELETE", record, "admin").status_code == 204
    assert site.post(f"{record}/restore", None, "admin").status_code == 200
    assert [item["text"] for item in site.get(here, "mark").json()["items"]] == ["Kept"]


def test_an_empty_comment_and_other_members_are_refused(site: Site) -> None:
    here = deal_of(site, "mark")
    for body in ({}, {"text": "  "}, {"text": 5}, {"text": "x" * 20_001}, {"text": "x", "mentions": [1]}):
        assert site.post(here, body, "mark").status_code in (400, 422), body
