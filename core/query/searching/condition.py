"""Whether a record is what is searched for, of what its reader may read of it: the one place where that is said."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from core.query.matching import among, contains
from core.query.relations import VisibleRow
from core.query.searching.how import FOUND, How
from core.query.spelled import parameter_of, spelled_fields
from core.query.title import title_of
from core.storage.search.finding import matches
from core.storage.search.layout import Column, searched_fields
from core.storage.types import TEXT

Condition = sa.ColumnElement[bool]


def search_condition(row: VisibleRow, how: How, language: str, *, titles: bool = False) -> Condition:
    """The condition of a search on a row, of its title alone when ``titles``."""
    if how.place is None:
        return _scanned(row, language)
    dialect = row.relations.dialect
    rows = how.place.table.alias()
    find = sa.func.strpos if dialect == "postgresql" else sa.func.instr
    readable: list[tuple[sa.ColumnElement[Any], Condition | None]] = []
    for at, column in enumerate(how.place.layout.columns):
        rights = _rights(row, column) if column.title or not titles else None
        if rights is not None:
            readable.append((rows.c[f"t{at}"], None if rights is True else rights))

    def holds(name: str) -> Condition:
        text = sa.bindparam(name, type_=TEXT)
        found = []
        for column, limit in readable:
            there = find(column, text, type_=sa.Integer()) > 0
            found.append(there if limit is None else sa.and_(there, limit))
        return sa.or_(sa.false(), *found)

    told = sa.case((matches(how.shape, holds), 1), else_=0)
    asked = sa.select(told).where(rows.c.id == row.alias.c.id).correlate_except(rows).scalar_subquery() == 1
    return sa.and_(among(dialect, row.alias.c.id, FOUND), asked) if how.mode == "found" else asked


def _rights(row: VisibleRow, column: Column) -> Condition | Literal[True] | None:
    """What a reader must be given to read a class of texts: nothing (True), something on this row, or they never may."""
    if column.link is None:
        return _covered(row, column.fields)
    link = _covered(row, (column.link,) if column.through is None else (column.link, column.through))
    field = row.entity.by_uid.get(column.link)
    if link is None or field is None or field.target is None:
        return None
    relations = row.relations
    there = relations.visible.open(field.target, "any", reached=True)
    title = _covered(there, column.fields)
    if title is None or not relations.grants.may(field.target, "read"):
        return None
    limits = [c for c in (there.condition, title) if c is not None and c is not True]
    if not limits:
        return link
    seen = sa.exists(
        sa.select(sa.literal(1))
        .where(there.alias.c.id == row.column(column.link), *limits)
        .correlate_except(there.alias)
    )
    return seen if link is True else sa.and_(link, seen)


def _covered(row: VisibleRow, uids: tuple[str, ...]) -> Condition | Literal[True] | None:
    coverage = row.relations.grants.readable(row.entity.uid)
    if any(uid not in coverage for uid in uids if uid in row.entity.by_uid):
        return None
    masks = {
        id(m): m for uid in uids if uid in row.entity.by_uid and row.sometimes(uid) for m in (row.mask(uid),)
    }
    return sa.and_(*masks.values()) if masks else True


def _scanned(row: VisibleRow, language: str) -> Condition:
    """While the index is made: the text of the parameter ``search`` stands in some text that is searched and may be
    read, or in the title."""
    readable = row.relations.grants.readable(row.entity.uid)
    dialect = row.relations.dialect
    looked_up = {f.uid for f in row.entity.fields if f.search and f.type.name == "lookup"}
    searched = looked_up | {f.uid for f in searched_fields(row.entity)}
    cells = [
        row.cell(f.uid)
        for f in row.entity.fields
        if f.uid in readable and f.uid in searched and f.result.kind == "text"
    ]
    if any(p.field and row.entity.by_uid[p.field].result.kind != "text" for p in row.entity.title):
        cells.append(title_of(row, language))
    found = [contains(dialect, cell, "search") for cell in cells]
    for field in spelled_fields(row.relations.model, row.entity):
        if field.uid in readable and field.search:
            found.append(contains(dialect, row.cell(field.uid), parameter_of(field)))
    return sa.or_(sa.false(), *found)
