"""Why somebody may or may not: every grant that could give an action on a record, and whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.grants import Grants, make_grants
from core.storage.expressions import AllRows, BareRow, compile_condition
from core.storage.workspace import Transaction
from metamodel.model import Entity, Grant, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One grant of one role: whether it stands on the record, and whether it covers the field that was asked."""

    role: Role
    grant: Grant | None
    """None is the role that may everything."""
    holds: bool
    covers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A verdict with its reasons; of a child row also those of its parent, which it follows."""

    allowed: bool
    reasons: tuple[Reason, ...]
    parent: Explanation | None = None


def explain(
    tx: Transaction,
    roles: Sequence[str],
    user: int | None,
    entity: Entity,
    id: int,
    action: str,
    field: str | None = None,
) -> Explanation:
    """Whether a user with these roles (uids) may do the action on that record, of a field (uid) when it is given.

    Asked of the record as it is, in the bin or not; stages count as they stand. A grant's ``check`` is about the
    record after a write and is not asked here. Without a record the answer is no.
    """
    grants = make_grants(tx.model, roles)
    held = [tx.model.role_by_uid[uid] for uid in roles if uid in tx.model.role_by_uid]
    given = [(role, grant) for role in held for grant in _candidates(role, entity, action, field)]
    place = tx.tables[entity.uid]
    alias = place.table.alias()
    found = _asked(tx, user, entity, alias, id, [grant for _, grant in given])
    reasons = [
        Reason(role=role, grant=grant, holds=bool(holds), covers=_covers(entity, grant, action, field))
        for (role, grant), holds in zip(given, found or [False] * len(given), strict=True)
    ]
    reasons += [
        Reason(role=r, grant=None, holds=found is not None, covers=True) for r in held if r.everything
    ]
    parent = None if grants.everything else _of_parent(tx, grants, roles, user, entity, id, action)
    if entity.follows is not None and not grants.everything:
        parent = _of_followed(tx, grants, roles, user, entity, id, action)
    allowed = found is not None and _verdict(reasons, action, field)
    if parent is not None:
        own = any(action in grant.actions for _, grant in given)
        allowed = found is not None and parent.allowed and (allowed or not own)
    return Explanation(allowed=allowed, reasons=tuple(reasons), parent=parent)


def _candidates(role: Role, entity: Entity, action: str, field: str | None) -> list[Grant]:
    """The grants of a role that can have a part in the answer; `show` has one when a cell is asked for."""
    wanted = {action, "show"} if action == "read" and field is not None else {action}
    return [g for g in role.grants if g.entity == entity.uid and g.actions & wanted]


def _covers(entity: Entity, grant: Grant, action: str, field: str | None) -> bool:
    if field is None:
        return True
    always = action == "read" and (entity.by_uid[field].system or field == entity.parent)
    return always or grant.fields is None or field in grant.fields


def _verdict(reasons: Sequence[Reason], action: str, field: str | None) -> bool:
    """A row by a grant of the action that stands on it; a field by one that covers it, for reading `show` too."""
    row = any(r.holds and (r.grant is None or action in r.grant.actions) for r in reasons)
    return row and (field is None or any(r.holds and r.covers for r in reasons))


def _of_parent(
    tx: Transaction,
    grants: Grants,
    roles: Sequence[str],
    user: int | None,
    entity: Entity,
    id: int,
    action: str,
) -> Explanation | None:
    """For a child row, whether its parent may be read, or changed, together with its children field."""
    link = grants.parent_link(entity.uid)
    if link is None or entity.parent is None:
        return None
    parent, children = link
    columns = tx.tables[entity.uid]
    select = sa.select(columns.columns[entity.parent].value).where(columns.table.c.id == id)
    above = tx.connection.execute(select).scalar()
    asked = action if action in ("read", "show") else "update"
    return explain(tx, roles, user, parent, above or 0, asked, children.uid)


def _of_followed(
    tx: Transaction,
    grants: Grants,
    roles: Sequence[str],
    user: int | None,
    entity: Entity,
    id: int,
    action: str,
) -> Explanation:
    """For a record whose rights follow another one, whether that one may be read, or changed."""
    columns = tx.tables[entity.uid]
    select = sa.select(columns.columns[entity.follows or ""].value).where(columns.table.c.id == id)
    link = tx.connection.execute(select).scalar()
    target = tx.model.entity_by_uid.get(link.entity) if link is not None else None
    if link is None or target is None:
        return Explanation(allowed=False, reasons=())
    asked = "read" if action == "show" else grants.asked_of_followed(entity.uid, action)
    return explain(tx, roles, user, target, link.id, asked)


def _asked(
    tx: Transaction, user: int | None, entity: Entity, alias: sa.FromClause, id: int, grants: Sequence[Grant]
) -> list[Any] | None:
    """Of each grant, whether its rows and stages take in the record; None when there is no such record."""
    rows = AllRows(tables=tx.tables, dialect=tx.dialect, zone=tx.workspace.zone)
    row = BareRow(all_rows=rows, entity=entity, alias=alias, condition=None)
    answers = []
    for grant in grants:
        asked = [] if grant.rows is None else [compile_condition(grant.rows, rows.environment(row))]
        if grant.stages is not None and entity.stages is not None:
            stage = row.cell(entity.stages.field).value
            asked.append(sa.or_(sa.false(), *(stage == uid for uid in sorted(grant.stages))))
        answers.append(sa.case((sa.and_(sa.true(), *asked), 1), else_=0))
    select = sa.select(sa.literal(1), *answers).select_from(alias).where(alias.c.id == id)
    today = tx.now.astimezone(tx.workspace.zone).date()
    found = tx.connection.execute(select, {"me": user, "now": tx.now, "today": today}).first()
    return None if found is None else list(found[1:])
