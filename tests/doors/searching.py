"""Doors of the search over everything: only what may be read finds a record, and only that is told of it."""

from __future__ import annotations

import re

from tests.doors.doors import claims
from tests.doors.visit import Visit
from tests.doors.yard import MAIN

WORD = re.compile(r"q\d{4}z")


def words(visit: Visit) -> list[tuple[str, str]]:
    """Marks of some texts of each entity, with its name."""
    found = []
    for name in MAIN:
        for row in visit.some(visit.rows(name), 1):
            found += [(name, v) for v in row.values() if isinstance(v, str) and WORD.fullmatch(v)]
    return found


@claims("GET /api/search")
def everything(visit: Visit) -> None:
    """A word finds, of each entity, the rows that the oracle finds; what is hidden is as what is not there."""
    for name, word in words(visit):
        answer = visit.api("GET", f"/api/search?limit=100&q={word}")
        found = sorted(i["id"] for i in answer.json["items"] if i["entity"] == name)
        entity = visit.entity(name)
        expected = sorted(r["id"] for r in visit.seen(name) if visit.rights.finds(entity, r, word))
        assert found == expected, (answer.asked, found, expected)
        first = visit.api("GET", f"/api/search?limit=1&q={word}").json
        while first["next"] is not None:
            first = visit.api("GET", f"/api/search?limit=1&q={word}&cursor={first['next']}").json
    nothing = visit.api("GET", "/api/search?q=q9999z")
    assert nothing.json == {"items": [], "next": None}


@claims("GET /search")
def page(visit: Visit) -> None:
    """The page and its parts tell no more; records that a browser remembers are asked for anew."""
    for name, word in visit.some(words(visit), 3):
        visit.page(f"/search?q={word}")
        visit.page(f"/search?part=results&q={word}", fragment=True)
        ids = [r["id"] for r in visit.rows(name)]
        keys = "&".join(f"r={name}:{i}" for i in ids[:10])
        visit.page(f"/search?part=results&q=&{keys}", fragment=True)
