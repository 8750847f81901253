"""Actions over HTTP: the two addresses, inputs in both forms, rights, versions, one answer for one key, the description."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.conftest import Databases
from tests.renderers.api.test_records import problem
from tests.sites import Site, install, running

FILES = {
    "actions/reprice.yaml": """
        name: reprice
        label: {ru: Пересчитать, en: Reprice}
        help: {ru: "Новая сумма", en: "A new amount"}
        entity: deal
        when: "stage <> 'won'"
        inputs:
          - {name: amount, type: money, currency: RUB, required: true, label: {ru: Сумма, en: Amount}}
          - {name: buyer, type: link, to: company}
        steps:
          - {do: set, values: {amount: input.amount, company: input.buyer}}
    """,
    "actions/first_deal.yaml": """
        name: first_deal
        entity: deal
        where: list
        steps: [{name: deal, do: take, entity: deal, where: amount IS NULL, values: {amount: "1"}}]
        then: deal
    """,
    "roles/pricing.yaml": """
        name: pricing
        grants:
          - {entity: deal, actions: [read, update, reprice], rows: "owner = me", fields: all}
          - {entity: company, actions: [read], fields: all}
    """,
}
RUN = "/api/records/deal/{id}/run/reprice"


@pytest.fixture
def priced(fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    url = fresh_database("sqlite")
    with running(url, tmp_path, install(url, tmp_path, factories.model(FILES))) as site:
        yield site


def test_an_action_runs_with_its_inputs_and_says_what_it_did(priced: Site) -> None:
    deal = priced.post("/api/records/deal", {"name": "A"}).json()
    way = RUN.format(id=deal["id"])
    answer = priced.post(way, {"inputs": {"amount": "1200.5"}}, headers={"if-match": '"1"'})
    found = answer.json()
    assert answer.status_code == 200 and answer.headers["etag"] == '"2"', answer.text
    assert '"amount":1200.50' in answer.text and found["record"]["id"] == deal["id"]
    assert (found["made"], found["go"]) == ([], {"entity": "deal", "id": deal["id"]})
    assert priced.post(way, {"amount": 7}).json()["record"]["amount"] == 7
    problem(priced.post(way, {"amount": 7}, headers={"if-match": '"1"'}), 412, "KBK3009")
    history = priced.get(f"/api/records/deal/{deal['id']}/history").json()["items"]
    assert [item["action"] for item in history] == ["reprice", "reprice", None]


def test_faults_point_at_the_inputs_where_they_stood(priced: Site) -> None:
    way = RUN.format(id=priced.post("/api/records/deal", {"name": "A"}).json()["id"])
    assert [e["pointer"] for e in problem(priced.post(way, {}), 422, "KBK3001")["errors"]] == ["/amount"]
    wrong = {"inputs": {"amount": "x", "buyer": 99}}
    told = problem(priced.post(way, wrong), 422, "KBK3002")
    assert [e["pointer"] for e in told["errors"]] == ["/inputs/amount", "/inputs/buyer"]
    problem(priced.post(way, {"inputs": {"amount": 1}, "owner": 1}), 422, "KBK3002")
    problem(priced.post(way, {"amount": 1, "owner": 1}), 422, "KBK2003")


def test_only_who_was_given_the_action_has_it(priced: Site) -> None:
    deal = priced.post("/api/records/deal", {"name": "A"}).json()["id"]
    own = priced.post("/api/records/deal", {"name": "B"}, "mark").json()["id"]
    problem(priced.post(RUN.format(id=own), {"amount": 1}, "mark"), 403, "KBK4002")
    problem(priced.post(RUN.format(id=deal), {"amount": 1}, "mark"), 404, "KBK2006")
    problem(priced.post(RUN.format(id=deal), {"amount": 1}, None), 401, "KBK4001")
    problem(priced.post("/api/records/deal/1/run/nothing", {}), 404, "KBK2006")
    problem(priced.post("/api/records/deal/run/reprice", {}), 404, "KBK2006")
    assert [a["name"] for a in priced.get("/api/model", "mark").json()["actions"]] == []
    known = priced.get("/api/openapi.json", "mark").json()["paths"]
    assert not any("/run/" in path for path in known)


def test_above_a_list_and_once_for_a_key(priced: Site) -> None:
    for name in "AB":
        priced.post("/api/records/deal", {"name": name})
    way, key = "/api/records/deal/run/first_deal", {"idempotency-key": "k1"}
    first, again = priced.post(way, {}, headers=key), priced.post(way, {}, headers=key)
    assert first.json() == again.json() and first.json()["record"] is None
    assert first.json()["made"][0]["how"] == "taken"
    assert priced.post(way, {}).json()["go"]["id"] != first.json()["go"]["id"]
    problem(priced.post(way, {}), 409, "KBK3016")


def test_the_description_has_each_action_with_what_it_asks(priced: Site) -> None:
    paths: dict[str, Any] = priced.get("/api/openapi.json").json()["paths"]
    told = paths["/api/records/deal/{id}/run/reprice"]["post"]
    body = told["requestBody"]["content"]["application/json"]["schema"]
    assert sorted(body["properties"]) == ["amount", "buyer"] and body["required"] == ["amount"]
    assert told["summary"] == "Reprice" and "/api/records/deal/run/first_deal" in paths
    assert "/api/records/{entity}/{id}/run/{action}" not in paths
