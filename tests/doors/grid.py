"""Cells of lists and what is done with many records: nothing but rows and cells in sight, and jobs of one's own."""

from __future__ import annotations

import json

from tests.doors.api_reading import UNKNOWN
from tests.doors.doors import claims
from tests.doors.others import job_of_another
from tests.doors.pages_reading import no_page
from tests.doors.visit import Visit

EVERYTHING = "name,amount,stage,org,kind,owner"


@claims("POST /e/{entity}/cells", "GET /e/{entity}/cells/{name}")
def cells(visit: Visit) -> None:
    """Rows and texts of cells are those that may be read; a column that may not be has no widget."""
    work = visit.entity("work")
    ids = ",".join(str(row["id"]) for row in visit.rows("work"))
    if not visit.rights.exists(work):
        one, other = (
            visit.form(f"/e/{name}/cells", [("ids", ids), ("fields", EVERYTHING)])
            for name in ("work", "nobody")
        )
        assert one.status == other.status and one.status in (403, 404)
        no_page(visit, "/e/{}/cells/name", "work", "nobody")
        return
    answer = visit.form("/e/work/cells", [("ids", ids), ("fields", EVERYTHING)])
    told = json.loads(answer.text)
    seen = {str(row["id"]): row for row in visit.seen("work")}
    assert set(told["rows"]) <= set(seen)
    for id, row in told["rows"].items():
        for name in row["values"]:
            field = work.by_name[name]
            assert visit.rights.reads(work, seen[id], field), (id, name)
    for name in EVERYTHING.split(","):
        if not visit.rights.has(work, work.by_name[name]):
            assert name not in told["columns"]
            assert visit.page(f"/e/work/cells/{name}").status in (403, 404)


@claims("POST /e/{entity}/cells/save", "POST /e/{entity}/cells/undo")
def saves(visit: Visit) -> None:
    """A row out of sight is saved as one that is not there, and nothing of it is told."""
    work = visit.entity("work")
    hidden = [row for row in visit.rows("work") if not visit.rights.sees(work, row)]
    for row in hidden[:3]:
        told = []
        for id in (row["id"], UNKNOWN):
            rows = [{"id": id, "version": 1, "values": {"name": "x"}, "was": {}}]
            saved = visit.form("/e/work/cells/save", [("rows", json.dumps(rows)), ("fields", EVERYTHING)])
            steps = [{"id": id, "before": 1, "after": 2, "names": ["name"]}]
            back = visit.form("/e/work/cells/undo", [("steps", json.dumps(steps)), ("fields", EVERYTHING)])
            told.append([(each.status, each.text.replace(str(id), "#")) for each in (saved, back)])
        assert told[0] == told[1]


@claims("GET /e/{entity}/bulk", "POST /e/{entity}/bulk", "POST /e/{entity}/chosen")
def bulk(visit: Visit) -> None:
    """Of many records only those in sight are counted and changed; examples are titles that may be read."""
    work = visit.entity("work")
    named = ",".join(str(row["id"]) for row in visit.rows("work"))
    for path, pairs in (
        ("chosen", [("ids", named)]),
        ("bulk", [("ids", named), ("do", "delete"), ("_step", "preview")]),
    ):
        if not visit.rights.exists(work):
            one, other = (visit.form(f"/e/{name}/{path}", pairs) for name in ("work", "nobody"))
            assert one.status == other.status and one.status in (403, 404)
        else:
            answer = visit.form(f"/e/work/{path}", pairs, fragment=True)
            assert answer.status in (200, 403), (path, answer.status)
            if path == "chosen":
                assert json.loads(answer.text)["count"] == len(visit.seen("work"))
    if not visit.rights.exists(work):
        no_page(visit, f"/e/{{}}/bulk?do=delete&id={UNKNOWN}", "work", "nobody")


@claims(
    "GET /e/{entity}/bulk/{job}", "POST /e/{entity}/bulk/{job}/cancel", "POST /e/{entity}/bulk/{job}/undo"
)
def jobs(visit: Visit) -> None:
    """A job of another is one that is not there."""
    foreign = job_of_another(visit, "bulk")
    for job in (1, 2, foreign, UNKNOWN):
        assert visit.page(f"/e/work/bulk/{job}").status in (403, 404)
        assert visit.form(f"/e/work/bulk/{job}/cancel", []).status in (403, 404)
        assert visit.form(f"/e/work/bulk/{job}/undo", []).status in (403, 404)
