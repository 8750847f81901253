"""`kubik bench lists`: a page of 50 through HTTP, as JSON and as HTML, beside hand-written SQL and JSON."""

from __future__ import annotations

import http.client
import json
import re
import statistics
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from bench.installation import Installation
from bench.measure import Results, head, milliseconds, pair
from bench.raw import FIELDS, Names
from bench.servers import Client, kubik_server, megabytes, raw_server
from core.query import Query
from core.query.grouping import Grouping
from core.query.totals import totals

JSON_LIMIT = 2.2
HTML_LIMIT = 3.0
READY_LIMIT = 3000.0
MEMORY_LIMIT = 250.0
STARTS = 3

SHAPES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "by id": ({}, {"list": "id"}),
    "newest first": ({"sort": "-created_at"}, {"list": "newest"}),
    "of one stage, newest first": (
        {"sort": "-created_at", "filter": "stage = 'offer'"},
        {"list": "stage", "value": "offer"},
    ),
}
"""What is asked of Kubik, and of the hand-written server. All columns of `FIELDS`, all of them by an index."""

UNINDEXED = {"by name, which has no index": ({"sort": "name"}, {"list": "name"})}


def run(installation: Installation, results: Results) -> None:
    """Measure on one installation."""
    with kubik_server(installation) as (port, ready, pid), raw_server(installation) as raw_port:
        head(f"lists on {installation.dialect}, {installation.size.deals:,} deals, through HTTP")
        api = Client(port, {"Authorization": f"Bearer {installation.token('administrator')}"})
        raw = Client(raw_port, {})
        for name, (asked, by_hand) in (SHAPES | UNINDEXED).items():
            ours = "/api/records/deal?" + urlencode(asked | {"fields": ",".join(FIELDS)})
            theirs = "/?" + urlencode(by_hand)
            _same(name, api.get(ours), raw.get(theirs))
            times = 20 if name in UNINDEXED else 300
            mine, other = pair(lambda: api.get(ours), lambda: raw.get(theirs), times)  # noqa: B023
            results.add(f"JSON, {name}", mine, other, JSON_LIMIT)
        _views(installation, api, raw, results)
        _filters(installation, api, raw, results)
        pages = signed_in(port)
        for name, (path, by_hand) in HTML.items():
            theirs = "/?" + urlencode(by_hand)
            mine, other = pair(lambda: pages.get(path), lambda: raw.get(theirs), 200)  # noqa: B023
            results.add(f"HTML page, {name}", mine, other, HTML_LIMIT)
        _deep(api, raw, results)
        _paste(port, pages, api, results)
        _groups(installation, results)
        results.add("memory of the serving process, beside 250 MB", megabytes(pid), MEMORY_LIMIT, 1.0, "MB")
    starts = [ready * 1000]
    for _ in range(STARTS - 1):
        with kubik_server(installation) as (_, ready, _):
            starts.append(ready * 1000)
    results.add("ready to serve, beside 3 s", statistics.median(starts), READY_LIMIT, 1.0)


GROUPS_LIMIT = 2.2


def _groups(installation: Installation, results: Results) -> None:
    """The heads of a grouped view, and a page within a group, beside the same by hand; no HTTP."""
    with installation.workspace.read() as tx:
        entity = tx.model.entities["deal"]
        stage, amount, closes = (entity.by_name[name] for name in ("stage", "amount", "closes_on"))
        names = Names(tx.model, tx.tables.schema)
        table, by, sums, day = (
            names.table("deal"),
            *(names.column("deal", n) for n in ("stage", "amount", "closes_on")),
        )
        month = f"substr({day}, 1, 7)" if installation.dialect == "sqlite" else f"date_trunc('month', {day})"
        admin, asked = installation.actor("administrator"), Query(entity="deal")
        for name, grouping, key in (
            ("stages", Grouping(field=stage.uid), by), ("months", Grouping(field=closes.uid, by="month"), month),
        ):  # fmt: skip
            text = f"SELECT {key}, count(*), count({sums}), sum({sums}) FROM {table} WHERE deleted_at IS NULL GROUP BY {key}"
            mine, other = pair(
                lambda g=grouping: totals(tx, admin, asked, [g], [amount.uid]),  # type: ignore[misc]
                lambda t=text: list(tx.connection.execute(sa.text(t))),  # type: ignore[misc]
                3,
            )
            results.add(f"heads of groups by {name} with a sum", mine, other, GROUPS_LIMIT)


HTML: dict[str, tuple[str, dict[str, str]]] = {
    "all of them, newest first": ("/e/deal?view=all", {"list": "newest"}),
    "the view of open ones, the next to close first": ("/e/deal?view=deals_open", {"list": "open"}),
}
"""Pages as they are opened; the hand-written server answers the same rows as JSON, with all of `FIELDS`."""


def _same(name: str, ours: bytes, theirs: bytes) -> None:
    """Both servers must answer the same records, or nothing is worth comparing."""
    if json.loads(ours)["items"] != json.loads(theirs)["items"]:
        raise RuntimeError(f"{name}: the two servers do not answer the same")


DEPTH = 200
"""Pages that are turned, 10,000 rows in all, before the next one is measured."""

VIEWS = {"deals_open": "open", "deals_closed": "closed", "deals_mine": "mine"}
"""Views of the measured solution that are lists, and what the hand-written server calls the same."""


def _compared(
    name: str, api: Client, raw: Client, asked: dict[str, str], by_hand: dict[str, str], results: Results
) -> None:
    """A page as JSON beside the same by hand, once both are seen to be the same."""
    ours = "/api/records/deal?" + urlencode(asked | {"fields": ",".join(FIELDS)})
    theirs = "/?" + urlencode(by_hand)
    _same(name, api.get(ours), raw.get(theirs))
    mine, other = pair(lambda: api.get(ours), lambda: raw.get(theirs), 100)
    results.add(f"JSON, {name}", mine, other, JSON_LIMIT)


def _views(installation: Installation, api: Client, raw: Client, results: Results) -> None:
    """The first page of every saved view, in its own order and under its own filter."""
    with installation.workspace.read() as tx:
        views = {view.name: view for view in tx.model.views.values() if view.name in VIEWS}
    person = installation.user("administrator")
    for name, by_hand in VIEWS.items():
        view = views[name]
        asked = {"sort": ",".join(view.sort), "filter": view.filter_text or ""}
        _compared(f"the view {name}", api, raw, asked, {"list": by_hand, "value": str(person)}, results)


def _filters(installation: Installation, api: Client, raw: Client, results: Results) -> None:
    """A filter on each shape that has an index: an owner, a company, a range of dates (stages stand above)."""
    first = json.loads(api.get("/api/records/deal?limit=1&sort=-created_at&fields=owner,company,closes_on"))[
        "items"
    ][0]
    owner, company, day = first["owner"]["id"], first["company"]["id"], date.fromisoformat(first["closes_on"])
    begin = day - timedelta(days=7)
    newest = {"sort": "-created_at"}
    for name, asked, by_hand in (
        ("of one owner, newest first", newest | {"filter": f"owner.id = {owner}"}, {"list": "owner", "value": str(owner)}),
        ("of one company, newest first", newest | {"filter": f"company.id = {company}"}, {"list": "company", "value": str(company)}),
        (
            "of a week, the next to close first",
            {"sort": "closes_on", "filter": f"closes_on BETWEEN date '{begin}' AND date '{day}'"},
            {"list": "closing", "value": f"{begin},{day}"},
        ),
    ):  # fmt: skip
        _compared(name, api, raw, asked, by_hand, results)


def _deep(api: Client, raw: Client, results: Results) -> None:
    """Page after page by key: behind 10,000 rows the next one costs what the first does."""
    path = "/api/records/deal?" + urlencode({"sort": "-created_at", "fields": ",".join(FIELDS)})
    cursor, last = "", 0
    for _ in range(DEPTH):
        page = json.loads(api.get(path + (f"&cursor={cursor}" if cursor else "")))
        cursor, last = page["next"], page["items"][-1]["id"]
    theirs = f"/?list=deep&value={last}"
    _same("behind 10,000 rows", api.get(f"{path}&cursor={cursor}"), raw.get(theirs))
    deep, other = pair(lambda: api.get(f"{path}&cursor={cursor}"), lambda: raw.get(theirs), 100)
    results.add("JSON, the next page behind 10,000 rows", deep, other, JSON_LIMIT)
    deep, first = pair(lambda: api.get(f"{path}&cursor={cursor}"), lambda: api.get(path), 100)
    results.add("JSON, the same beside page 1", deep, first, 1.5)


PASTE_LIMIT = 1000.0
"""Milliseconds in which a range of 20 x 5 cells is saved."""


FRESH = {"limit": "20", "sort": "-created_at", "fields": "name", "filter": "stage = 'lead'"}
"""Records that any of their fields may be changed of."""


def _paste(port: int, pages: Client, api: Client, results: Results) -> None:
    """Twenty rows of five cells saved by the grid in one request, with journal, index and automations."""
    token = re.search(rb'name="csrf-token" content="([^"]+)"', pages.get("/e/deal?view=all"))
    assert token is not None, "a page has no token"
    kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": token[1].decode()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(path: str, form: dict[str, str]) -> Any:
        connection.request("POST", path, urlencode(form), pages.headers | kind)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, f"{path}: {answer.status} {text[:300]!r}"
        return json.loads(text)

    fields = ("name", "amount", "probability", "opened_on", "closes_on")
    found = json.loads(api.get("/api/records/deal?" + urlencode(FRESH)))["items"]
    ids = [item["id"] for item in found]
    turn = 0

    def paste() -> None:
        nonlocal turn
        turn += 1
        known = post("/e/deal/cells", {"ids": ",".join(map(str, ids)), "fields": ",".join(fields)})
        rows = [
            {
                "id": int(id), "version": row["version"], "typed": {},
                "values": {"name": f"Paste {turn}", "amount": f"{1000 + turn},25", "probability": f"{turn % 90}",
                           "opened_on": "2026-03-01", "closes_on": f"2026-12-{turn % 27 + 1:02d}"},
                "was": row["values"],
            }
            for id, row in known["rows"].items()
        ]  # fmt: skip
        told = post("/e/deal/cells/save", {"rows": json.dumps(rows), "fields": ",".join(fields)})
        if told["faults"] or len(told["rows"]) != len(ids):
            raise RuntimeError(f"the paste was not saved: {told['faults'][:1]}")

    taken = sorted(milliseconds(paste) for _ in range(12))
    results.add(
        "20 x 5 cells pasted (read and saved), beside 1 s", statistics.median(taken), PASTE_LIMIT, 1.0
    )


def signed_in(port: int) -> Client:
    """A browser's session of the administrator, made as a browser makes it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    text = answer.read().decode()
    visitor = _cookies(answer.headers.get_all("Set-Cookie", []))
    token = re.search(r'name="_csrf_token" value="([^"]+)"', text)
    assert token is not None, "the sign-in page has no form token"
    form = urlencode({"login": "bench", "password": "only-for-this-run", "_csrf_token": token[1]})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": visitor}
    connection.request("POST", "/sign-in", form, headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status in (302, 303), f"sign-in answered {answer.status}"
    return Client(port, {"Cookie": f"{visitor}; {_cookies(answer.headers.get_all('Set-Cookie', []))}"})


def _cookies(lines: list[str]) -> str:
    return "; ".join(line.split(";", 1)[0] for line in lines)
