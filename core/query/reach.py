"""How far a grant reaches: whether SQLite should walk the index of the order rather than that of the grant.

A wide grant (most rows pass) is quick along the order's index and slow along its own, a narrow or empty one the other
way round, by seconds; SQLite cannot know which it is for this person, a capped count can (docs of decision 12).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from core.query.execute import Reader

KEPT_SECONDS = 300
KEPT_PEOPLE = 2000
PAGE = 51
FEW = 1000
"""Rows that are gathered and sorted at once whatever the order."""

SORTS = "USE TEMP B-TREE FOR"


@dataclass(slots=True, kw_only=True, eq=False)
class Reach:
    """What is known of one question: for which of its grants keeping the order can help, and for which people it does."""

    helps: tuple[bool, ...] | None = None
    _people: dict[Any, tuple[float, tuple[bool, ...]]] = field(default_factory=dict)

    def kept(self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> tuple[bool, ...]:
        """Of each grant, whether this person's rows of it are to be read along the order; empty means none."""
        if reader.database.dialect != "sqlite" or self.helps == ():
            return ()
        if self.helps is None:
            self.helps = self._can_help(reader, connection, values)
            return self.kept(reader, connection, values)
        person, now = values["me"], time.monotonic()
        known = self._people.get(person)
        if known is None or known[0] < now:
            if len(self._people) > KEPT_PEOPLE:
                self._people.clear()
            known = self._people[person] = now + KEPT_SECONDS, self._are_wide(reader, connection, values)
        return known[1]

    def _can_help(
        self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]
    ) -> tuple[bool, ...]:
        """Of each grant, whether SQLite would sort under it, and would not along the order."""
        given = {**values, "limit": PAGE}
        found = []
        for index in range(reader.compiler.grant_count()):
            plain, kept = (
                reader.other("branch", (index, keep)).explain(connection, given) for keep in (False, True)
            )
            found.append(SORTS in plain and SORTS not in kept)
        return tuple(found) if any(found) else ()

    def _are_wide(
        self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]
    ) -> tuple[bool, ...]:
        """Walking the order until a page is full reads size / reach rows of it; sorting reads reach rows."""
        size = reader.other("size").columns(connection, values)[0][0] or 0
        enough = max(FEW, math.isqrt(PAGE * size))
        given = {**values, "limit": enough}
        return tuple(
            helps and reader.other("reach", index).columns(connection, given)[0][0] >= enough
            for index, helps in enumerate(self.helps or ())
        )
