"""Boards, places on them, moves and their forms: counts and totals are those of the rows in sight."""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from core.access.login import load_actor
from core.query import Query
from core.query.totals import totals
from metamodel.model import Field
from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Visit
from tests.oracle.evaluator import Row

CARDS = re.compile(r'data-card="(\d+)"')
INTO, COLUMN = re.compile(r'data-into="([^"]+)"'), re.compile(r'data-column="([^"]+)"')
HEAD, COUNT = re.compile(r'data-head="([^"]+)" data-exact='), re.compile(r'bcount num">(\d+)<')

Group = tuple[Any, bool]
"""What a record is grouped by: the value as it is stored, and whether it is there, but out of sight."""


def grouped(visit: Visit, field: Field) -> dict[Group, list[Row]]:
    """The works in sight by what their cell shows to the person: one that they may not read is as one without a value."""
    work, found = visit.entity("work"), defaultdict(list)
    for row in visit.seen("work"):
        value = row.get(field.uid) if visit.rights.reads(work, row, field) else None
        shown = visit.rights.shown(work, row, field)
        hidden = value is not None and isinstance(shown, dict) and shown["id"] is None
        found[(None, True) if hidden else (value, False)].append(row)
    return dict(found)


def summed(visit: Visit, rows: Iterable[Row]) -> list[Decimal]:
    """The amounts of these works that the person may read."""
    work = visit.entity("work")
    amount = work.by_name["amount"]
    cells = [r[amount.uid] for r in rows if r[amount.uid] is not None and visit.rights.reads(work, r, amount)]
    return [Decimal(cell) for cell in cells]


@claims("GET /e/{entity}/board/column", "GET /e/{entity}/board/heads", "GET /e/{entity}/board/cards")
def boards(visit: Visit) -> None:
    """Columns hold cards of rows in sight; counts and sums are over the same rows and readable cells."""
    work = visit.entity("work")
    for tail in (
        "column?view=work_board&column=fresh",
        "heads?view=work_board",
        f"cards?view=work_board&id={UNKNOWN}",
    ):
        if not visit.rights.exists(work):
            no_page(visit, f"/e/{{}}/board/{tail}", "work", "nobody")
        else:
            visit.page(f"/e/work/board/{tail}", fragment=True)
    if not visit.rights.exists(work):
        return
    groups(visit)
    page = visit.page("/e/work?view=work_board&open=done")
    if 'data-board="work_board"' in page.text:
        columns(visit, page.text)


def groups(visit: Visit) -> None:
    """Counts and sums by group, and of all together, are those of the oracle."""
    work = visit.entity("work")
    amount = work.by_name["amount"]
    fields = [amount.uid] if visit.rights.has(work, amount) else []
    named = [work.by_name[name] for name in ("stage", "owner", "org", "kind")]
    with visit.site.workspace.read() as tx:
        actor = load_actor(tx, visit.rights.person.me or 0)
        for each in (None, *(f for f in named if visit.rights.has(work, f))):
            told = totals(tx, actor, Query(entity="work"), each.uid if each else None, fields)
            expected = grouped(visit, each) if each else {(None, False): visit.seen("work")}
            counts = {(t.value, t.hidden): t.count for t in told if t.count}
            assert counts == {g: len(rows) for g, rows in expected.items() if rows}, each and each.name
            for total in told if fields else ():
                cells = summed(visit, expected.get((total.value, total.hidden), ()))
                assert total.fields["amount"].filled == len(cells), (each and each.name, total)
                assert sum(total.fields["amount"].sums.values()) == sum(cells), (each and each.name, total)


def columns(visit: Visit, page: str) -> None:
    """Each column of the board, its head and its cards, on the page and asked for alone."""
    work = visit.entity("work")
    stage = work.by_name["stage"]
    assert work.stages is not None
    names = {s.uid: s.name for p in work.stages.pipelines for s in p.stages}
    expected: dict[str, list[Row]] = {key: [] for key in names.values()}
    for (value, hidden), rows in grouped(visit, stage).items():
        expected["~" if hidden else "-" if value is None else names[value]] = rows
    every = {key: {str(r["id"]) for r in rows} for key, rows in expected.items() if rows}
    ids = "&".join(f"id={r['id']}" for r in visit.rows("work"))
    heads = visit.page("/e/work/board/heads?view=work_board", fragment=True).text
    changed = visit.page(f"/e/work/board/cards?view=work_board&{ids}", fragment=True).text
    assert {key: set(CARDS.findall(part)) for key, part in parts(INTO, changed)} == every
    assert {key: set(CARDS.findall(part)) for key, part in parts(COLUMN, page) if CARDS.search(part)} == every
    told = parts(HEAD, heads)  # the page itself says … while so many (by their ids) are being counted
    assert told and {key for key, _ in told} >= every.keys()
    for key, part in told:
        count = COUNT.search(part)
        assert count is not None and int(count[1]) == len(expected[key]), (key, part)
        exact = json.loads(html.unescape(part.partition('"')[2].partition('"')[0]) or "{}")
        assert not exact or Decimal(exact["sum"]) == sum(summed(visit, expected[key])), (key, part)
    for key, found in expected.items():
        answer = visit.page(f"/e/work/board/column?view=work_board&column={key}", fragment=True)
        assert set(CARDS.findall(answer.text)) == {str(r["id"]) for r in found}, (key, answer.status)


def parts(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """A text cut where the pattern stands: what it names there, and what follows."""
    found = pattern.split(text)[1:]
    return list(zip(found[::2], found[1::2], strict=True))


@claims(
    "GET /e/{entity}/{identity}/place",
    "POST /e/{entity}/{identity}/place",
    "GET /e/{entity}/{identity}/move",
    "POST /api/records/{entity}/{id}/move/undo",
)
def moves(visit: Visit) -> None:
    """A hidden record is moved by nobody; the form of a move asks for what may be seen."""
    work = visit.entity("work")
    for row in visit.some(visit.rights.world.rows[work.uid], 5):
        place = f"/e/work/{row['id']}"
        if visit.rights.sees(work, row):
            for tail in ("/move?to=done", "/move?to=nowhere", "/place?view=work_board&to=done"):
                visit.page(place + tail, fragment=True)
            visit.form(f"{place}/move", [("to", "nowhere"), ("_version", "0")], fragment=True)
            visit.form(f"{place}/move/undo", [], fragment=True)
            continue
        for tail in ("/move?to=done", "/place?view=work_board&to=done"):
            no_page(visit, "/e/work/{}" + tail, row["id"], UNKNOWN)
        for tail, pairs in (
            ("/move", [("to", "done")]),
            ("/move/undo", []),
            ("/place", [("to", "done"), ("view", "work_board")]),
        ):
            told, nothing = (visit.form(f"/e/work/{i}{tail}", pairs) for i in (row["id"], UNKNOWN))
            assert bare(told, row["id"], UNKNOWN) == bare(nothing, row["id"], UNKNOWN), tail
        alike(visit, "POST", "/api/records/work/{}/move/undo", row["id"], UNKNOWN, {})
