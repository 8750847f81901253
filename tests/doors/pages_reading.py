"""Pages and fragments that show records: lists, cards, panels, forms, drop-downs, drafts, what actions ask."""

from __future__ import annotations

import json
import re

from tests.doors.api_reading import UNKNOWN, neutral
from tests.doors.doors import claims
from tests.doors.visit import Answered, Visit
from tests.doors.yard import MAIN

PANELS = ("timeline", "comments", "files", "history", "tasks", "remarks", "works", "nothing")
COLUMNS = {"work": ("name", "org", "hint", "amount"), "org": ("name", "code"), "task": ("subject", "answer")}


def no_page(visit: Visit, path: str, hidden: object, unknown: object) -> None:
    """A page of what is hidden is the page of what is not there."""
    told, nothing = visit.page(path.replace("{}", str(hidden))), visit.page(path.replace("{}", str(unknown)))
    assert told.status == nothing.status and told.status in (403, 404), (path, told.status, nothing.status)
    assert bare(told, hidden, unknown) == bare(nothing, hidden, unknown), path


def bare(answer: Answered, *names: object) -> tuple[int, str]:
    """A page without what only repeats the question and without its passing tokens."""
    status, text = neutral(answer, *names)
    return status, re.sub(
        r'[0-9a-f]{16,}|(?:content|data-draft)="[^"]*"|value="[A-Za-z0-9_.-]{20,}"', "", text
    )


@claims("GET /e/{entity}", "GET /e/{entity}/count")
def lists(visit: Visit) -> None:
    """A list shows the rows in sight with the cells that may be read, whatever it is asked for."""
    for name in MAIN:
        entity = visit.entity(name)
        if not visit.rights.exists(entity):
            no_page(visit, "/e/{}", name, "nobody")
            no_page(visit, "/e/{}/count", name, "nobody")
            continue
        rows = visit.seen(name)
        shown = visit.page(f"/e/{name}?view=all")
        if len(rows) and name in COLUMNS:
            visit.shows(
                shown,
                {c for r in rows for c in visit.marked(name, r, "name" if name != "task" else "subject")},
            )
        total = visit.page(f"/e/{name}/count?view=all")
        assert re.search(rf"\b{len(rows)}\b", total.text), (total.asked, total.text, len(rows))
        for more in ("?deleted=only", "?q=q", "?view=all_works", "?part=rows"):
            visit.page(f"/e/{name}{more}", fragment=True)
        for row in visit.some(visit.rows(name), 1):
            word = next(
                (str(v) for v in row.values() if isinstance(v, str) and re.fullmatch(r"q\d{4}z", v)), "q"
            )
            found = visit.page(f"/e/{name}?q={word}")
            counted = visit.page(f"/e/{name}/count?view=all&q={word}")
            expected = sum(visit.rights.finds(entity, r, word) for r in rows)
            assert re.search(rf"\b{expected}\b", counted.text), (counted.asked, counted.text, expected)
            assert found.status == 200


@claims(
    "GET /e/{entity}/{identity}",
    "GET /e/{entity}/{identity}/panel/{key}",
    "GET /e/{entity}/{identity}/edit",
    "GET /e/{entity}/{identity}/field/{name}",
    "GET /e/{entity}/{identity}/people",
    "GET /e/{entity}/{identity}/run/{name}",
    "GET /e/{entity}/{identity}/run/{name}/options/{field}",
    "GET /e/{entity}/{identity}/comments/{comment}",
    "GET /e/{entity}/{identity}/comments/{comment}/edits",
)
def cards(visit: Visit) -> None:
    """A card and everything opened from it, or the page of a record that is not there."""
    comments = [row["id"] for row in visit.rows("comment")]
    tails = (
        "", "/edit", "/field/name", "/people?q=", "/run/hand", "/run/hand/options/org", f"/comments/{comments[0]}",
        f"/comments/{comments[0]}/edits", *(f"/panel/{key}" for key in PANELS),
    )  # fmt: skip
    for name, many in (("work", 3), ("org", 1), ("task", 1), ("part", 1)):
        entity = visit.entity(name)
        rows = visit.rights.world.rows[entity.uid]
        seen = [r for r in rows if visit.rights.sees(entity, r)]
        hidden = [r for r in rows if not visit.rights.sees(entity, r)]
        for row in (*visit.some(seen, many), *visit.some(hidden, 1)):
            if not visit.rights.sees(entity, row):
                for tail in tails:
                    no_page(visit, f"/e/{name}/{{}}{tail}", row["id"], UNKNOWN)
                continue
            card = visit.page(f"/e/{name}/{row['id']}")
            assert card.status == 200, (card.asked, card.text[:500])
            if name in COLUMNS and row["deleted_at"] is None:
                visit.shows(card, visit.marked(name, row, *(f for f in COLUMNS[name] if f != "org")))
            for tail in tails[1:]:
                visit.page(f"/e/{name}/{row['id']}{tail}", fragment=tail.startswith("/panel"))
            for field in entity.fields:
                if not field.system and not visit.rights.reads(entity, row, field):
                    no_page(visit, f"/e/{name}/{row['id']}/field/{{}}", field.name, "q" * len(field.name))
            for comment in visit.some(comments, 1):
                visit.page(f"/e/{name}/{row['id']}/comments/{comment}")
                visit.page(f"/e/{name}/{row['id']}/comments/{comment}/edits")


@claims(
    "GET /e/{entity}/new",
    "GET /e/{entity}/options/{field_name}",
    "GET /e/{entity}/run/{name}",
    "GET /e/{entity}/run/{name}/options/{field}",
)
def forms(visit: Visit) -> None:
    """A new form, also as a copy of something; drop-downs offer what may be seen."""
    for name in ("work", "org", "task", "part", "remark", "vault", "user"):
        visit.page(f"/e/{name}/new")
        for row in visit.some(visit.rows(name), 1):
            visit.page(f"/e/{name}/new?copy={row['id']}")
            visit.page(f"/e/{name}/new?work={row['id']}&org={row['id']}")
    for name, field, target in (
        ("work", "org", "org"), ("work", "owner", "user"), ("task", "work", "work"), ("part", "maker", "org"),
        ("work", "peers", "org"), ("work", "watchers", "user"), ("org", "boss", "user"),
    ):  # fmt: skip
        entity = visit.entity(name)
        answer = visit.page(f"/e/{name}/options/{field}?q=")
        if answer.status == 200 and visit.rights.has(entity, entity.by_name[field]):
            assert {i["id"] for i in answer.json["items"]} == {r["id"] for r in visit.seen(target)}, (
                answer.asked
            )
        for row in visit.some(visit.rows(target), 1):
            word = next(
                (str(v) for v in row.values() if isinstance(v, str) and re.fullmatch(r"q\d{4}z", v)), ""
            )
            offered = visit.page(f"/e/{name}/options/{field}?q={word}")
            if offered.status == 200:
                assert {i["id"] for i in offered.json["items"]} <= {r["id"] for r in visit.seen(target)}
    for target in ("work", "org", "vault", "nobody"):
        visit.page(f"/e/remark/options/about?q=&_to={target}")
    anywhere = visit.page("/e/remark/options/about?q=&_to=")
    if anywhere.status == 200:
        seen = {f"{name}:{row['id']}" for name in ("work", "org") for row in visit.seen(name)}
        assert {each["id"] for each in anywhere.json["items"]} <= seen
    for path in ("/e/work/run/sweep", "/e/work/run/sweep/options/org?q=", "/e/work/run/nothing"):
        visit.page(path)


@claims(
    "GET /e/{entity}/filters/bar",
    "GET /e/{entity}/filters/edit",
    "GET /e/{entity}/filters/apply",
    "GET /e/{entity}/filters/text",
    "GET /e/{entity}/filters/check",
    "GET /e/{entity}/filters/names",
    "GET /e/{entity}/filters/options/{name}",
)
def filters(visit: Visit) -> None:
    """Conditions are about fields that may be read, name records in sight, and count no others."""
    for name in MAIN:
        entity = visit.entity(name)
        if not visit.rights.exists(entity):
            for page in ("bar", "edit", "apply", "text", "check", "names"):
                no_page(visit, f"/e/{{}}/filters/{page}", name, "nobody")
            continue
        told = visit.page(f"/e/{name}/filters/edit", fragment=True).text
        known = {item["text"] for item in visit.page(f"/e/{name}/filters/names").json["items"]}
        for field in visit.some(entity.fields, 6):
            readable = visit.rights.has(entity, field)
            assert readable or f"_field={field.name}&" not in told, field.name
            assert readable or field.name not in known, field.name
            visit.page(f"/e/{name}/filters/edit?_field={field.name}", fragment=True)
            visit.page(f"/e/{name}/filters/options/{field.name}?q=")
            for op in ("eq", "in", "contains", "is_empty"):
                visit.page(f"/e/{name}/filters/apply?_field={field.name}&_op={op}&_v=7", fragment=True)
            text = f"{field.name} IS NOT NULL"
            said = visit.page(f"/e/{name}/filters/check?_text={text}", fragment=True)
            assert readable or "there is no field" in said.text, (name, field.name)
            visit.page(f"/e/{name}?view=all&filter={text}")
            visit.page(f"/e/{name}/filters/text?filter={text}&_text={text}")
        for row in visit.some(visit.rows(name), 2):
            visit.page(
                f"/e/{name}?view=all&filter=id = {row['id']} OR org = {row['id']} OR owner = {row['id']}"
            )
            visit.page(f"/e/{name}/filters/edit?filter=org = {row['id']}&_at=0", fragment=True)
            visit.page(f"/e/{name}/filters/bar?filter=org = {row['id']} OR hint = 1", fragment=True)
    for path in (
        "/e/work/filters/options/nothing?q=",
        "/e/remark/filters/options/about?q=&_to=vault",
        "/e/task/filters/check?_of=nothing&_text=true",
    ):
        visit.page(path)


@claims(
    "GET /",
    "GET /drafts",
    "GET /barcode.svg",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "POST /language",
    "POST /theme",
)
def around(visit: Visit) -> None:
    """What stands around records names nobody else and nothing hidden."""
    for path in ("/", "/drafts", "/barcode.svg?text=q&kind=qr", "/sign-in"):
        visit.page(path)
    menu = visit.page("/drafts").text
    for name in ("vault", "task", "org"):
        if not visit.rights.exists(visit.entity(name)):
            assert f'href="/e/{name}"' not in menu, name
    for login in ("root", "nobody"):
        visit.form("/sign-in", [("login", login), ("password", "x")])


@claims(
    "POST /e/{entity}/named",
    "POST /e/{entity}/recalculate",
    "POST /e/{entity}/draft",
    "POST /drafts/{key}/discard",
)
def typed(visit: Visit) -> None:
    """What is typed into a form is looked up, counted and compared with what may be seen only."""
    org = visit.entity("org")
    code, title = org.by_name["code"], org.by_name["name"]
    rows = visit.rows("org")
    asked = [{"field": "org", "text": str(row[f.uid]), "values": {}} for row in rows for f in (code, title)]
    told = visit.form("/e/work/named", [("asked", json.dumps(asked))])
    if told.status == 200:
        ids = {c["id"] for i in told.json["items"] for c in (i, *i.get("candidates", ())) if c.get("id")}
        assert ids <= {r["id"] for r in visit.seen("org")}
    for row in rows:
        visit.form("/e/org/recalculate", [("/code", row[code.uid]), ("/name", row[title.uid])])
        visit.form(
            "/e/work/recalculate",
            [("/org", str(row["id"])), ("/org~was", f"{row['id']} x"), ("/org~text", "x")],
        )
    for name in ("work", "task"):
        entity = visit.entity(name)
        for row in visit.some(visit.rows(name), 3):
            pairs = [("_record", str(row["id"])), ("/hint", "x"), ("/subject", "x"), ("/name", "x")]
            visit.form(f"/e/{name}/recalculate", pairs)
            kept = [visit.form(f"/e/{name}/draft", [("_draft", "k" * 20), ("_record", str(i)), ("/name", "x")])
                    for i in (row["id"], UNKNOWN)]  # fmt: skip
            if not visit.rights.sees(entity, row):
                assert bare(kept[0], row["id"], UNKNOWN) == bare(kept[1], row["id"], UNKNOWN), kept[0].text
    visit.page("/drafts")
    visit.form(f"/drafts/{'k' * 20}/discard", [])
