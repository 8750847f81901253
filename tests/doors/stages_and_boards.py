"""Boards, places on them, moves and their forms: counts and totals are those of the rows in sight."""

from __future__ import annotations

from decimal import Decimal

from core import query
from core.access.login import load_actor
from core.query import Query
from core.query.totals import totals
from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Visit


@claims("GET /e/{entity}/board/column", "GET /e/{entity}/board/heads", "GET /e/{entity}/board/cards")
def boards(visit: Visit) -> None:
    """Columns hold cards of rows in sight; counts and sums are over the same rows and readable cells."""
    work = visit.entity("work")
    shown = {r["id"] for r in visit.seen("work")}
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
    visit.page("/e/work?view=work_board")
    ids = "&".join(f"id={r['id']}" for r in visit.rows("work"))
    visit.page(f"/e/work/board/cards?view=work_board&{ids}", fragment=True)
    amount, stage = work.by_name["amount"], work.by_name["stage"]
    by = [f for f in (stage, work.by_name["owner"], work.by_name["kind"]) if visit.rights.has(work, f)]
    summed = [amount.uid] if visit.rights.has(work, amount) else []
    with visit.site.workspace.read() as tx:
        actor = load_actor(tx, visit.rights.person.me or 0)
        for each in by:
            told = totals(tx, actor, Query(entity="work"), each.uid, summed)
            assert sum(t.count for t in told) == len(shown) == query.count(tx, actor, Query(entity="work"))
        for total in totals(tx, actor, Query(entity="work"), None, summed) if summed else ():
            cells = [
                r[amount.uid]
                for r in visit.seen("work")
                if r[amount.uid] is not None and visit.rights.reads(work, r, amount)
            ]
            assert total.fields["amount"].filled == len(cells)
            assert sum(total.fields["amount"].sums.values()) == sum(map(Decimal, cells))


@claims(
    "GET /e/{entity}/{identity}/place",
    "POST /e/{entity}/{identity}/place",
    "GET /e/{entity}/{identity}/move",
    "GET /e/{entity}/move",
    "POST /e/{entity}/move",
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
        for way in ("get", "post"):
            told, nothing = (
                visit.page(f"/e/work/move?to=done&id={i}")
                if way == "get"
                else visit.form("/e/work/move", [("to", "done"), ("id", str(i))])
                for i in (row["id"], UNKNOWN)
            )
            assert bare(told, row["id"], UNKNOWN) == bare(nothing, row["id"], UNKNOWN), way
