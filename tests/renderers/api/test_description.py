"""The API describes itself as each caller may use it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.sites import Site


def document(site: Site, who: str) -> dict[str, Any]:
    answer = site.get("/api/openapi.json", who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        here = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return here.union(*map(references, node.values()), set())
    if isinstance(node, list):
        return set().union(*map(references, node), set())
    return set()


@pytest.mark.parametrize("who", ["admin", "helen", "mark"])
def test_the_document_is_whole(site: Site, who: str) -> None:
    found = document(site, who)
    assert found["openapi"] == "3.1.0"
    for schema in found["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in references(found):
        assert reference.rpartition("/")[2] in found["components"]["schemas"]
    identifiers = [
        operation["operationId"] for methods in found["paths"].values() for operation in methods.values()
    ]
    assert len(set(identifiers)) == len(identifiers)
    for path, methods in found["paths"].items():
        for operation in methods.values():
            named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_it_shows_what_the_caller_may_do(site: Site) -> None:
    admin, mark = document(site, "admin"), document(site, "mark")
    assert {"get", "post"} <= set(admin["paths"]["/api/records/product"])
    assert "post" not in mark["paths"]["/api/records/product"]
    assert "delete" not in mark["paths"]["/api/records/deal/{id}"]
    assert "/api/records/department" not in mark["paths"]
    assert "margin" in mark["components"]["schemas"]["deal"]["properties"]
    assert "margin" not in mark["components"]["schemas"]["deal.create"]["properties"]
    assert "probability" not in mark["components"]["schemas"]["deal.create"]["properties"]
    assert "email" not in json.dumps(mark["components"]["schemas"]["user"])


def test_what_is_answered_is_as_described(site: Site) -> None:
    site.post("/api/records/company", {"name": "A"})
    company = site.get("/api/records/company").json()["items"][0]["id"]
    site.post("/api/records/deal", {"name": "B", "company": company, "amount": 10})
    found = document(site, "admin")
    for entity in ("deal", "company", "user"):
        schema = {"$ref": f"#/components/schemas/{entity}", "components": found["components"]}
        for item in site.get(f"/api/records/{entity}").json()["items"]:
            jsonschema.Draft202012Validator(schema).validate(item)


def test_the_page_shows_it_under_the_strict_policy(site: Site) -> None:
    page = site.get("/api/docs", "mark")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "/api/records/deal/{id}" in page.text and "/api/records/department" not in page.text
    assert "<script" not in page.text and "style=" not in page.text
    assert site.get("/api/docs", None).status_code == 401


def test_the_model_is_whole_for_who_configures_and_safe_for_others(site: Site) -> None:
    whole = site.get("/api/model").json()
    assert whole["version"] == 1 and {"solutions", "entities", "roles", "views"} <= set(whole)
    assert site.get("/api/model").headers["etag"] == '"1"'
    seen = site.get("/api/model", "mark").json()
    names = {entity["name"]: entity for entity in seen["entities"]}
    assert "department" not in names and "deal" in names
    assert "amount * probability" not in json.dumps(seen) and "owner = me" not in json.dumps(seen)
    assert [role["name"] for role in seen["roles"]] == ["manager"]
    assert {field["name"] for field in names["user"]["fields"]} == {"login", "name"}


def test_a_change_is_planned_applied_listed_and_taken_back(site: Site) -> None:
    model = site.get("/api/model").json()
    site.post("/api/records/company", {"name": "A", "city": "Тверь"})
    wanted = next(entity for entity in model["entities"] if entity["name"] == "company")
    wanted["fields"] = [f for f in wanted["fields"] if f["name"] != "city"] + [
        {"name": "site", "type": "text"}
    ]
    plan = site.post("/api/model/plan", {"entities": model["entities"]})
    assert plan.status_code == 200, plan.text
    found = plan.json()
    losses = [change["loss"] for change in found["changes"] if change["loss"]]
    assert [loss["values"] for loss in losses] == [1]
    assert any(change["breaks"] for change in found["changes"])
    refused = site.post("/api/model/apply", {"plan": found["plan"]})
    assert refused.status_code == 422 and refused.json()["code"] == "KBK1101"
    assert losses[0]["id"] in refused.text
    done = site.post("/api/model/apply", {"plan": found["plan"], "accept": [losses[0]["id"]]})
    assert done.status_code == 200 and done.json()["version"] == 2, done.text
    assert "city" not in site.get("/api/records/company").text
    versions = site.get("/api/model/versions").json()["items"]
    assert [row["version"] for row in versions][:1] == [2] and versions[0]["by"]["title"] == "Admin"
    back = site.call("POST", "/api/model/versions/1/restore").json()
    assert site.post("/api/model/apply", {"plan": back["plan"], "accept_loss": True}).status_code == 200
    assert site.get("/api/records/company").json()["items"][0]["city"] == "Тверь"
    stale = site.post("/api/model/plan", {"entities": model["entities"]}).json()["plan"]
    other = site.post(
        "/api/model/plan", {"changes": [{"op": "drop", "kind": "field", "target": "company.notes"}]}
    )
    assert other.status_code == 200, other.text
    assert (
        site.post("/api/model/apply", {"plan": other.json()["plan"], "accept_loss": True}).status_code == 200
    )
    late = site.post("/api/model/apply", {"plan": stale, "accept_loss": True})
    assert (late.status_code, late.json()["code"]) == (409, "KBK1102")


def test_only_who_configures_everything_changes_the_configuration(site: Site) -> None:
    for answer in (
        site.post("/api/model/plan", {"entities": []}, "helen"),
        site.post("/api/model/apply", {"plan": "x"}, "helen"),
        site.get("/api/model/versions", "helen"),
        site.call("POST", "/api/model/versions/1/restore", "helen"),
        site.get("/api/model/uses/entity/deal", "helen"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "KBK4002")
    uses = site.get("/api/model/uses/field/deal.amount").json()["items"]
    assert any(use["target"].startswith("view") or "open_deals" in use["target"] for use in uses), uses
    assert site.get("/api/model/uses/field/deal.nope").status_code == 404
    assert site.post("/api/model/plan", {"map": 1}).status_code == 400
    assert site.post("/api/model/apply", {"plan": 1}).status_code == 400
    for plan in ("0" * 16, "\0", "", "x" * 5000):
        assert site.post("/api/model/apply", {"plan": plan}).status_code == 404
    wrong = site.post("/api/model/plan", {"views": [{"name": "x", "entity": "nope", "columns": ["name"]}]})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"].startswith("/views/0")
