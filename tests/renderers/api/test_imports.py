"""Imports and jobs over HTTP."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from core.web.background import make_worker
from core.web.operations import MAX_JSON
from tests.renderers.api.test_records import problem
from tests.sites import Site

FILE = "name,inn\nА,7707083893\n,7707083894\n"


def send(site: Site, options: Any, file: str = FILE, who: str = "admin") -> Any:
    form = {"file": ("companies.csv", file.encode(), "text/csv"), "options": (None, json.dumps(options))}
    return site.call("POST", "/api/imports", who, files=form)


def test_a_file_becomes_a_job_that_writes_records(site: Site) -> None:
    started = send(site, {"entity": "company"})
    assert started.status_code == 202, started.text
    path = started.headers["location"]
    assert site.get(path).json()["state"] == "queued"
    problem(site.get(path, "mark"), 404, "KBK5003")
    assert make_worker(site.workspace).run_one()
    job = site.get(path).json()
    assert (job["state"], job["done"], job["total"]) == ("done", 2, 2)
    assert (job["result"]["created"], job["result"]["refused"]) == (1, 1)
    told = {
        language: site.get(path, headers={"accept-language": language}).json()["result"]["errors"][0][
            "message"
        ]
        for language in ("en", "ru")
    }
    assert ("must be filled in" in told["en"], "Заполните" in told["ru"]) == (True, True), (
        "in the language of who looks"
    )
    assert "7707083894" in site.get(f"{path}/errors").text
    assert site.get("/api/records/company?count=exact").json()["count"] == 1


def test_a_waiting_job_is_cancelled_and_gone_on_with(site: Site) -> None:
    path = send(site, {"entity": "company"}).headers["location"]
    job = path.rpartition("/")[2]
    problem(site.post(f"/api/imports/{job}/go-on", {}, "admin"), 404, "KBK5003")
    assert site.call("DELETE", path).json()["state"] == "cancelled"
    assert not make_worker(site.workspace).run_one()
    problem(site.get(f"{path}/errors"), 404, "KBK2006")
    problem(site.post(f"/api/imports/{job}/go-on", {}, "mark"), 404, "KBK5003")
    assert site.post(f"/api/imports/{job}/go-on", {}, "admin").json()["state"] == "queued"
    assert make_worker(site.workspace).run_one()
    assert site.get(path).json()["result"]["created"] == 1
    for wrong in ("/api/jobs/0", "/api/jobs/x", "/api/jobs/99999999999999999999", "/api/jobs/12345"):
        problem(site.get(wrong), 404, "KBK5003")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"entity": 1},
        {"entity": "company", "mode": "x"},
        {"entity": "company", "mapping": []},
        {"entity": "company", "encoding": "klingon"},
        {"entity": "company", "nope": 1},
        {"entity": "company", "dry_run": "yes"},
    ],
)
def test_options_that_are_not_understood_are_refused(site: Site, options: Any) -> None:
    problem(send(site, options), 400, "KBK2000")


def test_a_body_that_is_no_form_with_a_file_is_refused(site: Site) -> None:
    problem(site.post("/api/imports", {}), 400, "KBK2000")
    headers = {"content-type": "multipart/form-data; boundary=x"}
    problem(site.call("POST", "/api/imports", content=b"nonsense", headers=headers), 400, "KBK2000")
    problem(send(site, {"entity": "nope"}), 404, "KBK2006")
    problem(send(site, {"entity": "company"}, who="mark"), 403, "KBK4002")


def test_the_same_file_sent_twice_is_two_imports_and_no_copy_stays(site: Site) -> None:
    first = send(site, {"entity": "company", "dry_run": True}).headers["location"]
    second = send(site, {"entity": "company"}).headers["location"]
    worker = make_worker(site.workspace)
    assert worker.run_one() and worker.run_one()
    states = [site.get(path).json() for path in (first, second)]
    assert [(state["state"], state["result"]["created"]) for state in states] == [("done", 1), ("done", 1)]
    assert site.get("/api/records/company?count=exact").json()["count"] == 1
    left = [path.name for path in (site.workspace.settings.home / "imports").iterdir()]
    assert sorted(left) == [f"errors-{state['id']}.csv" for state in states]


def test_a_failed_import_leaves_no_copy_and_old_files_are_forgotten(site: Site) -> None:
    folder = site.workspace.settings.home / "imports"
    folder.mkdir()
    (folder / "errors-1.csv").write_text("long ago")
    os.utime(folder / "errors-1.csv", (0, 0))
    path = send(site, {"entity": "company"}).headers["location"]
    [nobody] = [u for u in site.get("/api/records/user").json()["items"] if u["login"] == "admin"]
    site.post(
        "/api/records/user",
        {"login": "other", "name": "Other", "roles": [{"role": {"by": {"name": "administrator"}}}]},
    )
    assert site.patch(f"/api/records/user/{nobody['id']}", {"active": False}).status_code == 200
    assert make_worker(site.workspace).run_one()
    assert path and list(folder.iterdir()) == []


@pytest.mark.parametrize("delimiter", ["ab", "\n", '"', "\r\n"])
def test_a_delimiter_that_is_none_is_refused(site: Site, delimiter: str) -> None:
    found = problem(send(site, {"entity": "company", "delimiter": delimiter}), 400, "KBK2000")
    assert found["errors"][0]["pointer"] == "/options/delimiter"


def test_only_who_is_known_sends_a_large_body(site: Site) -> None:
    large = b"x" * (MAX_JSON + 1)
    problem(site.call("POST", "/api/imports", None, content=large), 401, "KBK4001")
    problem(site.call("POST", "/api/records/company/batch", None, content=iter([large])), 401, "KBK4001")
    problem(site.call("POST", "/api/imports", None, content=b"x"), 401, "KBK4001")
    absurd = {"content-length": "1" * 5000}
    problem(site.call("POST", "/api/records/company", content=b"{}", headers=absurd), 413, "KBK2005")
    problem(site.call("POST", "/api/imports", content=large), 400, "KBK2000")
