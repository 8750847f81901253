"""Doors of the API that show records: lists, counts, searches, one record, keys, history, comments, files, changes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from core.history.positions import BEGINNING
from core.query.changes import write_position
from metamodel.model import Field
from renderers.api.events import look, pieces
from tests.contracts.test_rights import untitled
from tests.doors.doors import claims
from tests.doors.visit import Answered, Visit
from tests.doors.yard import MAIN
from tests.oracle.evaluator import Row

UNKNOWN = 58_999_999
"""An id that no record has, written like all others."""

PLAIN = ("file", "image", "files", "secret", "children")
"""Kinds of fields whose values are compared by tests of their own, here by their marks."""


def neutral(answer: Answered, *names: object) -> tuple[int, str]:
    """An answer without what only repeats the question."""
    text = re.sub(r'"request_id": ?"[^"]*"|<code>[0-9a-f-]{20,}</code>|nonce-[^"\']+', "", answer.text)
    for name in names:
        text = text.replace(str(name), "?")
    return answer.status, re.sub(r" \(did you mean [^)]*\)|; a text stands in quotes: '[^']*'", "", text)


def alike(visit: Visit, method: str, path: str, hidden: object, unknown: object, body: Any = None) -> None:
    """What is hidden is told of in the same words as what is not there."""
    one = visit.api(method, path.replace("{}", str(hidden)), body)
    other = visit.api(method, path.replace("{}", str(unknown)), body)
    assert neutral(one, hidden, unknown) == neutral(other, hidden, unknown), (
        method,
        path,
        hidden,
        one.text,
        other.text,
    )
    assert one.status >= 400, one.asked


def exact(value: Any) -> Any:
    """Numbers as exact ones, links without titles."""
    if isinstance(value, float | int | Decimal) and not isinstance(value, bool):
        return Decimal(str(value))
    return untitled(value)


@claims("GET /api/records/{entity}")
def lists(visit: Visit) -> None:
    """Rows, cells, count, search, filter and sort are those of the oracle, or the entity is not there at all."""
    alike(visit, "GET", "/api/records/{}", "vault", "nobody") if not visit.rights.exists(
        visit.entity("vault")
    ) else None
    for name in MAIN:
        path = f"/api/records/{name}"
        if not visit.rights.exists(visit.entity(name)):
            for more in ("", "?search=q", "?count=exact&fields=id", "?filter=id+IS+NULL"):
                alike(visit, "GET", "/api/records/{}" + more, name, "nobody")
            continue
        answer = visit.api("GET", f"{path}?limit=1000&count=exact")
        rows = visit.seen(name)
        assert [item["id"] for item in answer.json["items"]] == [r["id"] for r in rows], answer.asked
        assert answer.json["count"] == len(rows), answer.asked
        for item, row in zip(answer.json["items"], rows, strict=True):
            cells_of(visit, name, row, item)
        binned = visit.api("GET", f"{path}?limit=1000&deleted=only&fields=id").json["items"]
        gone = [r for r in visit.rights.world.rows[visit.entity(name).uid] if r["deleted_at"] is not None]
        assert [i["id"] for i in binned] == [
            r["id"] for r in gone if visit.rights.sees(visit.entity(name), r)
        ]
        searches(visit, name, path)
        each_field(visit, name, path)
    name = visit.chance.choice([n for n in MAIN if visit.rights.exists(visit.entity(n))])
    paged(visit, name, f"/api/records/{name}")


def cells_of(visit: Visit, name: str, row: Row, item: dict[str, Any]) -> None:
    """The item has exactly the cells that may be read, with their values, and names those it hides."""
    entity, rights = visit.entity(name), visit.rights
    possible = {f.name: f for f in entity.fields if rights.has(entity, f) and f.type.name != "children"}
    hidden = {n for n, f in possible.items() if not rights.reads(entity, row, f)}
    assert set(item.get("_hidden", ())) == hidden, (name, row["id"], hidden)
    shown = set(possible) - hidden - {"deleted_at", "position"}
    assert set(item) - {"_hidden"} == shown, (name, row["id"])
    for each in shown:
        if possible[each].type.name not in PLAIN:
            value = rights.shown(entity, row, possible[each])
            assert exact(item[each]) == exact(value), (name, row["id"], each)


def searches(visit: Visit, name: str, path: str) -> None:
    """The mark of any cell finds the rows that the oracle finds, and no others."""
    entity = visit.entity(name)
    for row in visit.some(visit.rows(name), 1):
        for each in entity.fields:
            word = row.get(each.uid)
            if each.type.name in ("text", "long_text") and isinstance(word, str) and word.startswith("q"):
                answer = visit.api("GET", f"{path}?fields=id&count=exact&search={word}")
                found = [r["id"] for r in visit.seen(name) if visit.rights.finds(entity, r, word)]
                assert [i["id"] for i in answer.json["items"]] == found, answer.asked
                assert answer.json["count"] == len(found)


def each_field(visit: Visit, name: str, path: str) -> None:
    """A field that is not there is refused as one that nobody has; a hidden cell answers no comparison."""
    entity = visit.entity(name)
    told = visit.some((f for f in entity.fields if visit.rights.reaches(entity, f)), 2)
    for each in entity.fields:
        if not visit.rights.reaches(entity, each):
            for ask in ("fields={}", "sort={}", "filter={}+IS+NULL", "fields={}.id", "filter=COUNT({})>0"):
                alike(visit, "GET", f"{path}?{ask}", each.name, "q" * len(each.name))
        elif (
            each in told
            and each.type.name in ("text", "long_text", "money", "date")
            and each.stored
            and not each.system
        ):
            for row in [r for r in visit.rows(name) if r.get(each.uid) is not None][:3]:
                compared(visit, name, path, each, row)


def compared(visit: Visit, name: str, path: str, field: Field, row: Row) -> None:
    """A filter by the value of a cell finds the rows whose cell may be read."""
    value = row[field.uid]
    written = (
        f"'{value}'" if isinstance(value, str) else f"date '{value}'" if field.type.name == "date" else value
    )
    answer = visit.api("GET", f"{path}?fields=id&filter={quote(f'{field.name} = {written}')}")
    entity = visit.entity(name)
    found = [
        r["id"]
        for r in visit.seen(name)
        if r.get(field.uid) == value and visit.rights.reads(entity, r, field)
    ]
    assert [i["id"] for i in answer.json["items"]] == found, answer.asked


def paged(visit: Visit, name: str, path: str) -> None:
    """Page after page in any order shows every row once; a changed cursor is no cursor."""
    entity = visit.entity(name)
    sort = next(
        (f.name for f in entity.fields if f.type.name == "text" and visit.rights.has(entity, f)), "id"
    )
    seen: list[int] = []
    after = ""
    while True:
        answer = visit.api("GET", f"{path}?limit=2&fields=id&sort=-{sort}{after}")
        seen += [item["id"] for item in answer.json["items"]]
        if answer.json["next"] is None:
            break
        turned = answer.json["next"][::-1]
        assert visit.api("GET", f"{path}?limit=2&fields=id&sort=-{sort}&cursor={turned}").status == 400
        after = f"&cursor={answer.json['next']}"
    assert sorted(seen) == [r["id"] for r in visit.seen(name)]


@claims("GET /api/records/{entity}/{id}")
def one(visit: Visit) -> None:
    """A record as in the list, or the same refusal as of a number that nobody has."""
    for name in MAIN:
        entity = visit.entity(name)
        for row in visit.some(visit.rights.world.rows[entity.uid], 4):
            if not visit.rights.sees(entity, row):
                alike(visit, "GET", f"/api/records/{name}/{{}}", row["id"], UNKNOWN)
            elif row["deleted_at"] is None:
                cells_of(visit, name, row, visit.api("GET", f"/api/records/{name}/{row['id']}").json)
    for work in visit.seen("work")[:2]:
        wide = visit.api(
            "GET", f"/api/records/work/{work['id']}?fields=name,parts,org.note,org.boss.name,peers"
        )
        if wide.status == 200 and "parts" in wide.json:
            part = visit.entity("part")
            may = {r["id"] for r in visit.seen("part") if r[part.by_name["work"].uid] == work["id"]}
            assert {p["id"] for p in wide.json["parts"]} == may


@claims("GET /api/records/{entity}/by/{field}/{value}")
def keys(visit: Visit) -> None:
    """By its key a record is found where the row and that cell may be seen."""
    org = visit.entity("org")
    code = org.by_name["code"]
    if not visit.rights.exists(org) or not visit.rights.has(org, code):
        return
    for row in visit.rows("org"):
        if visit.rights.reads(org, row, code):
            assert visit.api("GET", f"/api/records/org/by/code/{row[code.uid]}").json["id"] == row["id"]
        else:
            alike(visit, "GET", "/api/records/org/by/code/{}", row[code.uid], "q9998z")
    alike(visit, "GET", "/api/records/org/by/ext/{}", "a", "b")


@claims(
    "GET /api/records/{entity}/{id}/history",
    "GET /api/records/{entity}/{id}/comments",
    "GET /api/records/{entity}/{id}/files",
    "GET /api/records/{entity}/{id}/comments/{comment}",
)
def beside(visit: Visit) -> None:
    """What stands beside a record: changes of readable fields, comments and files that may be seen."""
    for name in ("work", "org", "part", "task", "user"):
        entity = visit.entity(name)
        for row in visit.some(visit.rights.world.rows[entity.uid], 5):
            path = f"/api/records/{name}/{{}}"
            if not visit.rights.sees(entity, row):
                for tail in ("/history", "/comments", "/files", "/comments/58000001"):
                    alike(visit, "GET", path + tail, row["id"], UNKNOWN)
                continue
            told = visit.api("GET", path.replace("{}", str(row["id"])) + "/history?limit=500").json["items"]
            may = {f.name for f in entity.fields if visit.rights.reads(entity, row, f)}
            assert {n for item in told for n in item["changes"]} <= may
            for kind, tail in (("comment", "/comments"), ("attachment", "/files")):
                answer = visit.api("GET", path.replace("{}", str(row["id"])) + tail)
                if answer.status == 200:
                    key = "id" if kind == "comment" else "attachment"
                    assert {i[key] for i in answer.json["items"]} == about(visit, kind, entity.uid, row["id"])


def about(visit: Visit, kind: str, target: str, id: int) -> set[int]:
    """The comments or files about a record that the person sees."""
    entity = visit.entity(kind)
    found = set()
    for row in visit.seen(kind):
        link = row[entity.follows or ""]
        if (link.entity, link.id) == (target, id):
            found.add(row["id"])
    return found


@claims("GET /api/changes", "GET /api/events")
def news(visit: Visit) -> None:
    """Changes of records in sight; one that left it is `deleted` and nothing else."""
    visit.leaving = True
    answer = visit.api("GET", "/api/changes?limit=1000")
    visit.leaving = False
    told = {(i["entity"], i["id"]): i["change"] for i in answer.json["items"]}
    for (name, id), change in told.items():
        entity = visit.entity(name)
        row = next(r for r in visit.rights.world.rows[entity.uid] if r["id"] == id)
        assert visit.rights.sees(entity, row) or change == "deleted", (name, id, change)
    for name in MAIN:
        assert all((name, row["id"]) in told for row in visit.seen(name)), name
    call = visit.call("GET", "/api/events")
    with visit.site.workspace.read() as tx:
        start = write_position(tx, BEGINNING)
    streamed = b"".join(pieces(look(call, start))).decode()
    ids = {int(found) for found in re.findall(r'"id": ?(\d+)', streamed)}
    assert ids == {id for _, id in told}, "the stream and the feed tell the same"
    alike(visit, "GET", "/api/changes?entity={}", "vault", "nobody") if not visit.rights.exists(
        visit.entity("vault")
    ) else None
