"""The calls on records to the letter of the contract (docs/integrators/api.md), on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import DIALECTS
from tests.sites import Site, install, running

PROBLEM = {"type", "title", "status", "detail", "code", "errors", "request_id"}


@pytest.fixture(scope="module", params=DIALECTS)
def site(request, lasting_database, tmp_path_factory) -> Iterator[Site]:
    """One served installation for all; each test makes the records it is about."""
    url, home = lasting_database(request.param), tmp_path_factory.mktemp("home")
    with running(url, home, install(url, home)) as found:
        yield found


def exact(answer: Any) -> Any:
    return json.loads(answer.text, parse_float=Decimal)


def problem(answer: Any, status: int, code: str, *pointers: str) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= PROBLEM
    assert (body["status"], body["code"]) == (status, code)
    assert [each["pointer"] for each in body["errors"]] == list(pointers)
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def test_values_are_written_and_read_in_their_forms(site: Site) -> None:
    inn = "7707083893"
    company = site.post(
        "/api/records/company", {"name": "Ромашка", "inn": inn, "staff": "12", "discount": "0.2", "vip": True}
    )
    assert company.status_code == 201
    made = exact(company)
    assert (made["staff"], made["discount"], made["vip"], made["founded"]) == (
        12,
        Decimal("0.20"),
        True,
        None,
    )
    number = made["id"]
    deal: Any = None
    for link in (number, {"id": number}, {"by": {"inn": inn}}):
        body = {
            "name": "D",
            "company": link,
            "amount": "1200.10",
            "closes_on": "2030-11-21",
            "source": "site",
            "probability": 0.2,
        }
        deal = exact(site.post("/api/records/deal", {**body, "name": f"D {link}"}))
        assert deal["company"] == {"id": number, "title": "Ромашка"}
        assert str(deal["amount"]) == "1200.10"
        assert (deal["closes_on"], deal["source"], deal["stage"]) == ("2030-11-21", "site", "lead")
        assert deal["probability"] == Decimal("0.2")
        assert deal["expected"] == Decimal("240.02")
        assert "items" not in deal
    activity = exact(
        site.post("/api/records/activity", {"subject": "S", "held_at": "2026-11-21T14:30:00+03:00"})
    )
    assert activity["held_at"] == "2026-11-21T11:30:00Z"
    flat = exact(site.get(f"/api/records/deal/{deal['id']}?fields=company.city,company.inn,name"))
    assert flat == {"id": deal["id"], "company.city": None, "company.inn": inn, "name": deal["name"]}
    for computed in ("number", "expected", "items_total", "city", "last_result"):
        problem(
            site.patch(f"/api/records/deal/{deal['id']}", {computed: None}), 422, "KBK3004", f"/{computed}"
        )


def test_a_record_through_its_life(site: Site) -> None:
    made = site.post("/api/records/product", {"code": "L1", "name": "Лампа"})
    path = made.headers["location"]
    assert (made.status_code, made.headers["etag"], path) == (
        201,
        '"1"',
        f"/api/records/product/{made.json()['id']}",
    )
    assert site.get(path).headers["etag"] == '"1"'
    changed = site.patch(path, {"name": "Люстра"}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["name"]) == (200, '"2"', "Люстра")
    stale = problem(site.patch(path, {"price": 5}, headers={"if-match": '"1"'}), 412, "KBK3009")
    assert stale["changed"]["name"] == {"from": "Лампа", "to": "Люстра"}
    assert stale["changed_by"]["title"] == "Admin"
    gone = site.call("DELETE", path, headers={"if-match": '"2"'})
    assert (gone.status_code, gone.content) == (204, b"")
    problem(site.get(path), 404, "KBK2006")
    problem(site.call("DELETE", path), 404, "KBK2006", "")
    binned = exact(site.get("/api/records/product?deleted=only&sort=-id&limit=1"))["items"][0]
    assert binned["id"] == made.json()["id"] and binned["deleted_at"] is not None
    back = site.post(f"{path}/restore", {})
    assert (back.status_code, back.headers["etag"], back.json()["name"]) == (200, '"4"', "Люстра")
    history = site.get(f"{path}/history").json()
    assert [item["kind"] for item in history["items"]] == ["restored", "deleted", "updated", "created"]
    assert history["items"][2]["changes"] == {"name": {"from": "Лампа", "to": "Люстра"}}
    assert set(history["items"][0]) >= {"seq", "at", "by", "kind", "changes"}
    assert history["next"] is None


def test_child_rows_are_a_list_with_a_condition(site: Site) -> None:
    product = site.post("/api/records/product", {"code": "C1", "name": "P", "price": 10}).json()["id"]
    made = site.post(
        "/api/records/deal",
        {"name": "rows", "items": [{"product": product, "quantity": 2}, {"product": product}]},
    )
    path = made.headers["location"]
    rows = exact(site.get(f"{path}?fields=items"))["items"]
    assert [(row["quantity"], row["price"]) for row in rows] == [
        (Decimal("2.000"), Decimal("10.00")),
        (1, 10),
    ]
    problem(site.patch(path, {"items": []}), 428, "KBK3010", "/items")
    kept = [{"id": rows[1]["id"], "quantity": 5}, {"product": product, "quantity": 7}]
    changed = site.patch(path, {"items": kept}, headers={"if-match": made.headers["etag"]})
    assert changed.status_code == 200
    after = exact(site.get(f"{path}?fields=items,items_total"))
    assert [(row["id"] == rows[1]["id"], row["quantity"]) for row in after["items"]] == [
        (True, 5),
        (False, 7),
    ]
    assert after["items_total"] == 120
    problem(site.patch(path, {"items": []}, headers={"if-match": made.headers["etag"]}), 412, "KBK3009")
    tag = {"if-match": changed.headers["etag"]}
    wrong = [{"id": rows[0]["id"]}, {"product": product, "quantity": -1}]
    problem(site.patch(path, {"items": wrong}, headers=tag), 422, "KBK3005", "/items/0/id")
    problem(
        site.patch(path, {"items": [{"product": product, "quantity": "x"}]}, headers=tag),
        422,
        "KBK3002",
        "/items/0/quantity",
    )
    assert exact(site.get(f"{path}?fields=items,items_total")) == after


def test_lists_are_paged_counted_and_ordered_by_id(site: Site) -> None:
    for n in range(7):
        site.post("/api/records/activity", {"subject": f"page {n}"})
    path = "/api/records/activity?filter=subject%20LIKE%20'page%25'&fields=subject"
    first = site.get(f"{path}&limit=3&count=exact").json()
    assert set(first) == {"items", "next", "count"}
    assert first["count"] == 7
    second = site.get(f"{path}&limit=3&cursor={first['next']}").json()
    last = site.get(f"{path}&limit=3&cursor={second['next']}").json()
    assert "count" not in second
    ids = [item["id"] for page in (first, second, last) for item in page["items"]]
    assert ids == sorted(ids) and len(ids) == 7
    assert last["next"] is None
    whole = site.get(f"{path}&sort=-subject").json()["items"]
    assert [item["subject"] for item in whole] == [f"page {n}" for n in range(6, -1, -1)]


def test_a_batch_answers_the_lists_it_was_sent(site: Site) -> None:
    a, b = (
        site.post("/api/records/company", {"name": n, "inn": i}).json()["id"]
        for n, i in (("A", "7700000011"), ("B", "7700000012"))
    )
    body = {
        "create": [{"name": "C"}, {"name": "D"}], "update": [{"id": a, "version": 1, "name": "A2"}], "delete": [b],
        "upsert": [{"inn": "7700000011x"[:10], "notes": "n"}, {"inn": "7700000013", "name": "E"}], "key": "inn",
    }  # fmt: skip
    doubled = site.post("/api/records/company/batch", body)
    assert doubled.status_code == 422  # the same record changed twice
    body["upsert"] = body["upsert"][1:]
    done = site.post("/api/records/company/batch", body)
    assert done.status_code == 200, done.text
    found = done.json()
    assert {kind: [set(each) for each in found[kind]] for kind in found} == {
        "create": [{"id", "version"}] * 2, "update": [{"id", "version"}], "upsert": [{"id", "version"}], "delete": [{"id", "version"}],
    }  # fmt: skip
    assert found["update"] == [{"id": a, "version": 2}]
    assert found["delete"] == [{"id": b, "version": 2}]
    again = {"create": [{"name": "F"}, {"name": "G", "inn": "7700000013"}, {"name": None}]}
    before = site.get("/api/records/company?count=exact").json()["count"]
    refused = site.post("/api/records/company/batch", again)
    assert refused.status_code in (409, 422)
    assert {each["pointer"] for each in refused.json()["errors"]} >= {"/create/2/name"}
    taken = site.post("/api/records/company/batch", {"create": again["create"][:2]})
    problem(taken, 409, "KBK3007", "/create/1/inn")
    assert site.get("/api/records/company?count=exact").json()["count"] == before


def test_records_by_key_and_by_the_name_of_another_system(site: Site) -> None:
    path = "/api/records/company/by/inn/7700000021"
    problem(site.get(path), 404, "KBK2006")
    made = site.call("PUT", path, json={"name": "K"})
    assert (made.status_code, made.json()["inn"]) == (201, "7700000021")
    assert made.headers["location"] == f"/api/records/company/{made.json()['id']}"
    again = site.call("PUT", path, json={"name": "K2", "inn": "7700000021"})
    assert (again.status_code, again.json()["id"], again.headers["etag"]) == (200, made.json()["id"], '"2"')
    assert site.get(f"{path}?fields=name").json() == {"id": made.json()["id"], "name": "K2"}
    other = site.call(
        "PUT", "/api/records/company/by/inn/7700000022", json={"name": "K", "inn": "7700000023"}
    )
    problem(other, 422, "KBK3003", "/inn")
    problem(site.get("/api/records/company/by/city/x"), 422, "KBK2003", "/field")
    path = "/api/records/company/by/ext/sap%2F17"
    first = site.call("PUT", path, json={"name": "X"})
    assert first.status_code == 201
    assert site.call("PUT", path, json={"name": "X2"}).json()["id"] == first.json()["id"]
    assert site.get(f"{path}?fields=name").json()["name"] == "X2"
    assert site.call("DELETE", f"/api/records/company/{first.json()['id']}").status_code == 204
    problem(site.get(path), 404, "KBK2006")
    anew = site.call("PUT", path, json={"name": "X3"})
    assert anew.status_code == 201 and anew.json()["id"] != first.json()["id"]
    assert site.get(path).json()["name"] == "X3"


def test_unique_and_used(site: Site) -> None:
    company = site.post("/api/records/company", {"name": "U", "inn": "7700000031"}).json()["id"]
    problem(site.post("/api/records/company", {"name": "V", "inn": "7700000031"}), 409, "KBK3007", "/inn")
    deal = site.post("/api/records/deal", {"name": "used", "company": company}).json()["id"]
    problem(site.call("DELETE", f"/api/records/company/{company}"), 409, "KBK3008", "")
    assert site.call("DELETE", f"/api/records/deal/{deal}").status_code == 204
    assert site.call("DELETE", f"/api/records/company/{company}").status_code == 204
    assert site.post("/api/records/company", {"name": "V", "inn": "7700000031"}).status_code == 201
    problem(site.post(f"/api/records/company/{company}/restore", {}), 409, "KBK3012", "/inn")


def test_the_feed_goes_on_from_a_position(site: Site) -> None:
    after = site.get("/api/changes?limit=1000").json()["next"]
    made = site.post("/api/records/product", {"code": "F1", "name": "P"}).json()["id"]
    site.patch(f"/api/records/product/{made}", {"name": "Q"})
    site.call("DELETE", f"/api/records/product/{made}")
    site.post(f"/api/records/product/{made}/restore", {})
    page = site.get(f"/api/changes?after={after}&entity=product&limit=2").json()
    assert [(i["entity"], i["id"], i["change"], i["version"]) for i in page["items"]] == [
        ("product", made, "created", 1), ("product", made, "updated", 2),
    ]  # fmt: skip
    assert set(page["items"][0]) == {"seq", "at", "entity", "id", "change", "version"}
    rest = site.get(f"/api/changes?after={page['next']}&entity=product").json()
    assert [i["change"] for i in rest["items"]] == ["deleted", "restored"]
    assert site.get(f"/api/changes?after={rest['next']}&entity=product").json()["items"] == []
    problem(site.get("/api/changes?entity=nope"), 404, "KBK2006")
    problem(site.get("/api/events?entity=nope"), 404, "KBK2006")
    problem(site.get("/api/events", headers={"last-event-id": "nonsense"}), 400, "KBK2004")


def test_operations_are_told_of(site: Site) -> None:
    assert site.get("/health/live", None).status_code == 200
    assert site.get("/health/ready", None).status_code == 200
    problem(site.get("/metrics", None), 401, "KBK4001")
    assert "text/plain" in site.get("/metrics").headers["content-type"]
    model = site.get("/api/model")
    assert model.headers["etag"] == f'"{model.json()["version"]}"'
    assert set(model.json()) >= {"version", "solutions", "entities", "roles", "views"}
    document = site.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert len({o["operationId"] for o in operations}) == len(operations)
    assert all(o["responses"] for o in operations)
