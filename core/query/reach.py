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

from core.query.compile import Way
from core.storage.indexes import indexes_of

if TYPE_CHECKING:
    from core.query.execute import Reader

KEPT_SECONDS = 300
KEPT_PEOPLE = 2000
PAGE = 51
FEW = 1000
"""Rows that are gathered and sorted at once whatever the order."""

SORTS = "USE TEMP B-TREE FOR"

Ways = tuple[Way, ...]


@dataclass(slots=True, kw_only=True, eq=False)
class Reach:
    """What is known of one question: for which of its grants the way matters, and which it is for which person."""

    matters: tuple[bool, ...] | None = None
    _people: dict[Any, tuple[float, Ways]] = field(default_factory=dict)

    def ways(self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> Ways:
        """Of each grant, the way in which this person's rows are found; empty when the database may choose."""
        if self.matters == ():
            return ()
        if self.matters is None:
            ask = _in_postgresql if reader.database.dialect == "postgresql" else _in_sqlite
            found = ask(reader, connection, values)
            self.matters = found if any(found) else ()
            return self.ways(reader, connection, values)
        person, now = values["me"], time.monotonic()
        known = self._people.get(person)
        if known is None or known[0] < now:
            if len(self._people) > KEPT_PEOPLE:
                self._people.clear()
            known = self._people[person] = now + KEPT_SECONDS, self._choose(reader, connection, values)
        return known[1]

    def _choose(self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> Ways:
        """Walking the order until a page is full reads size / reach rows of it; sorting reads reach rows."""
        size = reader.other("size").columns(connection, values)[0][0] or 0
        enough = max(FEW, math.isqrt(PAGE * size))
        given = {**values, "limit": enough}
        narrow: Way = "grant" if reader.database.dialect == "postgresql" else "free"
        found: list[Way] = []
        for index, matters in enumerate(self.matters or ()):
            if not matters:
                found.append("free")
            elif reader.other("reach", index).columns(connection, given)[0][0] >= enough:
                found.append("order")
            else:
                found.append(narrow)
        return tuple(found)


def _in_sqlite(reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> tuple[bool, ...]:
    """Of each grant, whether SQLite would sort under it, and would not along the order."""
    given = {**values, "limit": PAGE}
    found = []
    for index in range(reader.compiler.grant_count()):
        plain, kept = (
            reader.other("branch", (index, way)).explain(connection, given) for way in ("free", "order")
        )
        found.append(SORTS in plain and SORTS not in kept)
    return tuple(found)


def _in_postgresql(reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> tuple[bool, ...]:
    """Of each grant, whether the order has an index, and none holds the grant's rows in that order."""
    order = reader.compiler.order_columns()
    held = [
        i.columns
        for i in indexes_of(reader.compiler.relations.tables, reader.plan.entity.uid)
        if i.rows == "all"
    ]
    if order is None or (order and not any(columns[: len(order)] == order for columns in held)):
        return ()
    return tuple(
        owned is None or not any(columns[: len(order) + 2] == (owned, *order, "id") for columns in held)
        for owned in map(reader.compiler.owned_by, range(reader.compiler.grant_count()))
    )
