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
    identifiers = [operation["operationId"] for methods in found["paths"].values() for operation in methods.values()]
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
