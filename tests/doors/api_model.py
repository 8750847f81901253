"""Doors of the API about the configuration and the installation: they name nothing that is not there for the reader."""

from __future__ import annotations

import re

from tests.doors.api_reading import alike
from tests.doors.doors import claims
from tests.doors.visit import Visit


@claims("GET /api/model", "GET /api/openapi.json", "GET /api/docs")
def descriptions(visit: Visit) -> None:
    """Entities and fields that are not there for the reader stand in no description; who creates knows what to fill in."""
    rights = visit.rights
    for path in ("/api/model", "/api/openapi.json", "/api/docs"):
        answer = visit.api("GET", path)
        assert answer.status == 200
        for name in ("vault", *(n for n in rights.model.entities)):
            if not rights.exists(visit.entity(name)) and path == "/api/openapi.json":
                calls = set(answer.json["paths"].get(f"/api/records/{name}", ()))
                assert calls <= ({"post"} if rights.grants(visit.entity(name), "create") else set()), name
    model = visit.api("GET", "/api/model").json
    told = {e["name"]: e for e in model["entities"]}
    if not rights.person.everything:
        parts = {
            kind: model[kind]
            for kind in model.keys() - {"version", "solutions", "entities", "roles", "menus"}
        }
        assert {each["entity"] for made in parts.values() for each in made} <= told.keys()
        for view in model["views"]:
            known = visit.entity(view["entity"]).by_name
            assert all(
                rights.has(visit.entity(view["entity"]), known[c.split(".")[0]]) for c in view["columns"]
            )
        owners = {
            each["solution"] for kind in model.keys() - {"version", "solutions"} for each in model[kind]
        }
        assert {each["name"] for each in model["solutions"]} == owners
    for name, written in told.items():
        entity = visit.entity(name)
        creating = rights.grants(entity, "create")
        writing = (*creating, *rights.grants(entity, "update"))
        assert rights.exists(entity) or creating, name
        if entity.follows is None:
            filled = {f.name for f in entity.fields for g in writing if g.fields is None or f.uid in g.fields}
            may = {f.name for f in entity.fields if rights.has(entity, f)} | filled
            assert {f["name"] for f in written["fields"]} <= may, name


@claims(
    "POST /api/model/plan",
    "POST /api/model/apply",
    "GET /api/model/versions",
    "POST /api/model/versions/{n}/restore",
    "GET /api/model/uses/{kind}/{name}",
    "POST /api/templates",
    "GET /api/templates/{sha256}",
)
def configuring(visit: Visit) -> None:
    """Who may not configure is told the same of any configuration."""
    if visit.rights.person.everything:
        return
    for method, path, body in (
        ("POST", "/api/model/plan", {"roles": []}), ("POST", "/api/model/plan", {"changes": []}),
        ("POST", "/api/model/apply", {"plan": "x"}), ("GET", "/api/model/versions", None),
        ("POST", "/api/model/versions/1/restore", {}), ("GET", "/api/model/uses/entity/work", None),
        ("POST", "/api/templates", {}), ("GET", f"/api/templates/{'a' * 64}", None),
    ):  # fmt: skip
        assert visit.api(method, path, body).status in (403, 404), path
    alike(visit, "GET", "/api/model/uses/entity/{}", "vault", "nobody")


@claims("GET /health/live", "GET /health/ready", "GET /metrics")
def operating(visit: Visit) -> None:
    """What operators look at holds no data."""
    for path in ("/health/live", "/health/ready", "/metrics"):
        answer = visit.api("GET", path)
        assert answer.status in (200, 401, 403)
        assert not re.search(r"anna|boris", answer.text)


@claims("GET /files/{id}/{name}", "GET /files/{id}/thumb/{size}", "GET /assets/{name}")
def filed(visit: Visit) -> None:
    """A file is for whoever may read a cell that holds it."""
    entity = visit.entity("file")
    for row in visit.rights.world.rows[entity.uid]:
        name = row[entity.by_name["name"].uid]
        if visit.holds_file(row["id"]):
            assert visit.api("GET", f"/files/{row['id']}/{name}").status == 200
        else:
            alike(visit, "GET", f"/files/{{}}/{name}", row["id"], 58_999_999)
            alike(visit, "GET", "/files/{}/thumb/200", row["id"], 58_999_999)
    assert visit.api("GET", "/assets/nothing.js").status == 404
