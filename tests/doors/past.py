"""Doors to the past: versions, the record as it was, the feed of what happened, personal data."""

from __future__ import annotations

from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Visit


@claims("GET /api/feed")
def feed(visit: Visit) -> None:
    """The feed tells changes of rows in sight, with the fields that may be read now."""
    after, told = "", []
    for _ in range(30):
        answer = visit.api("GET", f"/api/feed?limit=50{after}")
        told += answer.json["items"]
        if answer.json["next"] is None:
            break
        after = f"&cursor={answer.json['next']}"
    for item in told:
        entity = visit.entity(item["entity"])
        row = next(r for r in visit.rights.world.rows[entity.uid] if r["id"] == item["id"])
        assert visit.rights.sees(entity, row), item
        may = {f.name for f in entity.fields if visit.rights.reads(entity, row, f)}
        assert set(item["changes"]) <= may, item
    seen = {(i["entity"], i["id"]) for i in told}
    for name in ("work", "org", "task"):
        assert all((name, r["id"]) in seen for r in visit.seen(name)), name
    for name in ("vault", "org", "work"):
        if not visit.rights.exists(visit.entity(name)):
            alike(visit, "GET", "/api/feed?entity={}", name, "nobody")


@claims("POST /api/records/{entity}/{id}/revert")
def back(visit: Visit) -> None:
    """A trial of going back shows readable fields only; a hidden record has no past."""
    for name in ("work", "org", "task"):
        entity = visit.entity(name)
        for row in visit.some(visit.rights.world.rows[entity.uid], 4):
            path = f"/api/records/{name}"
            if visit.rights.sees(entity, row):
                visit.api("POST", f"{path}/{row['id']}/revert", {"version": 1, "dry_run": True})
                answer = visit.api("GET", f"{path}/{row['id']}?as_of=v1")
                if answer.status == 200:
                    may = {f.name for f in entity.fields if visit.rights.reads(entity, row, f)}
                    assert set(answer.json) - {"_hidden", "_unknown", "as_of"} <= may, (
                        answer.asked,
                        set(answer.json) - may,
                    )
                visit.api("GET", f"{path}/{row['id']}/history?rows=true&limit=200")
            else:
                alike(
                    visit, "POST", f"{path}/{{}}/revert", row["id"], UNKNOWN, {"version": 1, "dry_run": True}
                )
                alike(visit, "GET", f"{path}/{{}}?as_of=v1", row["id"], UNKNOWN)
                alike(visit, "GET", f"{path}/{{}}/history?rows=true", row["id"], UNKNOWN)


@claims(
    "GET /feed", "GET /e/{entity}/{identity}/history", "GET /e/{entity}/{identity}/at", "GET /e/{entity}/{identity}/revert",
    "POST /e/{entity}/{identity}/revert",
)  # fmt: skip
def pages(visit: Visit) -> None:
    """The same as pages: a hidden record has no past, a seen one has the past of what may be read."""
    visit.page("/feed")
    for name in ("work", "task"):
        entity = visit.entity(name)
        for row in visit.some(visit.rights.world.rows[entity.uid], 3):
            here = f"/e/{name}/{row['id']}"
            if visit.rights.sees(entity, row):
                for tail in ("/history", "/at?version=1", "/revert?version=1"):
                    visit.page(here + tail)
                continue
            for tail in ("/history", "/at?version=1", "/revert?version=1"):
                no_page(visit, f"/e/{name}/{{}}{tail}", row["id"], UNKNOWN)
            told, nothing = (
                visit.form(f"/e/{name}/{i}/revert", [("version", "1")]) for i in (row["id"], UNKNOWN)
            )
            assert bare(told, row["id"], UNKNOWN) == bare(nothing, row["id"], UNKNOWN), told.asked


@claims(
    "GET /api/personal/sightings", "GET /api/personal/{entity}/{id}/extract", "GET /personal", "GET /personal/job/{identity}",
    "GET /personal/{entity}/{identity}", "GET /personal/{entity}/{identity}/erase", "POST /personal/{entity}/{identity}/erase",
)  # fmt: skip
def personal(visit: Visit) -> None:
    """What is kept of a person is for who may manage people, and of records that they see."""
    visit.site.workspace.sightings.flush()
    for path in ("/personal", "/personal/job/1", "/api/personal/sightings"):
        visit.page(path)
    visit.api("GET", "/api/personal/sightings")
    for name in ("org", "user"):
        entity = visit.entity(name)
        for row in visit.rows(name):
            if visit.rights.sees(entity, row):
                visit.api("GET", f"/api/personal/{name}/{row['id']}/extract")
                visit.page(f"/personal/{name}/{row['id']}")
            elif row["id"] != visit.rights.person.me:
                alike(visit, "GET", f"/api/personal/{name}/{{}}/extract", row["id"], UNKNOWN)
                no_page(visit, f"/personal/{name}/{{}}", row["id"], UNKNOWN)
                no_page(visit, f"/personal/{name}/{{}}/erase", row["id"], UNKNOWN)
