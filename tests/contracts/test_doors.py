"""Somebody with few rights at every door of records: what is hidden stays so over HTTP, in pages and in the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from metamodel.model import Model
from tests import factories
from tests.conftest import Databases, Dialect
from tests.renderers.surfing import Surfer, changed, sign_in
from tests.sites import Installed, Site, install, made_once, running

MORE: dict[str, str | None] = {
    "extensions/deal.yaml": """
        extends: deal
        fields:
          - {name: bonus, type: money, visible_if: "items_total > 100", required_if: "items_total > 200"}
          - {name: papers, type: files}
    """,
    "entities/ledger.yaml": """
        name: ledger
        fields: [{name: name, type: text}, {name: owner, type: user, default: me}]
    """,
    "actions/gift.yaml": """
        name: gift
        entity: deal
        steps: [{name: line, do: create, entity: ledger, values: {name: name}, as: system}]
        then: line
    """,
    "roles/manager.yaml": """
        name: manager
        label: {ru: Менеджер, en: Manager}
        grants:
          - {entity: company, actions: [read], rows: "owner = me", fields: {all_but: [inn]}}
          - {entity: company, actions: [create], fields: all}
          - {entity: deal, actions: [read], rows: "owner = me", fields: {all_but: [margin, bonus]}}
          - {entity: deal, actions: [update], rows: "owner = me", fields: {all_but: [margin, bonus, probability]}}
          - {entity: deal, actions: [create], check: "owner = me", fields: {all_but: [margin, bonus]}}
          - {entity: deal, actions: [gift]}
          - {entity: product, actions: [read], fields: all}
          - {entity: comment, actions: [read], fields: {all_but: [mentions]}}
          - {entity: comment, actions: [create], fields: all}
          - {entity: attachment, actions: [read], fields: [about]}
          - {entity: user, actions: [read], fields: [name]}
    """,
}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def doors_model() -> Model:
    company = factories.SAMPLE["entities/company.yaml"]
    company = company.replace("fields:\n", "duplicates: [[inn], [name]]\n        fields:\n", 1)
    return factories.model({**MORE, "entities/company.yaml": company})


@pytest.fixture(scope="module")
def made(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return made_once(lasting_database, tmp_path_factory, partial(install, model=doors_model()))


@pytest.fixture
def house(dialect: Dialect, made: Any, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    template, tokens = made(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found


@pytest.fixture
def mark(house: Site) -> Surfer:
    return sign_in(house, "mark")


def made_by(house: Site, who: str, entity: str, **values: Any) -> int:
    answer = house.post(f"/api/records/{entity}", {"name": "Secret of Nina", **values}, who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def attached(house: Site, who: str, deal: int) -> dict[str, Any]:
    files = {"file": ("plan.pdf", PDF, "application/pdf")}
    answer = house.call("POST", f"/api/records/deal/{deal}/files", who, files=files)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_record_out_of_sight_has_no_door(house: Site, mark: Surfer) -> None:
    hidden = made_by(house, "nina", "deal")
    house.post(f"/api/records/deal/{hidden}/comments", {"text": "whisper"}, "nina")
    file = attached(house, "admin", hidden)
    here, nowhere = f"/e/deal/{hidden}", "/e/deal/987654"
    pages = (
        "", "/edit", "/field/name", "/panel/timeline", "/panel/comments", "/panel/files", "/panel/history",
        "/people?q=", "/comments/1", "/comments/1/edits", "/run/gift",
    )  # fmt: skip
    for page in pages:
        told, nothing = mark.get(f"{here}{page}"), mark.get(f"{nowhere}{page}")
        assert told.status_code == nothing.status_code == 404, page
    assert mark.get(f"/e/deal/new?copy={hidden}").status_code in (200, 404)
    assert "Secret of Nina" not in mark.get(f"/e/deal/new?copy={hidden}").text
    for page, pairs in {
        "/field/name": [("/name", "x"), ("_version", "1")], "/edit": [("/name", "x")], "/delete": [], "/move": [("to", "won")], "/move/undo": [],
        "/comments": [("text", "x")], "/comments/1": [("text", "x")], "/comments/1/delete": [], "/run/gift": [],
    }.items():  # fmt: skip
        told, nothing = mark.post(f"{here}{page}", pairs), mark.post(f"{nowhere}{page}", pairs)
        assert told.status_code == nothing.status_code and told.status_code in (403, 404), page
    api = f"/api/records/deal/{hidden}"
    for method, path, body in (
        ("GET", "/comments", None), ("POST", "/comments", {"text": "x"}), ("GET", "/files", None),
        ("POST", "/files", {"id": file["id"]}), ("DELETE", f"/files/{file['attachment']}", None), ("POST", "/run/gift", {}),
        ("GET", "/history", None), ("POST", "/move", {"to": "won"}), ("POST", "/restore", {}),
    ):  # fmt: skip
        assert house.call(method, f"{api}{path}", "mark", json=body).status_code == 404, path
    assert house.get(file["url"], "mark").status_code == 404
    assert house.get(f"/api/records/attachment/{file['attachment']}", "mark").status_code == 404
    about = {"about": {"entity": "deal", "id": hidden}, "text": "x"}
    assert house.post("/api/records/comment", about, "mark").status_code in (404, 422)
    taken = house.post("/api/records/deal", {"name": "Mine", "papers": [{"id": file["id"]}]}, "mark")
    assert taken.status_code == 422 and "plan" not in taken.text, "a file is no record's by its number"


def test_forms_that_are_counted_tell_nothing_of_what_is_hidden(house: Site, mark: Surfer) -> None:
    hidden = made_by(house, "nina", "company", inn="7707083893")
    product = made_by(house, "admin", "product", code="B", price=1000)
    typed = {
        "/name": "D", "/company": str(hidden), "/company~was": f"{hidden} x", "/company~text": "x",
        "/items/0/id": "", "/items/0/product": str(product), "/items/0/product~was": f"{product} B",
        "/items/0/product~text": "B", "/items/0/quantity": "1",
    }  # fmt: skip
    answer = mark.post("/e/deal/recalculate", changed(mark.form("/e/deal/new"), typed))
    assert answer.status_code == 200 and answer.json()["stands"], answer.text
    assert "bonus" not in answer.text and "margin" not in answer.text
    assert "Secret" not in answer.text
    for pair in (("/inn", "7707083893"), ("/name", "secret of nina")):
        told = mark.post("/e/company/recalculate", [pair]).json()
        assert told["duplicates"] == [], "a record out of sight, a key that may not be read"
    own = made_by(house, "mark", "company", name="Own", inn="7707083894", owner=None)
    assert own and mark.post("/e/company/recalculate", [("/inn", "7707083894")]).json()["duplicates"] == []
    asked = json.dumps([{"field": "company", "text": "Secret of Nina", "values": {}}])
    assert mark.post("/e/deal/named", [("asked", asked)]).json() == {"items": [{"candidates": []}]}
    assert mark.get("/e/deal/options/company?q=Secret").json() == {"items": []}
    assert mark.get("/e/ledger/options/owner").status_code == 404
    deal = made_by(house, "mark", "deal", name="Mine")
    for field in ("margin", "bonus", "nothing"):
        assert mark.get(f"/e/deal/{deal}/field/{field}").status_code == 404, field
        sent = mark.post(f"/e/deal/{deal}/field/{field}", [(f"/{field}", "5"), ("_version", "1")])
        assert (
            sent.status_code in (404, 422)
            and house.get(f"/api/records/deal/{deal}").json().get(field) is None
        )
    sent = mark.post(f"/e/deal/{deal}/field/name", [("/name", "Ours"), ("/margin", "5"), ("_was", "{}")])
    assert house.get(f"/api/records/deal/{deal}").json()["margin"] is None, "no other field comes along"


def test_narrowed_comments_and_files_are_shown_without_what_may_not_be_read(
    house: Site, mark: Surfer
) -> None:
    deal = made_by(house, "mark", "deal", name="Mine")
    made = house.post(f"/api/records/deal/{deal}/comments", {"text": "hello @admin and @nina"}, "mark")
    assert made.status_code == 201 and "mentions" not in made.json()
    stored = house.get(f"/api/records/comment/{made.json()['id']}").json()
    assert stored["mentions"] == [], "logins that may not be read are not found out by naming them"
    attached(house, "admin", deal)
    told = house.get(f"/api/records/deal/{deal}/files", "mark")
    assert told.status_code == 200 and "plan" not in told.text, told.text
    for page in ("", "/panel/timeline", "/panel/files", "/panel/history"):
        answer = mark.get(f"/e/deal/{deal}{page}")
        assert answer.status_code == 200 and "plan.pdf" not in answer.text, page
    assert mark.get(f"/e/deal/{deal}/people?q=").status_code == 200
    people = {p["login"]: p["id"] for p in house.get("/api/records/user?fields=id,login").json()["items"]}
    named = {"text": "x", "mentions": [people["nina"]], "about": {"entity": "deal", "id": deal}}
    refused = house.post("/api/records/comment", named, "mark")
    assert refused.status_code == 422, "nobody is told of a record by being named who does not see it"


def test_what_an_action_made_out_of_sight_is_not_told(house: Site, mark: Surfer) -> None:
    deal = made_by(house, "mark", "deal", name="Mine")
    ran = house.post(f"/api/records/deal/{deal}/run/gift", {}, "mark")
    assert ran.status_code == 200 and (ran.json()["made"], ran.json()["go"]) == (
        [],
        {"entity": "deal", "id": None},
    )
    assert "ledger" not in ran.text
    led = mark.post(f"/e/deal/{deal}/run/gift", [])
    assert "ledger" not in led.headers["location"]
    assert house.get("/api/records/ledger?fields=id").json()["items"] != []


def test_a_draft_of_a_record_that_left_sight_does_not_name_it(house: Site, mark: Surfer) -> None:
    deal = made_by(house, "mark", "deal", name="Mine until noon")
    form = mark.form(f"/e/deal/{deal}/edit")
    assert (
        mark.post("/e/deal/draft", [*changed(form, {"/amount": "5"}), ("_record", str(deal))]).status_code
        == 204
    )
    assert "Mine until noon" in mark.get("/drafts").text
    assert house.patch(f"/api/records/deal/{deal}", {"owner": None, "name": "Nobody's"}).status_code == 200
    page = mark.get("/drafts").text
    assert "Mine until noon" not in page
    key = re.search(r"draft=([A-Za-z0-9_-]+)", page)
    assert key is None or mark.get(f"/e/deal/{deal}/edit?draft={key[1]}").status_code == 404


def _refusals(page: str) -> list[str]:
    """What a form says is wrong with it."""
    return re.findall(r'<p class="wrong"[^>]*>(.*?)</p>', page, re.DOTALL)


def test_an_entity_that_is_not_there_for_somebody_is_told_of_as_one_that_nobody_has(
    house: Site, mark: Surfer
) -> None:
    deal = made_by(house, "mark", "deal", name="Mine")
    assert house.post(f"/api/records/deal/{deal}/comments", {"text": "x"}, "mark").status_code == 201

    def answers(name: str) -> list[Any]:
        about = {"about": {"entity": name, "id": 1}, "text": "x"}
        told = [
            house.post("/api/records/comment", about, "mark"),
            house.get(f"/api/records/comment?filter=about = '{name}:1'", "mark"),
            house.get(f"/api/records/comment?filter=about AS {name}.name = 'x'", "mark"),
            house.get(f"/api/records/{name}/1/comments", "mark"),
            house.get(f"/api/records/{name}/1/files", "mark"),
            house.post(f"/api/records/{name}/1/reveal/name", {}, "mark"),
            house.post(f"/api/records/{name}/run/gift", {}, "mark"),
        ]
        pages = [
            mark.post("/e/comment/new", [("/about~text", f"{name}:1"), ("/text", "x")]),
            mark.get(f"/e/comment/options/about?q=&_to={name}"),
            mark.post(f"/e/{name}/named", [("asked", "[]")]),
            mark.post(f"/e/{name}/recalculate", [("/name", "x")]),
            mark.post(f"/e/{name}/draft", [("_draft", "k" * 20), ("/name", "x")]),
            mark.post(f"/e/{name}/draft", [("_draft", "k" * 20), ("/name", "x"), ("_record", "1")]),
            mark.get(f"/e/{name}/new?copy=1"),
            mark.get(f"/e/{name}/run/gift"),
        ]
        words = [(a.status_code, a.json().get("detail"), str(a.json().get("errors"))) for a in told]
        return [
            repr(each).replace(name, "?")
            for each in (*words, *(p.status_code for p in pages), _refusals(pages[0].text))
        ]

    assert answers("ledger") == answers("nobody")
    strange = mark.post("/e/comment/new", [("/about~text", "deal:²"), ("/text", "x")])
    assert strange.status_code == 422 and len(_refusals(strange.text)) == 1, "digits that are no number"


def test_numbers_that_no_record_can_have_are_refused_like_any_other(house: Site, mark: Surfer) -> None:
    for text in ("9" * 5_000, "²", "0"):
        for name in ("/papers[]", "/company", "/items/0/id", "_version"):
            sent = [("/name", "x"), ("/stage", "lead"), ("/company~text", "x"), (name, text)]
            assert mark.post("/e/deal/new", sent).status_code in (303, 422), (name, text[:9])


def test_a_number_beyond_all_ids_in_the_address_of_a_page_is_of_no_record(house: Site) -> None:
    admin, tried = sign_in(house, "admin"), 0
    for route in house.application.routes:
        if ":int}" not in route.path:
            continue
        address = re.sub(r"\{\w+:int\}", str(2**63), route.path.replace("{entity:str}", "deal"))
        address = re.sub(r"\{\w+:str\}", "timeline", address)
        for method in getattr(route, "methods", ()):
            if method in ("GET", "POST"):
                answer = admin.get(address) if method == "GET" else admin.post(address, [])
                assert answer.status_code == 404, (method, address, answer.status_code)
                tried += 1
    assert tried > 40
