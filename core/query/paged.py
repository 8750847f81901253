"""The rows of a page, read segment by segment; a first page that is gathered, up to where it ended the last time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import sqlalchemy as sa

from core.query.columns import Layout
from core.query.compile import Compiler, Part
from core.query.paging import Segment, segments
from core.query.ways import ALONG, Way
from core.storage.database import Database
from core.storage.expressions import refusal_of
from core.storage.prepared import Prepared

USUAL = (2, 11, 21, 26, 31, 51, 101, 201, 501, 1001)
"""Numbers of rows, with the one behind the page, that are written into the statement: the next of them is read."""

KEPT_ENDS = 2000
"""People of whom it is kept where the first page of one question ended."""

Values = dict[str, Any]
Rows = list[Sequence[Any]]
"""Selected values, a sequence for each column; no columns when there is no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The statement of a page, how its rows are read, and how many of its columns are shown: the rest sort."""

    prepared: Prepared
    layout: Layout
    width: int

    def sorted_by(self, raw: Rows, at: int) -> tuple[Any, ...]:
        """The sort values of one of its rows."""
        values = [column[at] for column in raw]
        return (*self.prepared.converted(values[self.width :], self.width), values[self.layout.id_at])


class Pages:
    """The statements of one question's pages.

    Where a first page ended is kept for each person. Up to there it is sought the next time: if there are as many rows
    up to there, they are the first ones, whatever has changed since; if not, it is sought without an end.
    """

    def __init__(self, *, compiler: Compiler, database: Database) -> None:
        self._compiler = compiler
        self._database = database
        keys = compiler.keys(compiler.fresh())
        self.key_count = len(keys)
        self.segments: tuple[Segment, ...] = segments(keys)
        plan = compiler.plan
        plain = plan.how is None and plan.group is None and plan.leading is None and not plan.among_ids
        self._ending = plain and keys[0].bare and compiler.grant_count() > 0
        self._pages: dict[Part, Page] = {}
        self._ends: dict[tuple[int, int], Any] = {}
        """By person and number of rows, the first sort value of the row behind the first page."""

    def read(
        self, connection: sa.Connection, values: Values, limit: int, after: tuple[Any, ...] | None,
        ways: tuple[Way, ...],
    ) -> tuple[Layout, Rows, tuple[Any, ...] | None]:  # fmt: skip
        """The rows of a page and how they are read, with the sort values of the last when there are more behind it."""
        wanted, whose = limit + 1, (values["me"], limit)
        parts = list(self._parts(after, ways, next((usual for usual in USUAL if usual >= wanted), None)))
        given = {**values, **_behind(after), "limit": wanted}
        # who walks along an order reads nothing behind the page anyway
        ending = self._ending and after is None and (ALONG.isdisjoint(ways) or "kept" in ways)
        page, raw = None, list[Sequence[Any]]()
        end = self._ends.get(whose) if ending else None  # once: other threads forget it meanwhile
        if end is not None:
            until = [replace(parts[0], ends=True)]
            page, raw = self._read(until, connection, {**given, "end": end}, wanted)
        if page is None or _count(raw) < wanted:
            page, raw = self._read(parts, connection, given, wanted)
        if _count(raw) < wanted:
            return page.layout, raw, None
        if ending:
            self._keep(whose, page.sorted_by(raw, limit)[0])
        return page.layout, [column[:limit] for column in raw], page.sorted_by(raw, limit - 1)

    def page(self, part: Part) -> Page:
        """The statement of a page, made once."""
        if part not in self._pages:
            select, layout = self._compiler.page(part)
            width = len(select.selected_columns) - self.key_count + 1
            self._pages[part] = Page(prepared=Prepared(select, self._database), layout=layout, width=width)
        return self._pages[part]

    def _parts(
        self, after: tuple[Any, ...] | None, ways: tuple[Way, ...], most: int | None
    ) -> Iterator[Part]:
        """The statements of a page, one for each segment that is left."""
        empties = after is not None and after[0] is None and len(self.segments) > 1
        empty = None if after is None else tuple(value is None for value in after)
        for segment in self.segments[1 if empties else 0 :]:
            yield Part(segment=segment, empty=empty, ways=ways, limit=most)
            empty = None

    def _read(
        self, parts: Sequence[Part], connection: sa.Connection, values: Values, wanted: int
    ) -> tuple[Page, Rows]:
        """The rows of the first of these statements, and of the others as long as there are not enough."""
        found: list[Rows] = []
        for page in map(self.page, parts):
            found.append(run(page.prepared, connection, values, page.width))
            wanted -= _count(found[-1])
            if wanted <= 0:
                break
        return page, _together(found)

    def _keep(self, whose: tuple[int, int], end: Any) -> None:
        if end is None:
            self._ends.pop(whose, None)
            return
        if len(self._ends) > KEPT_ENDS:
            self._ends.clear()
        self._ends[whose] = end


def run(
    prepared: Prepared, connection: sa.Connection, values: Mapping[str, Any], raw_from: int | None = None
) -> Rows:
    """The selected values; a number with more digits than are kept is refused with KBK1013."""
    try:
        return prepared.columns(connection, values, raw_from=raw_from)
    except (sqlite3.Error, psycopg.Error) as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def _behind(after: tuple[Any, ...] | None) -> Values:
    return {} if after is None else {f"after_{index}": value for index, value in enumerate(after)}


def _count(rows: Rows) -> int:
    return len(rows[0]) if rows else 0


def _together(found: list[Rows]) -> Rows:
    """The rows of both segments, one behind the other."""
    filled = [rows for rows in found if rows]
    if len(filled) <= 1:
        return filled[0] if filled else []
    return [(*first, *second) for first, second in zip(*filled, strict=True)]
