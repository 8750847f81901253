"""Rows that are seen exactly when the record is that they lead to: child rows, and those with `rights: of parent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.access.grants import Grants, unlimited
from core.query.ways import ALONE, Way
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
    grants = row.relations.grants
    if grants.everything:
        return None
    if row.entity.follows is None:
        return _parent(row)
    targets = row.entity.by_uid[row.entity.follows].targets
    whole = tuple(uid for uid in targets if seen_whole(grants, uid))
    if len(whole) == len(targets):
        return None
    limited = (uid for uid in targets if uid not in whole and grants.may(uid, "read"))
    return (*([whole] if whole else []), *((uid,) for uid in limited))


def _parent(row: VisibleRow) -> Led | None:
    """A child row follows its parent: that must be visible, with the children field readable there."""
    link = row.relations.grants.parent_link(row.entity.uid)
    if link is None:
        return None
    parent, children = link
    covered = row.relations.grants.readable(parent.uid).get(children.uid)
    if covered is None:
        return ()
    whole = covered == "always" and seen_whole(row.relations.grants, parent.uid)
    return None if whole else ((parent.uid,),)


def following(row: VisibleRow) -> str:
    """The link (field uid) to the record that decides about a row that follows one."""
    link = row.entity.follows or row.entity.parent
    assert link is not None
    return link


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


def followed_condition(row: VisibleRow, led: Led, index: int, way: Way) -> Condition:
    """What one branch asks of the record that the row leads to.

    Looked up for a single row, or by a set: a small one that the row is asked for, one by which rows are found, or as
    the database likes.
    """
    if not led:
        return sa.false()
    link, uid = row.column(following(row)), led[index][0]
    any_record = row.entity.follows is not None
    if any_record and seen_whole(row.relations.grants, uid):
        return sa.or_(*(leads_to(link, each) for each in led[index]))
    there = leads_to(link, uid) if any_record else sa.true()
    if way in ALONE:
        target, limits = _target(row, uid, way)
        own = target.alias.c.id == (record_of(link, uid, BIG) if any_record else link)
        found: sa.Select[Any] = (
            sa.select(sa.literal_column("1")).select_from(target.alias).where(own, *limits)
        )
        asked = asked_once(found.correlate_except(target.alias), row.relations.dialect, single=True)
        return sa.and_(there, asked)
    links = _ids(row, uid)
    if way == "among":
        return sa.and_(there, in_small(row.relations.dialect, link, links))
    if row.relations.dialect == "sqlite" or not (any_record or way in ("grant", "each")):
        return sa.and_(there, link.in_(links))
    return sa.and_(there, link == sa.func.any(sa.func.array(links.scalar_subquery())))


def followed_source(row: VisibleRow, led: Led, index: int) -> sa.Select[Any] | None:
    """The links that fulfil one branch; None when they are not limited."""
    if not led or (row.entity.follows is not None and seen_whole(row.relations.grants, led[index][0])):
        return None
    return _ids(row, led[index][0])


def _ids(row: VisibleRow, uid: str) -> sa.Select[Any]:
    target, limits = _target(row, uid, "free")
    record = any_of(uid, target.alias.c.id) if row.entity.follows is not None else target.alias.c.id
    return sa.select(record.label("link")).where(*limits).correlate_except(target.alias)


def _target(row: VisibleRow, uid: str, way: Way) -> tuple[VisibleRow, list[Condition]]:
    """The record that decides, and what is asked of it."""
    target = row.relations.visible.open(uid, "any", way=way)
    limits = [] if target.condition is None else [target.condition]
    link = row.relations.grants.parent_link(row.entity.uid) if row.entity.follows is None else None
    if link is not None and target.sometimes(link[1].uid):
        limits.append(target.mask(link[1].uid))
    return target, limits


def in_small(dialect: str, link: sa.ColumnElement[Any], links: sa.Select[Any]) -> Condition:
    """Whether a link is one of few: PostgreSQL hashes what it thinks small, and an array that is unnested it does."""
    if dialect == "sqlite":
        return link.in_(links)
    return link.in_(sa.select(sa.func.unnest(sa.func.array(links.scalar_subquery()))))
