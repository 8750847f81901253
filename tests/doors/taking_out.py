"""Doors that let many records out, or make several one: exports, their files, merges, possible doubles."""

from __future__ import annotations

from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.others import job_of_another
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Visit
from tests.doors.yard import MAIN


@claims("GET /api/export/{entity}")
def exports(visit: Visit) -> None:
    """Rows are some of those in sight, in every format; what is hidden is not there, or may not be exported."""
    for name in MAIN:
        entity = visit.entity(name)
        if not visit.rights.exists(entity):
            alike(visit, "GET", "/api/export/{}", name, "nobody")
            continue
        answer = visit.api("GET", f"/api/export/{name}?format=json")
        assert answer.status in (200, 403), answer.asked
        if answer.status == 200:
            assert {item["id"] for item in answer.json} <= {row["id"] for row in visit.seen(name)}, (
                answer.asked
            )
            for more in (
                "format=csv",
                "format=csv&labels=true&language=ru",
                "format=json&search=q",
                "deleted=only",
            ):
                assert visit.api("GET", f"/api/export/{name}?{more}").status == 200
        for field in entity.fields:
            visit.api(
                "GET",
                f"/api/export/{name}?fields={field.name}&filter={field.name}+IS+NOT+NULL&sort=-{field.name}",
            )


@claims("GET /e/{entity}/export", "POST /e/{entity}/export", "GET /exports", "POST /exports/{job}/cancel")
def export_pages(visit: Visit) -> None:
    """The choice of what is exported tells how many records are in sight, and leads to the call that is asked anew."""
    for name in MAIN:
        if not visit.rights.exists(visit.entity(name)):
            no_page(visit, "/e/{}/export", name, "nobody")
            continue
        visit.page(f"/e/{name}/export?q=q")
        visit.form(f"/e/{name}/export", [("scope", "whole"), ("format", "csv")])
        visit.form(f"/e/{name}/export", [("scope", "chosen"), ("ids", str(UNKNOWN)), ("format", "json")])
    visit.page("/exports")
    visit.page("/exports", fragment=True)
    for job in (job_of_another(visit, "export"), UNKNOWN):
        assert visit.form(f"/exports/{job}/cancel", []).status == 404


@claims(
    "GET /api/jobs/{id}/file", "GET /merges/{job}", "POST /merges/{job}/undo", "POST /api/merges/{id}/revert"
)
def jobs(visit: Visit) -> None:
    """Files and merges of others are not there."""
    for job in (1, 2, job_of_another(visit, "export"), job_of_another(visit, "merge"), UNKNOWN):
        assert visit.api("GET", f"/api/jobs/{job}/file").status == 404
        assert visit.page(f"/merges/{job}").status == 404
        assert visit.form(f"/merges/{job}/undo", []).status == 404
        assert visit.api("POST", f"/api/merges/{job}/revert").status == 404


@claims("GET /e/{entity}/merge", "POST /e/{entity}/merge", "POST /api/records/{entity}/{id}/merge")
def merges(visit: Visit) -> None:
    """Records in sight stand side by side with the cells that may be read; one that is hidden is none."""
    for name in ("work", "org", "task"):
        entity = visit.entity(name)
        if not visit.rights.exists(entity):
            no_page(visit, f"/e/{{}}/merge?id=1&id={UNKNOWN}", name, "nobody")
            continue
        ids = [row["id"] for row in visit.some(visit.seen(name), 3)]
        visit.page(f"/e/{name}/merge?" + "&".join(f"id={each}" for each in ids))
        for row in visit.some(visit.rights.world.rows[entity.uid], 3):
            if visit.rights.sees(entity, row):
                continue
            for id in ids[:1]:
                one = visit.form(
                    f"/e/{name}/merge", [("id", str(id)), ("id", str(row["id"])), ("stays", str(id))]
                )
                other = visit.form(
                    f"/e/{name}/merge", [("id", str(id)), ("id", str(UNKNOWN)), ("stays", str(id))]
                )
                assert bare(one, row["id"], UNKNOWN) == bare(other, row["id"], UNKNOWN), one.asked
                called = f"/api/records/{name}/{id}/merge"
                one, other = (visit.api("POST", called, {"with": [gone]}) for gone in (row["id"], UNKNOWN))
                assert bare(one, row["id"], UNKNOWN) == bare(other, row["id"], UNKNOWN), one.asked


@claims("GET /e/{entity}/{identity}/alike")
def doubles(visit: Visit) -> None:
    """Possible doubles are told of a card in sight, and none of them is hidden."""
    for name in ("work", "org", "task"):
        entity = visit.entity(name)
        for row in visit.some(visit.rights.world.rows[entity.uid], 4):
            if visit.rights.sees(entity, row):
                visit.page(f"/e/{name}/{row['id']}/alike", fragment=True)
            else:
                no_page(visit, f"/e/{name}/{{}}/alike", row["id"], UNKNOWN)
