"""Why somebody may or may not: every grant that could give an action on a record, and whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.grants import READING, Grants, make_grants
from core.access.narrowing import Narrowing
from core.storage.expressions import AllRows, BareRow, compile_condition
from core.storage.workspace import Transaction
from metamodel.model import Entity, Grant, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One grant of one role, as it stands on the record.

    ``holds``: its rows and stages take the record in. ``covers``: it covers the field that was asked. ``passes``: its
    ``check`` lets the record stand as it is now (asked of what is created; otherwise told, not counted).
    """

    role: Role
    grant: Grant | None
    """None is the role that may everything."""
    holds: bool
    covers: bool
    passes: bool = True
    at_stage: bool = True
    """Whether the record is at one of the grant's stages; with ``holds`` this tells rows and stages apart."""

    @property
    def gives(self) -> bool:
        """Whether this grant alone would be enough for the field or, when none was asked, for the action."""
        return self.holds and self.covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A verdict with its reasons; of a child row also those of its parent, which it follows, and of a write those of
    reading: what is out of sight cannot be written.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    parent: Explanation | None = None
    sight: Explanation | None = None
    """Of a write, why the record, or the field, is not even seen; None when it is."""
    exists: bool = True
    narrowed: bool = False
    """Whether a token, or acting for another, takes the action away whatever the roles say."""


def explain(
    tx: Transaction,
    roles: Sequence[str],
    user: int | None,
    entity: Entity,
    id: int | None,
    action: str,
    field: str | None = None,
    *,
    narrowing: Narrowing | None = None,
) -> Explanation:
    """Whether a user with these roles (uids) may do the action on that record, of a field (uid) when it is given.

    Asked of the record as it is, in the bin or not; stages count as they stand. A grant's ``check`` is about the
    record after a write: of ``create`` it is asked of the record as it is now, otherwise it is told alone. Without such
    a record the answer is no; with ``id`` None it is whether there could be one.
    """
    grants = make_grants(tx.model, roles, narrowing)
    held = [tx.model.role_by_uid[uid] for uid in roles if uid in tx.model.role_by_uid]
    given = [(role, grant) for role in held for grant in _candidates(role, entity, action, field)]
    found = _asked(tx, user, entity, id, [grant for _, grant in given], action)
    reasons = [
        Reason(role=role, grant=grant, covers=_covers(entity, grant, action, field), **answers)
        for (role, grant), answers in zip(given, found or [_NO] * len(given), strict=True)
    ]
    exists = found is not None
    reasons += [Reason(role=r, grant=None, holds=exists, covers=True) for r in held if r.everything]
    parent = _above(tx, grants, roles, user, entity, id, action, narrowing)
    allowed = exists and _verdict(reasons, action, field)
    if parent is not None:
        own = any(action in grant.actions for _, grant in given)
        allowed = exists and parent.allowed and (allowed or not own)
    sight = None
    if allowed and action not in (*READING, "create") and id is not None:
        seen = explain(tx, roles, user, entity, id, "read", field, narrowing=narrowing)
        sight = None if seen.allowed else seen
    left = narrowing is None or narrowing.leaves(entity, action)
    return Explanation(
        allowed=allowed and sight is None and left, reasons=tuple(reasons), parent=parent, sight=sight,
        exists=exists, narrowed=not left,
    )  # fmt: skip


def stand(
    tx: Transaction, user: int | None, entity: Entity, id: int, grants: Sequence[Grant], action: str
) -> list[bool]:
    """Of each of these grants, whether its rows and stages take the record in."""
    found = _asked(tx, user, entity, id, grants, action)
    return [False] * len(grants) if found is None else [answers["holds"] for answers in found]


_NO = {"holds": False, "passes": False, "at_stage": False}


def _candidates(role: Role, entity: Entity, action: str, field: str | None) -> list[Grant]:
    """The grants of a role that can have a part in the answer; `show` has one when a cell is asked for."""
    wanted = {action, "show"} if action == "read" and field is not None else {action}
    return [g for g in role.grants if g.entity == entity.uid and g.actions & wanted]


def _covers(entity: Entity, grant: Grant, action: str, field: str | None) -> bool:
    if field is None:
        return True
    always = action == "read" and (entity.by_uid[field].system or field in (entity.parent, entity.follows))
    return always or grant.fields is None or field in grant.fields


def _verdict(reasons: Sequence[Reason], action: str, field: str | None) -> bool:
    """A row by a grant of the action that stands on it; a field by one that covers it, for reading `show` too."""
    standing = [r for r in reasons if r.holds and (action != "create" or r.passes)]
    row = any(r.grant is None or action in r.grant.actions for r in standing)
    return row and (field is None or any(r.covers for r in standing))


def _above(
    tx: Transaction, grants: Grants, roles: Sequence[str], user: int | None, entity: Entity, id: int | None,
    action: str, narrowing: Narrowing | None,
) -> Explanation | None:  # fmt: skip
    """For a row that follows another one, a parent or what it leads to, whether that one allows it."""
    if grants.everything or any(
        tx.model.role_by_uid[u].everything for u in roles if u in tx.model.role_by_uid
    ):
        return None
    if entity.follows is not None:
        link = _stored(tx, entity, entity.follows, id)
        target = None if link is None else tx.model.entity_by_uid.get(link.entity)
        if id is None or target is None:
            return None if id is None else Explanation(allowed=False, reasons=())
        asked = "read" if action == "show" else grants.asked_of_followed(entity.uid, action)
        return explain(tx, roles, user, target, link.id, asked, narrowing=narrowing)
    above = grants.parent_link(entity.uid)
    if above is None or entity.parent is None:
        return None
    parent, children = above
    asked = action if action in ("read", "show", "reveal", "share") else "update"
    owner = None if id is None else _stored(tx, entity, entity.parent, id) or 0
    field = None if asked in ("reveal", "share") else children.uid
    return explain(tx, roles, user, parent, owner, asked, field, narrowing=narrowing)


def _stored(tx: Transaction, entity: Entity, field: str, id: int | None) -> Any:
    if id is None:
        return None
    place = tx.tables[entity.uid]
    select = sa.select(place.columns[field].value).where(place.table.c.id == id)
    return tx.connection.execute(select).scalar()


def _asked(
    tx: Transaction, user: int | None, entity: Entity, id: int | None, grants: Sequence[Grant], action: str
) -> list[dict[str, bool]] | None:
    """Of each grant, whether its rows and stages take in the record and its check lets it stand; None when there is no
    such record.
    """
    if id is None:
        return [{"holds": True, "passes": True, "at_stage": True} for _ in grants]
    alias = tx.tables[entity.uid].table.alias()
    rows = AllRows(tables=tx.tables, dialect=tx.dialect, zone=tx.workspace.zone)
    row = BareRow(all_rows=rows, entity=entity, alias=alias, condition=None)
    answers: list[sa.ColumnElement[Any]] = []
    for grant in grants:
        asked = grant.rows if action != "create" else None
        for rule in (asked, grant.check):
            holds = sa.true() if rule is None else compile_condition(rule, rows.environment(row))
            answers.append(sa.case((holds, 1), else_=0))
        staged: sa.ColumnElement[bool] = sa.true()
        if grant.stages is not None and entity.stages is not None and action not in (*READING, "create"):
            stage = row.cell(entity.stages.field).value
            staged = sa.or_(sa.false(), *(stage == uid for uid in sorted(grant.stages)))
        answers.append(sa.case((staged, 1), else_=0))
    columns = [answer.label(f"a{place}") for place, answer in enumerate(answers)]
    select = sa.select(sa.literal(1).label("there"), *columns).select_from(alias).where(alias.c.id == id)
    today = tx.now.astimezone(tx.workspace.zone).date()
    found = tx.connection.execute(select, {"me": user, "now": tx.now, "today": today}).first()
    if found is None:
        return None
    values = [bool(value) for value in found[1:]]
    return [
        {"holds": rows_hold and at_stage, "passes": passes, "at_stage": at_stage}
        for rows_hold, passes, at_stage in zip(values[::3], values[1::3], values[2::3], strict=True)
    ]
