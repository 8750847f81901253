"""Calendars, trees and pivots: what stands in days, on levels and in cells are the rows in sight."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from metamodel.model import Field
from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Visit
from tests.oracle.evaluator import Row

ENTRY, ROW = re.compile(r'data-entry="(\d+)"'), re.compile(r'<tr role="row"[^>]* data-id="(\d+)"')


@claims("POST /e/{entity}/calendar/{record}")
def calendar(visit: Visit) -> None:
    """A day has the tasks in sight whose date is readable; a hidden one is moved by nobody."""
    task = visit.entity("task")
    if not visit.rights.exists(task):
        return
    held = task.by_name["held_on"]
    for row in visit.some(visit.rights.world.rows[task.uid], 4):
        day = row[held.uid]
        if isinstance(day, date):
            beside = f"{day - timedelta(days=1)},{day + timedelta(days=1)}"  # the days that its links lead to
            page = visit.page(f"/e/task?view=task_calendar&scale=day&on={day}&beside={beside}")
            if "data-calview" in page.text:
                shown = {
                    str(r["id"])
                    for r in visit.seen("task")
                    if r[held.uid] == day and visit.rights.reads(task, r, held)
                }
                assert set(ENTRY.findall(page.text)) == shown, page.asked
        if not visit.rights.sees(task, row):
            pairs = [("view", "task_calendar"), ("days", "1")]
            told, nothing = (visit.form(f"/e/task/calendar/{i}", pairs) for i in (row["id"], UNKNOWN))
            assert bare(told, row["id"], UNKNOWN) == bare(nothing, row["id"], UNKNOWN)


@claims("GET /e/{entity}/tree", "POST /e/{entity}/tree/{record}")
def tree(visit: Visit) -> None:
    """A level has the departments in sight under one; a hidden one has no level and is moved by nobody."""
    department = visit.entity("department")
    tail = "/tree?view=department_tree&of={}&level=2"
    if not visit.rights.exists(department):
        no_page(visit, "/e/{}/tree?view=department_tree", "department", "nobody")
        return
    parent = department.by_name["parent"]
    readable = visit.rights.has(department, parent)
    seen = {r["id"]: r for r in visit.seen("department")}
    for row in visit.some(visit.rights.world.rows[department.uid], 4):
        answer = visit.page("/e/department" + tail.format(row["id"]), fragment=True)
        if not readable:
            continue
        led = (
            r
            for r in seen.values()
            if r[parent.uid] == row["id"] and visit.rights.reads(department, r, parent)
        )
        below = {str(r["id"]) for r in led} if row["id"] in seen else set()
        assert answer.status == 200 and set(ROW.findall(answer.text)) == below, answer.asked
        if row["id"] not in seen:
            pairs = [("view", "department_tree"), ("under", "")]
            told, nothing = (visit.form(f"/e/department/tree/{i}", pairs) for i in (row["id"], UNKNOWN))
            assert bare(told, row["id"], UNKNOWN) == bare(nothing, row["id"], UNKNOWN)


@claims("POST /api/pivot")
def pivots(visit: Visit) -> None:
    """Cells count the rows in sight by what their cells show; what may not be read is told of as if it were not there."""
    work = visit.entity("work")
    if not visit.rights.exists(work):
        alike(visit, "POST", "/api/pivot", "work", "nobody", {"entity": "work"})
        return
    for name in ("stage", "owner", "org", "kind"):
        field = work.by_name[name]
        body = {"entity": "work", "rows": [{"field": name}], "values": [{"aggregate": "count"}]}
        answer = visit.api("POST", "/api/pivot", body)
        if not visit.rights.has(work, field):
            other = {**body, "rows": [{"field": "zzzz"}]}
            nothing = visit.api("POST", "/api/pivot", other)
            assert (answer.status, answer.json["code"]) == (nothing.status, nothing.json["code"])
            continue
        expected = sorted(Counter(_key(visit, row, field) for row in visit.seen("work")).values())
        assert sorted(total[0] for total in answer.json["row_totals"]) == expected, answer.asked
        assert answer.json["grand_total"] == [len(visit.seen("work"))]
    for path in ("org.note", "parts.label", "hint", "owner.login"):
        visit.api("POST", "/api/pivot", {"entity": "work", "rows": [{"field": path}], "values": [{"aggregate": "first", "field": "name"}]})  # fmt: skip
    drilled(visit)


def _key(visit: Visit, row: Row, field: Field) -> Any:
    """What a record is gathered by: a cell that may not be read is as an empty one, a hidden record is itself a group."""
    if row.get(field.uid) is None or not visit.rights.reads(visit.entity("work"), row, field):
        return None
    shown = visit.rights.shown(visit.entity("work"), row, field)
    return "hidden" if isinstance(shown, dict) and shown["id"] is None else row[field.uid]


WAYS = (
    "peers",
    "watchers",
    "parts.maker",
    "tasks.owner",
    "remarks.whisper",
    "org.works.name",
    "labels",
    "org.boss",
)
"""Paths of works along links, lists of links, child rows and links from elsewhere."""


def drilled(visit: Visit) -> None:
    """The list behind a cell has as many records as the cell counts, however its keys are reached."""
    for entity, ways in (("work", WAYS), ("remark", ("about",))):
        for path in visit.some(ways, 4):
            body = {"entity": entity, "rows": [{"field": path}], "columns": [{"field": "created_by"}]}
            answer = visit.api("POST", "/api/pivot", body)
            if answer.status != 200:
                continue
            for row, expression in visit.some(list(enumerate(answer.json["drill"]["rows"])), 3):
                column = answer.json["drill"]["columns"][0]
                asked = urlencode(
                    {"filter": f"({expression}) AND ({column})", "count": "exact", "limit": "1"}
                )
                listed = visit.api("GET", f"/api/records/{entity}?{asked}")
                cell = answer.json["cells"][row][0]
                assert listed.status == 200, (listed.json, expression)
                assert listed.json["count"] == (cell[0] if cell else 0), (path, expression)
