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

from core.query.compile import Part

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
    """What is known of one question: whether keeping the order can help at all, and for which people it does."""

    helps: bool | None = None
    _people: dict[Any, tuple[float, bool]] = field(default_factory=dict)

    def keeps_order(self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> bool:
        """Whether this person's page is to be read along the order."""
        if reader.database.dialect != "sqlite" or self.helps is False:
            return False
        if self.helps is None:
            self.helps = self._can_help(reader, connection, values)
            return self.helps and self.keeps_order(reader, connection, values)
        person, now = values["me"], time.monotonic()
        known = self._people.get(person)
        if known is None or known[0] < now:
            if len(self._people) > KEPT_PEOPLE:
                self._people.clear()
            known = self._people[person] = now + KEPT_SECONDS, self._is_wide(reader, connection, values)
        return known[1]

    def _can_help(self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> bool:
        """Whether SQLite would sort under the grant, and would not along the order."""
        if not reader.compiler.one_grant():
            return False
        given = {**values, "limit": PAGE}
        plain, kept = (
            reader.other("page_ids", Part(segment=reader.segments[0], keep_order=keep)).explain(
                connection, given
            )
            for keep in (False, True)
        )
        return SORTS in plain and SORTS not in kept

    def _is_wide(self, reader: Reader, connection: sa.Connection, values: Mapping[str, Any]) -> bool:
        """Walking the order until a page is full reads size / reach rows of it; sorting reads reach rows."""
        size = reader.other("size").columns(connection, values)[0][0] or 0
        enough = max(FEW, math.isqrt(PAGE * size))
        found = reader.other("reach").columns(connection, {**values, "limit": enough})[0][0]
        return bool(found >= enough)
