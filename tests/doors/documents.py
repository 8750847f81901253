"""Doors of documents: how one would look, those that are issued, and those that somebody else has issued."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import sqlalchemy as sa

from core.access.login import load_actor
from core.documents.issuing.issue import issue
from core.documents.issuing.job import start_documents
from core.documents.issuing.order import Order
from core.query.issued import Issued, by_id
from core.records.bulk import Choice
from core.storage.workspace import Transaction
from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.others import other
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Answered, Visit
from tests.oracle.evaluator import Row

SHEET = Order(type="sheet", formats=("docx",))
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@claims(
    "GET /files/issued/{id}/{format}", "GET /api/documents/{id}", "GET /api/documents/{id}/{format}", "GET /documents/{identity}",
    "GET /api/records/{entity}/{id}/documents",
)  # fmt: skip
def issued_by_others(visit: Visit) -> None:
    """Opened by who reads every cell they were made from and may print their record; to anybody else they are not there."""
    for found in _others(visit):
        ways = (
            visit.api("GET", f"/api/documents/{found.id}"),
            visit.page(f"/documents/{found.id}"),
            _file(visit, visit.api("GET", f"/api/documents/{found.id}/docx")),
            _file(visit, visit.page(f"/files/issued/{found.id}/docx")),
        )
        opened = _opens(visit, found)
        assert {way.status for way in ways} == {200 if opened else 404}, (visit.who, found.id, opened)
        listed = visit.api("GET", f"/api/records/work/{found.record}/documents")
        assert (listed.status == 200) == visit.rights.sees(visit.entity("work"), _row(visit, found.record))
        shown = {item["id"] for item in listed.json["items"]} if listed.status == 200 else set()
        assert (found.id in shown) == (opened and listed.status == 200)
        history = visit.api("GET", f"/api/records/work/{found.record}/history?limit=200")
        told = {i["document"]["id"] for i in history.json.get("items", ()) if i["kind"] == "issued"}
        assert (found.id in told) == (found.id in shown)
        if not opened:
            alike(visit, "GET", "/api/documents/{}", found.id, UNKNOWN)
            alike(visit, "GET", "/api/documents/{}/docx", found.id, UNKNOWN)
            one, two = visit.page(f"/documents/{found.id}"), visit.page(f"/documents/{UNKNOWN}")
            assert bare(one, f"documents/{found.id}", "-") == bare(two, f"documents/{UNKNOWN}", "-")


@claims(
    "POST /api/documents/{template}", "GET /files/preview/{document}/{record}/{format}",
    "GET /e/{entity}/{identity}/documents/{name}", "POST /e/{entity}/{identity}/documents/{name}",
)  # fmt: skip
def of_one_record(visit: Visit) -> None:
    """Made of a record in sight by who may print it, of the cells that they may read; no other is there."""
    work, called = visit.entity("work"), "/api/documents/sheet"
    for row in visit.some(visit.rights.world.rows[work.uid], 4):
        prints = visit.rights.sees(work, row) and _prints(visit, row) and row["deleted_at"] is None
        body = {"record": row["id"], "preview": True}
        ways = (
            _file(visit, visit.api("POST", called, body)),
            _file(visit, visit.page(f"/files/preview/sheet/{row['id']}/docx")),
            visit.page(f"/e/work/{row['id']}/documents/sheet"),
        )
        assert {way.status == 200 for way in ways} == {prints}, (
            visit.who,
            row["id"],
            [w.status for w in ways],
        )
        visit.form(f"/e/work/{row['id']}/documents/sheet", [("format", "docx"), ("_step", "preview")])
        if prints:
            _file(visit, visit.api("POST", called, {"record": row["id"], "format": "docx"}))
            visit.form(f"/e/work/{row['id']}/documents/sheet", [("format", "docx"), ("date", "2026-01-01")])
            visit.page(f"/e/work/{row['id']}?panel=documents")
        elif not visit.rights.sees(work, row):
            one, two = (visit.api("POST", called, {"record": id}) for id in (row["id"], UNKNOWN))
            assert (one.status, _plain(one)) == (two.status, _plain(two)), one.asked
    _disown(visit)


@claims(
    "GET /e/{entity}/documents", "POST /e/{entity}/documents", "GET /e/{entity}/documents/{job}",
    "POST /e/{entity}/documents/{job}/cancel",
)  # fmt: skip
def of_many(visit: Visit) -> None:
    """What is asked before many are made; jobs of others are not there, nor are their files."""
    for name in ("work", "org"):
        if not visit.rights.exists(visit.entity(name)):
            no_page(visit, "/e/{}/documents", name, "nobody")
            continue
        visit.page(f"/e/{name}/documents?q=q&ids={UNKNOWN}")
        visit.form(f"/e/{name}/documents", [("type", "sheet"), ("format", "docx"), ("ids", str(UNKNOWN))])
    job = visit.site.workspace.write(
        lambda tx: start_documents(tx, other(visit), SHEET, Choice(filter="amount > 1"))
    )
    for each in (job, UNKNOWN):
        assert visit.page(f"/e/work/documents/{each}").status == 404
        assert visit.form(f"/e/work/documents/{each}/cancel", []).status == 404
        assert visit.api("GET", f"/api/jobs/{each}/file").status == 404


def _others(visit: Visit) -> list[Issued]:
    """Documents that an administrator has issued, of some works."""
    workspace, by = visit.site.workspace, other(visit)
    with workspace.read() as tx:
        table = tx.tables.own.document
        ids = (
            tx.connection.execute(sa.select(table.c.id).where(table.c.by == by.user).limit(6)).scalars().all()
        )
    if not ids:
        with workspace.read() as tx:
            root = replace(load_actor(tx, by.user or 0), roles=by.roles)
        works = [row["id"] for row in visit.rows("work")][:6]
        ids = [issue(workspace, lambda tx: root, SHEET, work).id for work in works]
    with workspace.read() as tx:
        return [found for id in ids if (found := by_id(tx, id)) is not None]


def _disown(visit: Visit) -> None:
    """What the person has issued is nobody's any more: with other roles they would still be its author."""

    def write(tx: Transaction) -> None:
        table = tx.tables.own.document
        tx.connection.execute(table.update().where(table.c.by == visit.rights.person.me).values(by=None))

    visit.site.workspace.write(write)


def _opens(visit: Visit, found: Issued) -> bool:
    """What the oracle says: the record is in sight and theirs to print, and so is every cell that was read."""
    row = _row(visit, found.record)
    if not visit.rights.sees(visit.entity("work"), row) or not _prints(visit, row):
        return False
    return all(
        _reads(visit, source.entity, id, source.fields) for source in found.made_of for id in source.ids
    ) and all(
        _reads(visit, source.entity, each["id"], source.fields)
        for source in found.made_of
        if not source.ids
        for each in visit.rights.world.rows[source.entity]
    )


def _reads(visit: Visit, uid: str, id: int, fields: frozenset[str]) -> bool:
    entity = visit.rights.model.entity_by_uid[uid]
    row = next((each for each in visit.rights.world.rows[uid] if each["id"] == id), None)
    if row is None or not visit.rights.sees(entity, row):
        return False
    return all(visit.rights.reads(entity, row, entity.by_uid[each]) for each in fields)


def _prints(visit: Visit, row: Row) -> bool:
    work = visit.entity("work")
    return any(visit.rights.stands(grant, work, row, "read") for grant in visit.rights.grants(work, "print"))


def _row(visit: Visit, id: int) -> Row:
    return next(row for row in visit.rights.world.rows[visit.entity("work").uid] if row["id"] == id)


def _file(visit: Visit, answer: Answered) -> Answered:
    """The answer with what stands in its Word file, looked through as any other."""
    if answer.status != 200 or not answer.headers.get("content-type", "").startswith(WORD):
        return answer
    content = visit.content
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        text = " ".join(re.sub("<[^>]+>", "", whole.read("word/document.xml").decode()).split())
    assert text, answer.asked
    read = replace(answer, text=text)
    visit.check(read)
    return read


def _plain(answer: Answered) -> str:
    return re.sub(r'"request_id":"[^"]*"', "", answer.text)
