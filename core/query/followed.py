"""Rows whose rights follow the record they lead to (`rights: of parent`): seen exactly when that record is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.access.grants import Grants, unlimited
from core.storage.any_links import any_of, leads_to, record_of
from core.storage.expressions.hints import asked_once
from core.storage.types import BIG

if TYPE_CHECKING:
    from core.query.relations import VisibleRow

Condition = sa.ColumnElement[bool]

Led = tuple[tuple[str, ...], ...]
"""The entities (uids) that each branch of following leads to; those seen whole share the first one."""


def led_to(row: VisibleRow) -> Led | None:
    """The branches of following, known without compiling any of them; None for a row that asks nothing of what it
    leads to, and no branch where nothing that it may lead to can be seen.
    """
    if row.entity.follows is None or row.relations.grants.everything:
        return None
    targets = row.entity.by_uid[row.entity.follows].targets
    whole = tuple(uid for uid in targets if seen_whole(row.relations.grants, uid))
    if len(whole) == len(targets):
        return None
    limited = (uid for uid in targets if uid not in whole and row.relations.grants.may(uid, "read"))
    return (*([whole] if whole else []), *((uid,) for uid in limited))


def seen_whole(grants: Grants, uid: str) -> bool:
    """Whether every record of an entity is seen: `VisibleRows.open` then limits nothing."""
    if grants.everything:
        return True
    entity = grants.model.entity_by_uid[uid]
    given = grants.branches(uid, "read")
    if entity.name == "file" or not any(unlimited(grant) for grant in given) or not grants.may(uid, "read"):
        return False
    if entity.follows is not None:
        return all(seen_whole(grants, target) for target in grants.followed(uid))
    link = grants.parent_link(uid)
    return link is None or (
        seen_whole(grants, link[0].uid) and grants.readable(link[0].uid).get(link[1].uid) == "always"
    )


def followed_condition(
    row: VisibleRow, led: Led, index: int, *, one_by_one: bool = False, gathered: bool = False
) -> Condition:
    """What one branch asks of the record that the row leads to.

    ``one_by_one`` is the form that is cheap to ask of a single row; ``gathered`` asks whether it is of a small set,
    which PostgreSQL hashes, as it does no array; else the rows are found by the index of the link.
    """
    if not led:
        return sa.false()
    link = row.column(row.entity.follows or "")
    uid = led[index][0]
    if seen_whole(row.relations.grants, uid):
        return sa.or_(*(leads_to(link, each) for each in led[index]))
    target = row.relations.visible.open(uid, "any", bounded=one_by_one)
    if not one_by_one:
        links = _ids(uid, target)
        return sa.and_(
            leads_to(link, uid), _in_small(row, link, links) if gathered else _among(row, link, links)
        )
    there: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(target.alias)
    there = there.where(target.alias.c.id == record_of(link, uid, BIG))
    if target.condition is not None:
        there = there.where(target.condition)
    return sa.and_(
        leads_to(link, uid), asked_once(there.correlate_except(target.alias), row.relations.dialect)
    )


def followed_source(row: VisibleRow, led: Led, index: int) -> sa.Select[Any] | None:
    """The links that fulfil one branch; None when they are not limited."""
    if not led or seen_whole(row.relations.grants, led[index][0]):
        return None
    return _ids(led[index][0], row.relations.visible.open(led[index][0], "any"))


def _ids(uid: str, target: VisibleRow) -> sa.Select[Any]:
    found = sa.select(any_of(uid, target.alias.c.id).label("link"))
    if target.condition is not None:
        found = found.where(target.condition)
    return found.correlate_except(target.alias)


def _in_small(row: VisibleRow, link: sa.ColumnElement[Any], links: sa.Select[Any]) -> Condition:
    """Whether a link is one of few: PostgreSQL hashes what it thinks small, and an array that is unnested it does."""
    if row.relations.dialect == "sqlite":
        return link.in_(links)
    return link.in_(sa.select(sa.func.unnest(sa.func.array(links.scalar_subquery()))))


def _among(row: VisibleRow, link: sa.ColumnElement[Any], links: sa.Select[Any]) -> Condition:
    if row.relations.dialect == "sqlite":
        return link.in_(links)
    return link == sa.func.any(sa.func.array(links.scalar_subquery()))
