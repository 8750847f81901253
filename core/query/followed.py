"""Rows whose rights follow the record they lead to (`rights: of parent`): seen exactly when that record is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.storage.any_links import any_of, leads_to, record_of
from core.storage.types import BIG

if TYPE_CHECKING:
    from core.query.relations import VisibleRow

Condition = sa.ColumnElement[bool]


def followed_conditions(row: VisibleRow, *, one_by_one: bool = False) -> tuple[Condition | None, ...]:
    """What the row asks of the record it leads to, a condition for each entity it may be of; None for nothing.

    Entities every record of which is seen share the first condition. ``one_by_one`` is the form that is cheap to ask
    of a single row, the other finds the rows by the index of the link.
    """
    if not _follows(row):
        return (None,)
    link = row.column(row.entity.follows or "")
    whole, limited = [], list[Condition]()
    for uid, target in _targets(row):
        if target is None:
            whole.append(leads_to(link, uid))
        elif one_by_one:
            there: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(target.alias)
            there = there.where(target.alias.c.id == record_of(link, uid, BIG))
            if target.condition is not None:
                there = there.where(target.condition)
            limited.append(sa.and_(leads_to(link, uid), sa.exists(there.correlate_except(target.alias))))
        else:
            limited.append(sa.and_(leads_to(link, uid), _among(row, link, _ids(uid, target))))
    if len(whole) == len(row.entity.by_uid[row.entity.follows or ""].targets):
        return (None,)
    return (*([sa.or_(*whole)] if whole else []), *limited) or (sa.false(),)


def followed_sources(row: VisibleRow) -> tuple[sa.Select[Any] | None, ...] | None:
    """Of each of `followed_conditions` the links that fulfil it, None when they are not limited; None as a whole for
    a row that asks nothing of what it leads to.
    """
    if followed_conditions(row)[0] is None:
        return None
    targets = list(_targets(row))
    whole: tuple[sa.Select[Any] | None, ...] = (None,) if any(target is None for _, target in targets) else ()
    limited = tuple(_ids(uid, target) for uid, target in targets if target is not None)
    return (*whole, *limited) or (None,)


def _follows(row: VisibleRow) -> bool:
    return row.entity.follows is not None and not row.relations.grants.everything


def _targets(row: VisibleRow) -> Iterator[tuple[str, VisibleRow | None]]:
    """The entities (uids) of which the reader sees any record, each with an alias of it; None where they see all."""
    for uid in row.entity.by_uid[row.entity.follows or ""].targets:
        if row.relations.grants.may(uid, "read"):
            target = row.relations.visible.open(uid, "any")
            yield uid, None if target.condition is None else target


def _ids(uid: str, target: VisibleRow) -> sa.Select[Any]:
    assert target.condition is not None
    found = sa.select(any_of(uid, target.alias.c.id).label("link")).where(target.condition)
    return found.correlate_except(target.alias)


def _among(row: VisibleRow, link: sa.ColumnElement[Any], links: sa.Select[Any]) -> Condition:
    if row.relations.dialect == "sqlite":
        return link.in_(links)
    return link == sa.func.any(sa.func.array(links.scalar_subquery()))
