"""A record brought back to what it was in an earlier version, whole or in some fields, by the ordinary rules of a write.

What may not be brought back is named and stays as it is: fields the actor may not change, what the system keeps, secrets.
Child rows that went meanwhile come back from the bin, those that came since go there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.names import no_such_field
from core.query.past import Past, PastRecord, past
from core.records.api import restore, update
from core.records.shapes import Ready, Saved
from core.storage.workspace import Transaction, tried
from metamodel.errors import Problem
from metamodel.fields.base import Context
from metamodel.messages import Message, message
from metamodel.model import Entity, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A field that would be another again: values as a page has them, of child rows the whole lists."""

    field: Field
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A field that was another then and stays as it is, and why."""

    field: Field
    why: Message


@dataclass(slots=True, kw_only=True)
class Reverting:
    """What a return to that version would do; ``problems`` are the rules that are against it."""

    then: PastRecord
    now: PastRecord
    returns: tuple[Return, ...] = ()
    left: tuple[Left, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    _binned: list[tuple[Entity, int]] = field(default_factory=list)


def reverting(
    tx: Transaction, actor: Actor, entity: str, id: int, version: int, fields: Sequence[str] | None = None
) -> Reverting:
    """What would change; KBK2006 for a record or a version that is not there, KBK2003 for such a field."""
    then, now = past(tx, actor, entity, id, version=version), past(tx, actor, entity, id, moment=tx.now)
    if now.record.deleted:
        raise KubikError("KBK3014", message("The record is in the bin: restore it first."))
    plan = Reverting(then=then, now=now)
    found, grants = then.record.entity, grants_of(tx.model, actor)
    hand = _by_hand(tx, found, id)
    returns, left = [], []
    for each in _chosen(then, fields):
        if not _differs(each, then.record, now.record):
            continue
        why = _why_not(grants, found, each, hand, named=fields is not None)
        if why is not None:
            left.append(Left(field=each, why=why))
            continue
        before, after = now.record.item.get(each.name), then.record.item.get(each.name)
        returns.append(Return(field=each, before=before, after=after))
        plan.values[each.name] = (
            _list(plan, each, then.record, now.record)
            if each.type.name == "children"
            else Ready(then.record.values[each.uid])
        )
    plan.returns, plan.left = tuple(returns), tuple(left)
    return plan


def revert(
    tx: Transaction,
    actor: Actor,
    entity: str,
    id: int,
    version: int,
    fields: Sequence[str] | None = None,
    *,
    if_version: int | None = None,
    context: Context,
) -> Saved:
    """Bring it back; ``fields`` that were named must all be the actor's to change (KBK4002), else what may not stays."""
    plan = reverting(tx, actor, entity, id, version, fields)
    if fields is not None and plan.left:
        places = [
            Problem(pointer=f"/{each.field.name}", code="KBK4002", message=each.why) for each in plan.left
        ]
        raise KubikError("KBK4002", places[0].message if len(places) == 1 else None, errors=places)
    return _write(tx, actor, plan, if_version, context)


def preview_revert(
    tx: Transaction,
    actor: Actor,
    entity: str,
    id: int,
    version: int,
    fields: Sequence[str] | None = None,
    *,
    context: Context,
) -> Reverting:
    """What `revert` would do, tried and taken back: with the rules that would refuse it."""
    plan = reverting(tx, actor, entity, id, version, fields)
    try:
        with tried(tx):
            _write(tx, actor, plan, None, context)
    except KubikError as error:
        if error.status >= 500:
            raise
        plan.problems = tuple(error.errors) or (Problem(pointer="", code=error.code, message=error.detail),)
    return plan


def _write(tx: Transaction, actor: Actor, plan: Reverting, if_version: int | None, context: Context) -> Saved:
    entity, id = plan.now.record.entity, plan.now.record.id
    if if_version is not None and if_version != plan.now.stand.version:
        update(
            tx, actor, entity.name, id, {}, if_version=if_version, context=context
        )  # says what happened since
    if not plan.values:
        return Saved(id=id, version=plan.now.stand.version, changed=False)
    for child, row in plan._binned:
        restore(tx, actor, child.name, row)
    version = plan.now.stand.version if not plan._binned else _version(tx, entity, id)
    lists = any(each.field.type.name == "children" for each in plan.returns)
    expected = version if lists or if_version is not None else None
    return update(tx, actor, entity.name, id, plan.values, if_version=expected, context=context)


def _version(tx: Transaction, entity: Entity, id: int) -> int:
    table = tx.tables[entity.uid].table
    return int(tx.connection.execute(sa.select(table.c.version).where(table.c.id == id)).scalar_one())


def _chosen(then: PastRecord, names: Sequence[str] | None) -> Iterator[Field]:
    entity, item = then.record.entity, then.record.item
    known = [f for f in entity.fields if f.name in item and not f.system]
    for name in names or ():
        if all(f.name != name for f in known):
            raise no_such_field(name, (f.name for f in known), "/fields")
    yield from (f for f in known if names is None or f.name in names)


def _differs(each: Field, then: Past, now: Past) -> bool:
    if each.type.name != "children":
        return bool(then.values.get(each.uid) != now.values.get(each.uid))
    before, after = then.rows.get(each.uid, ()), now.rows.get(each.uid, ())
    if [row.id for row in before] != [row.id for row in after]:
        return {row.id for row in before} != {row.id for row in after}
    return any(_row_differs(one, other) for one, other in zip(before, after, strict=True))


def _row_differs(then: Past, now: Past) -> bool:
    fields = [f for f in then.entity.fields if f.name in then.item and not f.system]
    return any(_differs(f, then, now) for f in fields if f.writable or f.type.name == "children")


def _why_not(
    grants: Grants, entity: Entity, each: Field, hand: frozenset[str], *, named: bool
) -> Message | None:
    """Why a field stays as it is; rules that depend on the record are asked by the write itself."""
    stage = entity.stages is not None and entity.stages.field == each.uid
    if not each.writable or getattr(each, "of_stage", None) is not None:
        return message("“{field}” is kept by the system", field=each.label)
    if each.type.name == "secret":
        return message("“{field}”: a secret is not brought back", field=each.label)
    allowed = each.uid in grants.writable(entity.uid, "update") or (stage and grants.may(entity.uid, "move"))
    if not allowed:
        return message("you may not change “{field}”", field=each.label)
    if each.read_only:
        return message("“{field}” is read-only", field=each.label)
    if each.copy is not None and each.uid not in hand and not named:
        return message("“{field}” follows other values by itself", field=each.label)
    return None


def _list(plan: Reverting, each: Field, then: Past, now: Past) -> list[Mapping[str, Any]]:
    """A list of child rows as it is written: rows of now by their ids, rows that went brought back first."""
    there = {row.id: row for row in now.rows.get(each.uid, ())}
    written: list[Mapping[str, Any]] = []
    for row in then.rows.get(each.uid, ()):
        present = there.get(row.id)
        if present is None:
            plan._binned.append((row.entity, row.id))
        written.append({"id": row.id, **_values(plan, row, present)})
    return written


def _values(plan: Reverting, then: Past, now: Past | None) -> dict[str, Any]:
    """The values of a child row that are others now; of one that comes back from the bin all that people set."""
    found: dict[str, Any] = {}
    for each in then.entity.fields:
        if each.name not in then.item or each.system or not each.writable or each.uid == then.entity.parent:
            continue
        if each.type.name == "secret" or each.read_only:
            continue
        if each.type.name == "children":
            if now is not None and _differs(each, then, now):
                found[each.name] = _list(plan, each, then, now)
        elif now is not None and _differs(each, then, now):
            found[each.name] = Ready(then.values.get(each.uid))
    return found


def _by_hand(tx: Transaction, entity: Entity, id: int) -> frozenset[str]:
    """The fields that follow others and were changed by hand."""
    hand = tx.tables.own.hand
    found = tx.connection.execute(
        sa.select(hand.c.fields).where(hand.c.entity == entity.uid, hand.c.record == id)
    ).scalar_one_or_none()
    return frozenset(found or ())
