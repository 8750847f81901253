"""Records over HTTP, as the contract says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sites import Site

DEALS = "/api/records/deal"


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, checked for its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["code"] == code, found
    assert found["status"] == status
    assert found["request_id"] == answer.headers["x-request-id"]
    assert {"type", "title", "detail", "errors"} <= set(found)
    return found


def make_deal(site: Site, who: str = "admin", **values: Any) -> dict[str, Any]:
    answer = site.post(DEALS, {"name": "Racks", **values}, who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_record_is_created_read_changed_deleted_and_restored(site: Site) -> None:
    answer = site.post(DEALS, {"name": "Racks", "amount": 1200.1, "probability": "0.20"})
    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{DEALS}/{made['id']}"
    assert answer.headers["etag"] == '"1"'
    assert made["stage"] == "lead" and made["name"] == "Racks"
    assert '"amount":1200.10' in answer.text and '"probability":0.20' in answer.text

    path = answer.headers["location"]
    read = site.get(path)
    assert read.json() == made and read.headers["etag"] == '"1"'
    assert made["created_at"].endswith("Z") and "." not in made["created_at"]

    changed = site.patch(path, {"name": "Shelves"}, headers={"if-match": '"1"'})
    assert changed.status_code == 200 and changed.headers["etag"] == '"2"'
    problem(site.patch(path, {"name": "x"}, headers={"if-match": '"1"'}), 412, "KBK3009")
    assert site.patch(path, {"name": "Y"}, headers={"if-match": "*"}).status_code == 200
    assert site.patch(path, {"name": "Z"}, headers={"if-match": '"1", "3"'}).status_code == 200
    problem(site.patch(path, {"name": "x"}, headers={"if-match": 'W/"4"'}), 412, "KBK3009")
    problem(site.patch(path, {"name": "x"}, headers={"if-match": "4"}), 400, "KBK2000")

    problem(site.call("DELETE", path, headers={"if-match": '"1"'}), 412, "KBK3009")
    assert site.call("DELETE", path).status_code == 204
    problem(site.get(path), 404, "KBK2006")
    assert [item["id"] for item in site.get(f"{DEALS}?deleted=only").json()["items"]] == [made["id"]]
    problem(site.call("POST", f"{path}/restore", headers={"if-match": '"1"'}), 412, "KBK3009")
    back = site.call("POST", f"{path}/restore")
    assert back.status_code == 200 and back.json()["name"] == "Z"


def test_a_list_is_filtered_sorted_counted_and_paged(site: Site) -> None:
    for number in range(5):
        make_deal(site, name=f"Deal {number}", amount=number * 10)
    answer = site.get(
        DEALS,
        params={
            "filter": "amount >= 10",
            "sort": "-amount",
            "fields": "name,amount",
            "limit": 2,
            "count": "exact",
        },
    )
    found = answer.json()
    assert [item["name"] for item in found["items"]] == ["Deal 4", "Deal 3"]
    assert found["count"] == 4
    assert set(found["next"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
    rest = site.get(
        DEALS,
        params={
            "filter": "amount >= 10",
            "sort": "-amount",
            "fields": "name,amount",
            "limit": 2,
            "cursor": found["next"],
        },
    ).json()
    assert [item["name"] for item in rest["items"]] == ["Deal 2", "Deal 1"]
    assert rest["next"] is None and "count" not in rest


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 400, "KBK2009"),
        ("limit=1001", 400, "KBK2009"),
        ("limt=5", 400, "KBK2009"),
        ("count=all", 400, "KBK2009"),
        ("filter=name%00", 400, "KBK2009"),
        ("filter=%ff", 400, "KBK2000"),
        ("filter=name%20%3D", 400, "KBK2002"),
        ("filter=nope%20%3D%201", 422, "KBK2003"),
        ("sort=nope", 422, "KBK2003"),
        ("fields=nope", 422, "KBK2003"),
        ("fields=name,,amount", 400, "KBK2002"),
        ("cursor=nonsense", 400, "KBK2004"),
    ],
)
def test_a_list_refuses_what_it_does_not_understand(site: Site, query: str, status: int, code: str) -> None:
    answer = site.get(f"{DEALS}?{query}")
    assert answer.status_code == status, answer.text
    problem(answer, status, code)


def test_an_unreadable_field_is_refused_in_the_words_of_an_unknown_one(site: Site) -> None:
    users = "/api/records/user"
    for place in ({"filter": "{} = 'x'"}, {"sort": "{}"}, {"fields": "{}"}):
        texts = []
        for name in ("email", "phone"):  # one is hidden from managers, the other does not exist
            query = {parameter: text.format(name) for parameter, text in place.items()}
            document = problem(site.get(users, "mark", params=query), 422, "KBK2003")
            del document["request_id"]
            texts.append(json.dumps(document).replace(name, "…"))
        assert texts[0] == texts[1]


def test_ids_that_cannot_be_are_not_found(site: Site) -> None:
    for identifier in ("0", "-1", "x", "1.0", "9" * 19, "9" * 23, "%D9%A1", "1%00", "9223372036854775807"):
        problem(site.get(f"{DEALS}/{identifier}"), 404, "KBK2006")
    problem(site.get("/api/records/nope"), 404, "KBK2006")
    problem(site.get("/api/nope"), 404, "KBK2006")
    problem(site.get("/api"), 404, "KBK2006")


def test_methods_are_told(site: Site) -> None:
    answer = site.call("PUT", DEALS)
    problem(answer, 405, "KBK2007")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert site.call("OPTIONS", DEALS).status_code == 204
    head = site.call("HEAD", DEALS)
    assert head.status_code == 200 and head.content == b""
    assert int(head.headers["content-length"]) == len(site.get(DEALS).content)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nope",
        b'{"name": "\xff"}',
        b"[" * 3000 + b"]" * 3000,
        b'{"name":' + b"[" * 100 + b"]" * 100 + b"}",
        b"[]",
        b'"x"',
    ],
)
def test_a_body_that_is_no_json_object_is_400(site: Site, body: bytes) -> None:
    answer = site.call("POST", DEALS, content=body, headers={"content-type": "application/json"})
    problem(answer, 400, "KBK2001")
    answer = site.call(
        "POST", DEALS, content=b"name=x", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    problem(answer, 400, "KBK2001")


def test_a_body_over_the_limit_is_413(site: Site) -> None:
    body = b'{"name":"' + b"x" * (10 * 1024 * 1024) + b'"}'
    problem(
        site.call("POST", DEALS, content=body, headers={"content-type": "application/json"}), 413, "KBK2005"
    )

    def pieces() -> Any:
        for _ in range(11):
            yield b"x" * (1024 * 1024)

    problem(
        site.call("POST", DEALS, content=pieces(), headers={"content-type": "application/json"}),
        413,
        "KBK2005",
    )


def test_wrong_values_are_named_by_pointers(site: Site) -> None:
    document = problem(
        site.post(DEALS, {"amount": "much", "items": [{"quantity": 0}], "nope": 1}), 422, "KBK3002"
    )
    pointers = {place["pointer"] for place in document["errors"]}
    assert "/amount" in pointers and "/nope" in pointers
    document = problem(site.post(DEALS, {"name": "a\0b"}), 422, "KBK3003")
    assert document["errors"][0]["pointer"] == "/name"


def test_who_may_not_is_told_so_or_sees_nothing(site: Site) -> None:
    mine = make_deal(site, "mark", name="Mark's")
    path = f"{DEALS}/{mine['id']}"
    assert "margin" not in mine
    problem(site.get(path, "nina"), 404, "KBK2006")
    problem(site.patch(path, {"name": "x"}, "nina"), 404, "KBK2006")
    problem(site.call("DELETE", path, "mark"), 403, "KBK4002")
    problem(site.post("/api/records/product", {"code": "x", "name": "x"}, "mark"), 403, "KBK4002")
    assert site.get(DEALS, "nina").json()["items"] == []


def test_nobody_is_asked_to_sign_in(site: Site) -> None:
    for headers in (
        {},
        {"authorization": "Bearer nope"},
        {"authorization": "Basic eDp4"},
        {"authorization": "Bearer"},
        {"cookie": "kubik_session=x"},
    ):
        answer = site.call("GET", DEALS, None, headers=headers)
        problem(answer, 401, "KBK4001")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_token_stops_at_once(site: Site) -> None:
    assert site.get(DEALS, "mark").status_code == 200
    table = site.workspace.own.token
    site.workspace.write(lambda tx: tx.connection.execute(table.delete()))
    problem(site.get(DEALS, "mark"), 401, "KBK4001")


def test_child_rows_need_if_match(site: Site) -> None:
    product = site.post("/api/records/product", {"code": "R1", "name": "Rack", "price": 100}).json()
    deal = make_deal(site, items=[{"product": product["id"], "quantity": 2}])
    path = f"{DEALS}/{deal['id']}"
    item = site.get(f"{path}?fields=items,amount").json()
    assert item["items"][0]["amount"] == 200 and item["amount"] == 200
    assert "version" not in item
    rows = [{"id": item["items"][0]["id"], "quantity": 3}, {"product": product["id"]}]
    problem(site.patch(path, {"items": rows}), 428, "KBK3010")
    etag = site.get(path).headers["etag"]
    changed = site.patch(path, {"items": rows}, headers={"if-match": etag})
    assert changed.status_code == 200, changed.text
    assert site.get(f"{path}?fields=items_total").json()["items_total"] == 400


def test_an_idempotency_key_makes_a_retry_safe(site: Site) -> None:
    headers = {"idempotency-key": "k-1"}
    first = site.post(DEALS, {"name": "Once"}, headers=headers)
    again = site.post(DEALS, {"name": "Once"}, headers=headers)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (
        again.headers["location"] == first.headers["location"]
        and again.headers["etag"] == first.headers["etag"]
    )
    problem(site.post(DEALS, {"name": "Other"}, headers=headers), 422, "KBK2008")
    assert site.post(DEALS, {"name": "Other"}, "helen", headers=headers).status_code == 201
    assert site.get(f"{DEALS}?count=exact&limit=1").json()["count"] == 2
    problem(site.post(DEALS, {"name": "x"}, headers={"idempotency-key": "k" * 256}), 400, "KBK2000")
    refused = {"idempotency-key": "k-2"}
    assert site.post(DEALS, {}, headers=refused).status_code == 422
    assert site.post(DEALS, {"name": "Now right"}, headers=refused).status_code == 201


def test_a_stage_is_moved_and_history_tells(site: Site) -> None:
    deal = make_deal(site)
    path = f"{DEALS}/{deal['id']}"
    moved = site.post(f"{path}/move", {"to": "lost", "values": {"lost_reason": "Too dear"}})
    assert moved.status_code == 200 and moved.json()["stage"] == "lost"
    problem(site.post(f"{path}/move", {"to": "nope"}), 422, "KBK3011")
    problem(site.post(f"{path}/move", {"to": 1}), 422, "KBK3002")
    problem(site.post(f"{path}/move", {"to": "won"}, headers={"if-match": '"1"'}), 412, "KBK3009")
    history = site.get(f"{path}/history").json()
    assert [row["kind"] for row in history["items"]] == ["updated", "created"]
    assert history["items"][0]["changes"]["stage"] == {"from": "lead", "to": "lost"}
    assert history["items"][0]["by"]["title"] == "Admin"
    assert history["next"] is None


def test_a_batch_is_all_or_nothing(site: Site) -> None:
    path = "/api/records/company"
    first = site.post(path, {"name": "A", "inn": "7707083893"}).json()
    answer = site.post(
        f"{path}/batch",
        {
            "create": [{"name": "B"}],
            "update": [{"id": first["id"], "city": "Тверь"}],
            "upsert": [{"inn": "1234567890", "name": "C"}],
            "key": "inn",
            "delete": [],
        },
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert set(found) == {"create", "update", "upsert", "delete"}
    assert found["update"][0] == {"id": first["id"], "version": 2}
    document = problem(site.post(f"{path}/batch", {"create": [{"name": "D"}, {"name": ""}]}), 422, "KBK3001")
    assert document["errors"][0]["pointer"] == "/create/1/name"
    assert site.get(f"{path}?count=exact").json()["count"] == 3
    problem(site.post(f"{path}/batch", {"craete": []}), 400, "KBK2000")
    problem(site.post(f"{path}/batch", {"create": {}}), 400, "KBK2000")


def test_records_are_reached_by_a_unique_field_and_by_an_outside_name(site: Site) -> None:
    path = "/api/records/company/by"
    made = site.call("PUT", f"{path}/inn/7707083893", json={"name": "A"})
    assert made.status_code == 201 and made.json()["inn"] == "7707083893"
    changed = site.call("PUT", f"{path}/inn/7707083893", json={"city": "Тверь"})
    assert changed.status_code == 200 and changed.json()["id"] == made.json()["id"]
    assert site.get(f"{path}/inn/7707083893").json()["city"] == "Тверь"
    problem(site.get(f"{path}/inn/0000000000"), 404, "KBK2006")
    problem(site.get(f"{path}/name/A"), 422, "KBK2003")
    problem(site.get(f"{path}/nope/A"), 422, "KBK2003")
    outside = site.call("PUT", f"{path}/ext/crm:1%2F2", json={"name": "E"})
    assert outside.status_code == 201, outside.text
    assert site.get(f"{path}/ext/crm:1%2F2").json()["id"] == outside.json()["id"]
    problem(site.get(f"{path}/ext/other"), 404, "KBK2006")
    stale = site.call("PUT", f"{path}/inn/7707083893", json={"city": "x"}, headers={"if-match": '"1"'})
    problem(stale, 412, "KBK3009")


def test_an_outside_identifier_of_a_record_out_of_sight_is_taken_and_tells_no_id(site: Site) -> None:
    path = f"{DEALS}/by/ext/erp-1"
    assert site.call("PUT", path, json={"name": "Not marks"}).status_code == 201
    problem(site.get(path, "mark"), 404, "KBK2006")
    refused = problem(site.call("PUT", path, "mark", json={"name": "X"}), 409, "KBK3007")
    assert refused["detail"] == "the identifier erp-1 is taken" and refused["errors"] == []


def test_only_writes_of_records_take_an_idempotency_key(site: Site) -> None:
    paths = site.get("/api/openapi.json").json()["paths"]
    taking = {path for path, methods in paths.items() for operation in methods.values()
              if "Idempotency-Key" in {each["name"] for each in operation.get("parameters", ())}}  # fmt: skip
    assert taking and all(path.startswith("/api/records/") for path in taking)


def test_changes_are_fed_from_a_position(site: Site) -> None:
    start = site.get("/api/changes?limit=1000").json()["next"]
    deal = make_deal(site)
    site.call("DELETE", f"{DEALS}/{deal['id']}")
    found = site.get("/api/changes", params={"after": start, "entity": "deal"}).json()
    assert [(row["entity"], row["id"], row["change"]) for row in found["items"]] == [
        ("deal", deal["id"], "created"), ("deal", deal["id"], "deleted"),
    ]  # fmt: skip
    assert site.get("/api/changes", params={"after": found["next"]}).json()["items"] == []
    problem(site.get("/api/changes?after=x"), 400, "KBK2004")
    problem(site.get("/api/changes?entity=nope"), 404, "KBK2006")


def test_faults_say_nothing_of_the_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("core.query.read", broken)
    answer = site.get(DEALS)
    problem(answer, 500, "KBK9000")
    assert "secret" not in answer.text
