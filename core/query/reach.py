"""How far a grant reaches: whether its rows are found along the order, or by the grant first.

A wide grant (many rows pass) is quick along the index of the order and slow by its own, a narrow or empty one the
other way round, by seconds at a million rows. A database cannot know which it is for this person; a capped count can.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.compile import PAGE, SAMPLE, Compiler, Way
from core.query.searching.how import HITS
from core.query.shared import in_kept_order
from core.storage.indexes import indexes_of
from metamodel.expression.tree import Call, Me, MySet, Path
from metamodel.model import Grant

if TYPE_CHECKING:
    from core.query.execute import Reader

KEPT_SECONDS = 300
KEPT_PEOPLE = 2000
FEW = 1000
"""Rows that are gathered and sorted at once whatever the order."""

SORTS = "USE TEMP B-TREE FOR"
SET = "LIST SUBQUERY"

Ways = tuple[Way, ...]


@dataclass(slots=True, kw_only=True, eq=False)
class Reach:
    """What is known of one question: for which of its grants the way matters, and which it is for which person."""

    matters: tuple[bool, ...] | None = None
    narrow: Ways = ()
    """The ways of grants that are narrow; free where the database finds the way by itself, however wide they are."""
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
        if self.matters == ():
            return ()
        if self.matters is None:
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
        if reader.plan.entity.follows is not None and size > SAMPLE:
            enough = max(1, enough * SAMPLE // size)
        given = {**values, "limit": enough}

        def chosen(index: int, narrow: Way) -> Way:
            counted = "shared" if narrow == "kept" else "reach"
            wide = reader.other(counted, index).columns(connection, given)[0][0] >= enough
            return "order" if wide else narrow

        matters = self.matters or ()
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


def _first(explained: str) -> str:
    """How SQLite finds the rows of the entity itself."""
    return explained.partition("\n")[0]


def _in_postgresql(reader: Reader) -> Ways:
    """Of each grant, the way when it is narrow: free when an index holds its rows in this order."""
    order = order_columns(reader.compiler)
    tables, uid = reader.compiler.relations.tables, reader.plan.entity.uid
    indexes = [index.columns for index in indexes_of(tables, uid) if index.rows == "all"]

    def held(*columns: str) -> bool:
        return any(index[: len(columns)] == columns for index in indexes)

    if order is None or not held(*order):
        return ()

    shares, row = in_kept_order(reader.compiler, order), reader.compiler.fresh()

    def way(index: int) -> Way:
        if shares and row.shared(index) is not None:
            return "kept"
        owned, link = owned_by(reader.compiler, index), linked_by(reader.compiler, index)
        if owned is not None and held(owned, *order, "id"):
            return "free"
        return "each" if link is not None and held(link, *order, "id") else "grant"

    return tuple(way(index) for index in range(reader.compiler.grant_count()))


def order_columns(compiler: Compiler) -> tuple[str, ...] | None:
    """The columns of the order before the id, when an index may hold them: all as stored, in one direction."""
    *keys, last = compiler.keys(compiler.fresh())
    if not all(key.bare and key.descending == last.descending for key in keys):
        return None
    return tuple(_name(key.expression) for key in keys)


def owned_by(compiler: Compiler, index: int) -> str | None:
    """The column of a grant that says no more than that a field is the reader."""
    row = compiler.fresh()
    if row.entity.follows is not None:
        return None
    grant = compiler.relations.grants.branches(row.entity.uid, "read")[index]
    match grant.rows.root if grant.rows is not None else None:
        case Call(function="=", arguments=(Path(root="row", up=0, steps=((_, uid),)), Me())):
            return _name(row.column(uid)) if row.entity.by_uid[uid].stored else None
        case _:
            return None


def linked_by(compiler: Compiler, index: int) -> str | None:
    """The column of a link, when a grant says no more than which of many records it may lead to.

    Groups are few and have very many rows or few: PostgreSQL, which knows only how many a group has on average, would
    walk the order through the whole table for each, so their rows are gathered.
    """
    row = compiler.fresh()
    if row.entity.follows is None and _of_groups(
        compiler.relations.grants.branches(row.entity.uid, "read")[index]
    ):
        return None
    source = row.source(index)
    if source is None or not row.entity.by_uid[source[0]].stored:
        return None
    return _name(row.column(source[0]))


def _of_groups(grant: Grant) -> bool:
    """Whether a grant is about a link to one of the reader's groups."""
    match grant.rows.root if grant.rows is not None else None:
        case Call(function="IN", arguments=(Path(), MySet(name="groups"))):
            return True
        case _:
            return False


def _name(column: sa.ColumnElement[Any]) -> str:
    return str(getattr(column, "name", ""))
