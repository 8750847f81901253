"""Shared records in the order of a list: the first of them are read from what is kept of shares, without the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.paging import Key, order_by
from core.storage.expressions.hints import asked_once
from core.storage.expressions.shares import shares_in_order

if TYPE_CHECKING:
    from core.query.compile import Compiler, Part
    from core.query.relations import VisibleRow

Force = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]
"""Whether a share is in force, of the id of its record."""


def in_kept_order(compiler: Compiler, columns: tuple[str, ...] | None) -> bool:
    """Whether shares are kept in the order of these columns before the id."""
    plan = compiler.plan
    plain = plan.how is None and not plan.among_ids and plan.leading is None
    return plain and columns in ((), ("created_at",))


def shared_pages(compiler: Compiler, part: Part, index: int) -> list[sa.Select[Any]]:
    """The first records that were shared with the reader: with the person, their groups, their roles, departments.

    Each record is asked as it comes; the same one may come by several shares.
    """
    found = []
    relations = compiler.relations
    for row, kept, mine, force in _each(compiler, index):
        own = compiler.keys(row)
        values = (kept.c.made, kept.c.record)[-len(own) :]
        keys = [
            Key(expression=value, descending=key.descending, nullable=False, bare=True)
            for value, key in zip(values, own, strict=True)
        ]
        there: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(row.alias)
        # The share is asked last, of those that fulfil the rest: PostgreSQL asks first what does not speak of the row.
        there = there.where(row.alias.c.id == kept.c.record, *compiler.common(row), force(row.alias.c.id))
        asked = asked_once(there.correlate_except(row.alias), relations.dialect, single=True)
        select = (
            sa.select(*compiler.labelled(keys)).where(*mine, asked, *compiler.place(part, keys)).distinct()
        )
        found.append(select.order_by(*order_by(keys, part.segment)).limit(compiler.most(part)))
    return found


def shared_otherwise(compiler: Compiler, index: int) -> sa.Select[Any]:
    """How many shares reach the reader by a group, role or department, at most the parameter ``limit``."""
    selects = [sa.select(kept.c.share).where(*mine) for _, kept, mine, _ in _each(compiler, index)][1:]
    every = sa.union_all(*selects).subquery()
    found = sa.select(every).limit(sa.bindparam("limit", type_=sa.Integer())).subquery()
    return sa.select(sa.func.count()).select_from(found)


def _each(
    compiler: Compiler, index: int
) -> list[tuple[VisibleRow, sa.FromClause, list[sa.ColumnElement[bool]], Force]]:
    relations, row = compiler.relations, compiler.fresh()
    node = row.shared(index)
    assert node is not None
    environment = relations.environment(None, relations.all)
    return [(compiler.fresh(), *found) for found in shares_in_order(node, relations.all, environment)]
