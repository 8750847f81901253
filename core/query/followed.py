"""Rows that are seen exactly when the record is that they lead to: child rows, and those with `rights: of parent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from core.access.grants import Grants, unlimited
from core.query.ways import ALONE, Way
from core.storage.any_links import any_of, leads_to, number_of
from core.storage.carried import asked_links
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
    carried = _carried(row, uid)
    if carried is not None:
        granted = carried.granted("among" if way == "through" else way)
        assert granted is not None  # what limits nothing is seen whole
        return granted
    if way in ALONE:
        if not any_record:
            return _asked(row, uid, link, way)
        # a value, so that what the link leads to is compared once, and PostgreSQL makes no number of another link
        asked = _asked(row, uid, number_of(link, uid, BIG), way)
        return sa.case((leads_to(link, uid), asked), else_=sa.false())
    there = leads_to(link, uid) if any_record else sa.true()
    if way == "among" and any_record and row.relations.dialect == "sqlite":
        # by the number: half of what it costs to make texts of all and to compare each row with them
        return sa.and_(there, number_of(link, uid, BIG).in_(_records(row, uid)))
    links = _ids(row, uid)
    if way == "among":
        return sa.and_(there, in_small(row.relations.dialect, link, links))
    if row.relations.dialect == "sqlite" or not (any_record or way in ("grant", "each")):
        return sa.and_(there, link.in_(links))
    return sa.and_(there, link == sa.func.any(sa.func.array(links.scalar_subquery())))


def _carried(row: VisibleRow, uid: str) -> VisibleRow | None:
    """The record that the row leads to, as far as the row carries it; None where the grants ask it for anything else.

    Where there is no such record nothing is carried, and these grants give nothing (`asked_links`).
    """
    carried = row.relations.tables[row.entity.uid].carried.get(uid)
    if carried is None or any(column not in row.alias.c for column in carried.columns):
        return None
    target = row.relations.visible.open(uid, "any", unfiltered=True)
    asked = [asked_links(target.entity, grant) for grant in row.relations.grants.branches(uid, "read")]
    columns = {target.entity.by_uid[field].column for links in asked for field in links or ()}
    if not all(asked) or not columns <= set(carried.sources) or _masked_rows(row, target) is not None:
        return None
    held = _Held({source: row.alias.c[carried.column(source)] for source in carried.sources})
    return replace(target, alias=cast(sa.FromClause, held))


@dataclass(frozen=True, slots=True)
class _Held:
    """Stands in for the table of a record in a condition: its columns are those that another row carries."""

    c: Mapping[str, sa.ColumnElement[Any]]


def _asked(row: VisibleRow, uid: str, record: sa.ColumnElement[Any], way: Way) -> Condition:
    """Whether the record is one that may be seen, asked of it alone."""
    led_on = _led_on(row, uid, record, way)
    if led_on is not None:
        return led_on
    target, limits = _target(row, uid, way)
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(target.alias)
    found = found.where(target.alias.c.id == record, *limits)
    return asked_once(found.correlate_except(target.alias), row.relations.dialect, single=True)


def _led_on(row: VisibleRow, uid: str, record: sa.ColumnElement[Any], way: Way) -> Condition | None:
    """The same where all that the record is asked is which of few its own link leads to; None elsewhere.

    PostgreSQL compares a link with each of them while it looks a record up, and beside that seeks it in a hash: the link
    is taken out of there, a third less of the time.
    """
    target = row.relations.visible.open(uid, "any", unfiltered=True)
    plain = row.relations.dialect == "postgresql" and way == "through" and target.holders() is None
    if not plain or target.branch_count() != 1 or target.follows() or _masked_rows(row, target):
        return None
    source = target.source(0)
    if source is None:
        return None
    link = sa.select(target.column(source[0])).where(target.alias.c.id == record)
    return in_small("postgresql", link.correlate_except(target.alias).scalar_subquery(), source[1])


def followed_source(row: VisibleRow, led: Led, index: int) -> sa.Select[Any] | None:
    """The links that fulfil one branch; None when they are not limited, and where the row is asked for what it carries."""
    if not led or (row.entity.follows is not None and seen_whole(row.relations.grants, led[index][0])):
        return None
    return None if _carried(row, led[index][0]) is not None else _ids(row, led[index][0])


def _ids(row: VisibleRow, uid: str) -> sa.Select[Any]:
    """The links, as a row holds them, to all records of an entity that may be seen."""
    records = _records(row, uid)
    if row.entity.follows is None:
        return records
    return records.with_only_columns(any_of(uid, next(iter(records.selected_columns))).label("link"))


def _records(row: VisibleRow, uid: str) -> sa.Select[Any]:
    """The ids of these records."""
    target, limits = _target(row, uid, "free")
    return sa.select(target.alias.c.id.label("link")).where(*limits).correlate_except(target.alias)


def _target(row: VisibleRow, uid: str, way: Way) -> tuple[VisibleRow, list[Condition]]:
    """The record that decides, and what is asked of it."""
    target = row.relations.visible.open(uid, "any", way=way)
    limits = [] if target.condition is None else [target.condition]
    masked = _masked_rows(row, target)
    if masked is not None:
        limits.append(target.mask(masked))
    return target, limits


def _masked_rows(row: VisibleRow, target: VisibleRow) -> str | None:
    """The field (uid) of a parent that holds child rows, where it is shown on some records only."""
    link = row.relations.grants.parent_link(row.entity.uid) if row.entity.follows is None else None
    return link[1].uid if link is not None and target.sometimes(link[1].uid) else None


def in_small(dialect: str, link: sa.ColumnElement[Any], links: sa.Select[Any]) -> Condition:
    """Whether a link is one of few: PostgreSQL hashes what it thinks small, and an array that is unnested it does."""
    if dialect == "sqlite":
        return link.in_(links)
    return link.in_(sa.select(sa.func.unnest(sa.func.array(links.scalar_subquery()))))
