"""Doors to the past: versions, the record as it was, the feed of what happened, personal data."""

from __future__ import annotations

from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.visit import Visit
from tests.doors.yard import MAIN


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
    for name in MAIN[:4]:
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
