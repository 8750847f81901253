"""Doors of the API that write: what is sent there is always refused, and the refusal gives nothing away."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from core.errors import KubikError
from core.jobs.running import Run, failing, take
from core.records.importing.job import import_job
from core.storage.workspace import Workspace
from metamodel.messages import message
from tests.doors.api_reading import UNKNOWN, alike, neutral
from tests.doors.doors import claims
from tests.doors.visit import Answered, Visit
from tests.doors.yard import MAIN

NEVER = {"no_such_field": 1}


def unchanged(answer: Answered) -> None:
    """The write was refused."""
    assert answer.status >= 400, (answer.asked, answer.text[:300])


def linked(name: str) -> dict[str, str]:
    """By name of a link field of an entity, where it leads."""
    return {
        "work": {"org": "org", "owner": "user", "parts": "part"},
        "part": {"work": "work", "maker": "org"},
        "org": {"boss": "user"},
        "task": {"work": "work", "owner": "user"},
        "remark": {"about": "work"},
    }.get(name, {})


def chosen(name: str, field: str, id: int) -> Any:
    """A link's value on the wire."""
    if field == "about":
        return {"entity": "work", "id": id}
    return [{"id": id, "label": "x"}] if field == "parts" else id


@claims("POST /api/records/{entity}", "PATCH /api/records/{entity}/{id}")
def writes(visit: Visit) -> None:
    """A link to what is hidden is refused as one to what is not there; a hidden record is not there to be changed."""
    for name in ("work", "part", "org", "task", "remark"):
        unchanged(visit.api("POST", f"/api/records/{name}", {**NEVER, "name": "x"}))
        for field, target in linked(name).items():
            hidden = [r for r in visit.rows(target) if not visit.rights.sees(visit.entity(target), r)]
            for row in hidden[:1]:
                for path in (
                    f"/api/records/{name}",
                    *(f"/api/records/{name}/{r['id']}" for r in visit.seen(name)[:1]),
                ):
                    method = "POST" if path.endswith(name) else "PATCH"
                    one, other = (
                        visit.api(method, path, {field: chosen(name, field, id), "no_such_field": 1})
                        for id in (row["id"], UNKNOWN)
                    )
                    assert neutral(one, row["id"], UNKNOWN) == neutral(other, row["id"], UNKNOWN), (
                        one.asked,
                        one.text,
                        other.text,
                    )
        for row in visit.some(visit.rows(name), 3):
            if not visit.rights.sees(visit.entity(name), row):
                text = next(f.name for f in visit.entity(name).fields if f.type.name == "text" and f.writable)
                alike(visit, "PATCH", f"/api/records/{name}/{{}}", row["id"], UNKNOWN, {text: "x"})
                alike(visit, "DELETE", f"/api/records/{name}/{{}}", row["id"], UNKNOWN)
                alike(visit, "PATCH", f"/api/records/{name}/{{}}", row["id"], UNKNOWN, NEVER)
        stale(visit, name)


def stale(visit: Visit, name: str) -> None:
    """A stale write says what stands there now, as far as the writer may read it."""
    for row in visit.seen(name)[:2]:
        text = next((f.name for f in visit.entity(name).fields if f.type.name == "text" and f.writable), None)
        sent = {text: "x"} if text else {}
        unchanged(visit.api("PATCH", f"/api/records/{name}/{row['id']}", sent, headers={"if-match": '"0"'}))


@claims(
    "DELETE /api/records/{entity}/{id}",
    "POST /api/records/{entity}/{id}/restore",
    "POST /api/records/{entity}/{id}/move",
    "POST /api/records/{entity}/{id}/run/{action}",
    "POST /api/records/{entity}/run/{action}",
    "POST /api/records/{entity}/{id}/reveal/{field}",
    "POST /api/records/{entity}/{id}/comments",
    "POST /api/records/{entity}/{id}/files",
    "PATCH /api/records/{entity}/{id}/comments/{comment}",
    "DELETE /api/records/{entity}/{id}/comments/{comment}",
    "DELETE /api/records/{entity}/{id}/files/{attachment}",
)
def deeds(visit: Visit) -> None:
    """Nothing can be done to what is hidden, and it is told in the words for what is not there."""
    asks: tuple[tuple[str, str, Any], ...] = (
        ("DELETE", "", None), ("POST", "/restore", {}), ("POST", "/move", {"to": "done"}), ("POST", "/move", {"to": "nowhere"}),
        ("POST", "/run/hand", {}), ("POST", "/reveal/safe", {}), ("POST", "/comments", {"text": "x"}),
        ("POST", "/files", {"id": 1}), ("PATCH", "/comments/58000001", {"text": "x"}),
        ("DELETE", "/comments/58000001", None), ("DELETE", "/files/58000001", None),
    )  # fmt: skip
    entity = visit.entity("work")
    for row in visit.some(visit.rights.world.rows[entity.uid], 4):
        if visit.rights.sees(entity, row):
            unchanged(visit.api("POST", f"/api/records/work/{row['id']}/move", {"to": "nowhere"}))
            unchanged(visit.api("POST", f"/api/records/work/{row['id']}/reveal/nothing", {}))
            unchanged(visit.api("POST", f"/api/records/work/{row['id']}/run/hand", {"org": UNKNOWN}))
            continue
        for method, tail, body in asks:
            alike(visit, method, f"/api/records/work/{{}}{tail}", row["id"], UNKNOWN, body)
    hidden = [r for r in visit.rows("org") if not visit.rights.sees(visit.entity("org"), r)]
    for id in [org["id"] for org in hidden[:2]]:
        sent = [visit.api("POST", "/api/records/work/run/sweep", {"org": each}) for each in (id, UNKNOWN)]
        assert neutral(sent[0], id, UNKNOWN) == neutral(sent[1], id, UNKNOWN), sent[0].text
        unchanged(sent[0])


@claims("POST /api/records/{entity}/batch", "PUT /api/records/{entity}/by/{field}/{value}")
def many(visit: Visit) -> None:
    """Hidden records in a batch, or found by a key, are no records."""
    for name in MAIN:
        entity = visit.entity(name)
        for row in [r for r in visit.rows(name) if not visit.rights.sees(entity, r)][:1]:
            for kind in ("update", "delete"):
                one, other = (
                    visit.api(
                        "POST",
                        f"/api/records/{name}/batch",
                        {kind: [id if kind == "delete" else {"id": id, "no_such_field": 1}]},
                    )
                    for id in (row["id"], UNKNOWN)
                )
                assert neutral(one, row["id"], UNKNOWN) == neutral(other, row["id"], UNKNOWN), (
                    one.asked,
                    one.text,
                    other.text,
                )
                unchanged(one)
    org = visit.entity("org")
    for row in visit.rows("org"):
        sent = visit.api("PUT", f"/api/records/org/by/code/{row[org.by_name['code'].uid]}", NEVER)
        unchanged(sent)


def run_import(workspace: Workspace, job: int) -> None:
    """Run that very job: those that other probes have asked for would change records."""
    run = Run(workspace, workspace.write(lambda tx: take(tx, job, "probe")), "probe")
    with suppress(KubikError), failing(run, message("stopped")):
        run.finish("done", result=import_job(run).result)


@claims(
    "POST /api/files",
    "POST /api/imports",
    "GET /api/jobs/{id}",
    "DELETE /api/jobs/{id}",
    "GET /api/jobs/{id}/errors",
    "GET /api/imports/{id}/revert",
    "POST /api/imports/{id}/revert",
    "POST /api/imports/{id}/go-on",
)
def files_and_jobs(visit: Visit) -> None:
    """A trial import tells nothing of hidden keys; another's job is not there."""
    org = visit.entity("org")
    codes = [str(row[org.by_name["code"].uid]) for row in visit.rows("org")]
    ids = [str(row["id"]) for row in visit.rows("work") if not visit.rights.sees(visit.entity("work"), row)]
    tables = {
        "org": ("code,name\n" + "".join(f"{c},x\n" for c in codes), {"mode": "update", "key": "code"}),
        "work": ("name,org\n" + "".join(f"x,{i}\n" for i in ids), {"mode": "create"}),
    }
    for name, (table, more) in tables.items():
        options = json.dumps({"entity": name, "dry_run": True, **more})
        form = {"file": ("x.csv", table.encode(), "text/csv"), "options": (None, options)}
        visit.asking = table
        started = visit.api("POST", "/api/imports", None, files=form)
        if started.status != 202:
            visit.asking = ""
            continue
        path = started.headers["location"]
        run_import(visit.site.workspace, int(path.rpartition("/")[2]))
        assert visit.api("GET", path).json["state"] in ("done", "failed")
        visit.api("GET", f"{path}/errors")
        for method, tail in (("GET", ""), ("DELETE", ""), ("GET", "/errors")):
            other = visit.site.call(method, f"{path}{tail}", "clara" if visit.who != "clara" else "anna")
            assert other.status_code == 404, (method, tail)
        mine = path.replace("/jobs/", "/imports/") + "/revert"
        for method in ("GET", "POST"):
            other = visit.site.call(method, mine, "clara" if visit.who != "clara" else "anna")
            assert other.status_code == 404, method
            unchanged(visit.api(method, mine))
        visit.asking = ""
    alike(visit, "GET", "/api/jobs/{}", 999_998, 999_999)
    alike(visit, "POST", "/api/imports/{}/revert", 999_998, 999_999)
    alike(visit, "POST", "/api/imports/{}/go-on", 999_998, 999_999)
    unchanged(visit.api("POST", "/api/files", {}))
