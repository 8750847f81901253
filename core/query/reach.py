"""How far a grant reaches: whether its rows are found along the order, or by the grant first.

A wide grant (many rows pass) is quick along the index of the order and slow by its own, a narrow or empty one the
other way round, by seconds at a million rows. A database cannot know which it is for this person; a capped count can.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from core.query.compile import PAGE, SAMPLE, Compiler
from core.query.indexed import held, linked_by, order_columns, owned_in_order
from core.query.searching.how import HITS
from core.query.shared import in_kept_order
from core.query.ways import Way

if TYPE_CHECKING:
    from core.query.execute import Reader

KEPT_SECONDS = 300
KEPT_PEOPLE = 2000
FEW = 1000
"""Rows that are gathered and sorted at once whatever the order."""

LINKS = {"sqlite": 2000, "postgresql": 300}
"""Records, of each of which the first rows are asked rather than how far they are: one costs a microsecond or two."""

SOON = 20 * PAGE
"""Rows that are walked through as quickly as the first rows of some records are asked for."""

SORTS = "USE TEMP B-TREE FOR"
SET = "LIST SUBQUERY"

Ways = tuple[Way, ...]

Links = Literal["none", "linked", "at hand"]
"""Whether a grant says no more than which of some records a link leads to; whether an index holds the rows of each of
these in the order of the list."""


@dataclass(slots=True, kw_only=True, eq=False)
class Reach:
    """What is known of one question: for which of its grants the way matters, and which it is for which person."""

    matters: tuple[bool, ...] | None = None
    narrow: Ways = ()
    """The ways of grants that are narrow; free where the database finds the way by itself, however wide they are."""
    links: tuple[Links, ...] = ()
    """Of each grant, what is known of its link."""
    _until: float = 0.0
    """When it is asked anew how the database would go: it learns of its tables, and they grow."""
    _people: dict[Any, tuple[float, Ways]] = field(default_factory=dict)

    def ways(
        self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any], *, kept: bool = True
    ) -> Ways:
        """Of each grant, the way in which this person's rows are found; empty when the database may choose.

        Without ``kept`` it is meant for counting: what is kept of shares in the order of lists is of no use then.
        """
        if reader.plan.how is not None and reader.plan.how.mode == "found":
            each: Way = "order"  # few records, each of them asked
            return (each,) * reader.compiler.grant_count()
        if self._until < time.monotonic():
            self._until, self.matters = time.monotonic() + KEPT_SECONDS, None
        if self.matters == ():
            return ()
        if self.matters is None:
            self.links = tuple(_links(reader.compiler))
            if reader.database.dialect == "postgresql":
                self.narrow = _in_postgresql(reader)
                found = tuple(way != "free" for way in self.narrow)
            else:
                found, self.narrow = _in_sqlite(reader, connection, values)
            self.matters = found if any(found) else ()
            return self.ways(reader, connection, values, kept=kept)
        person, now = (values["me"], int(values.get(HITS, 0)).bit_length(), kept), time.monotonic()
        known = self._people.get(person)
        if known is None or known[0] < now:
            if len(self._people) > KEPT_PEOPLE:
                self._people.clear()
            ways = self._choose(reader, connection, values, kept=kept)
            known = self._people[person] = now + KEPT_SECONDS, ways
        return known[1]

    def _choose(
        self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any], *, kept: bool
    ) -> Ways:
        """Walking the order until a page is full reads size / reach rows of it; sorting reads reach rows."""
        size = max(reader.other("size").columns(connection, values)[0][0] or 0, 0)  # rows on trial lie below
        hits = values.get(HITS)  # of a search only some of the rows that are walked through count
        enough = max(
            FEW, math.isqrt(PAGE * size) if not hits else min(size, int(size * math.sqrt(PAGE / hits)))
        )
        if reader.compiler.fresh().follows() and size > SAMPLE:
            enough = max(1, enough * SAMPLE // size)
        given, matters = {**values, "limit": enough}, self.matters or ()

        def asked(name: str, index: int, limit: int = enough) -> int:
            return int(reader.other(name, index).columns(connection, {**given, "limit": limit})[0][0])

        def chosen(index: int, narrow: Way) -> Way:
            if narrow == "kept":
                return "order" if asked("shared", index) >= enough else narrow
            least = LINKS[reader.database.dialect]
            link = self.links[index]
            few = link != "none" and asked("records", index, least) < least
            if few and link == "at hand" and not reader.plan.narrowed:
                alone = reader.database.dialect == "sqlite" and len(matters) == 1
                # it stops at each record as soon as its rows are behind the page; but several grants are asked at once
                return "each" if alone or asked("near", index, SOON) < PAGE else "among"
            if asked("reach", index) < enough:
                return narrow
            # wide: but what somebody else brought in may stand before all of it
            if link == "at hand" and asked("near", index) < PAGE:
                return "each"
            if few:
                return "among"
            small = reader.compiler.fresh().sets(index) and asked("sets", index, least) < least
            return "through" if small else "order"

        found: list[Way] = [chosen(i, self.narrow[i]) if there else "free" for i, there in enumerate(matters)]
        if not kept:
            found = [chosen(i, "grant") if way == "kept" else way for i, way in enumerate(found)]
        return tuple(found)


def _in_sqlite(
    reader: Reader, connection: sa.Connection, values: Mapping[str, Any]
) -> tuple[tuple[bool, ...], Ways]:
    """Of each grant, whether the way matters, and which it is when it is narrow.

    It matters where SQLite walks an order, and would sort under the grant, gather a set for it, or walk that order for
    anybody. What it sorts under the grant is left to it: where an index has the grant's column before the order it
    stops early.
    """
    matters: list[bool] = []
    narrow: list[Way] = []
    shares = in_kept_order(reader.compiler, order_columns(reader.compiler))
    row = reader.compiler.fresh()
    for index in range(reader.compiler.grant_count()):
        if shares and row.shared(index) is not None:
            matters.append(True)
            narrow.append("kept")
            continue
        plain, kept = (
            reader.other("branch", (index, way)).explain(connection, values) for way in ("free", "order")
        )
        walks = _first(plain) == _first(kept)
        gathers = SORTS in plain or SET in plain
        matters.append(SORTS not in kept and (walks or gathers))
        narrow.append("grant" if walks else "free")
    return tuple(matters), tuple(narrow)


def _links(compiler: Compiler) -> Iterator[Links]:
    """Of each grant, whether it says no more than what a link leads to, and the rows of each are at hand in this order."""
    order = order_columns(compiler)
    for index in range(compiler.grant_count()):
        link = None if compiler.fresh().follows() else linked_by(compiler, index, groups=True)
        if link is None:
            yield "none"
        else:
            yield "at hand" if order is not None and held(compiler, link, *order, "id") else "linked"


def _first(explained: str) -> str:
    """How SQLite finds the rows of the entity itself."""
    return explained.partition("\n")[0]


def _in_postgresql(reader: Reader) -> Ways:
    """Of each grant, the way when it is narrow: free when an index holds its rows in this order."""
    order = order_columns(reader.compiler)
    if order is None or not held(reader.compiler, *order):
        return ()

    shares, row = in_kept_order(reader.compiler, order), reader.compiler.fresh()

    def way(index: int) -> Way:
        if shares and row.shared(index) is not None:
            return "kept"
        if owned_in_order(reader.compiler, index):
            return "free"
        link = linked_by(reader.compiler, index)
        return "each" if link is not None and held(reader.compiler, link, *order, "id") else "grant"

    return tuple(way(index) for index in range(reader.compiler.grant_count()))
