"""What leads to records that are merged away: found as it is stored, whoever sees it, and led to the one that stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.errors import KubikError
from core.records.api import update
from core.records.engine import run
from core.records.follow import changed_by_hand, followers
from core.records.shapes import Retake, Row
from core.records.statements import chunks, load
from core.records.work import start
from core.storage.workspace import Transaction
from metamodel.any_link import AnyLink
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Entity, Field, Model

MOST = 10_000
"""Records that may lead to those merged away: more would keep other writers waiting too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Records of an entity whose field leads to one that goes."""

    entity: Entity
    field: Field
    ids: tuple[int, ...]


def references(tx: Transaction, entity: Entity, going: Sequence[int]) -> list[Reference]:
    """Everything in use that leads to these records, themselves left out; KBK2005 when it is too much."""
    found = []
    total = 0
    for other, field in _leading(tx.model, entity):
        ids = _ids(tx, other, field, entity, going)
        if other.uid == entity.uid:
            ids = [each for each in ids if each not in going]
        if ids:
            found.append(Reference(entity=other, field=field, ids=tuple(ids)))
            total += len(ids)
    if total > MOST:
        raise KubikError("KBK2005", message(
            "More than {most} records lead to what would be merged: lead them elsewhere first, as a change of many in their list.",
            most=MOST))  # fmt: skip
    return found


def lead_to(
    tx: Transaction,
    actor: Actor,
    entity: Entity,
    found: Sequence[Reference],
    stays: int,
    going: Sequence[int],
) -> None:
    """Lead them all to the record that stays: as the system in the actor's name, since records that the actor does not
    see must not go on leading to one that is gone. What a rule forbids is refused as a whole.
    """
    system = in_the_name_of(actor)
    for reference in found:
        _lead(tx, system, entity, reference, stays, frozenset(going))
        if reference.field.uid == reference.entity.parent:
            _follow_again(tx, system, entity, stays)


def in_the_name_of(actor: Actor) -> Actor:
    """The system, with the actor in what is recorded."""
    return replace(actor, system=True, narrowing=None)


def _follow_again(tx: Transaction, actor: Actor, entity: Entity, stays: int) -> None:
    """Let what is made of child rows be made of all of them, where nobody changed it by hand."""
    work = start(tx, actor, Context())
    hand = changed_by_hand(work, entity, (stays,)).get(stays, frozenset())
    again = {
        each.field.name: Retake()
        for each in followers(tx.model, entity)
        if each.of_children and each.field.uid not in hand and each.field.writable
    }
    if again:
        update(tx, actor, entity.name, stays, again)


def _lead(
    tx: Transaction, actor: Actor, entity: Entity, reference: Reference, stays: int, going: frozenset[int]
) -> None:
    field = reference.field
    doubles = _doubles(tx, reference, stays) if reference.entity.uid in _pairing(tx.model) else frozenset()
    for some in chunks(reference.ids):
        work = start(tx, actor, Context())
        # what they hold was right, and only another name of the same thing takes its place
        work.returning = True
        stored = load(tx, reference.entity, some)
        for record in some:
            if record in doubles:
                work.tops.append(Row(entity=reference.entity, action="delete", id=record))
                continue
            row = Row(entity=reference.entity, action="update", id=record)
            row.sent[field.uid] = _changed(entity, field, stored[record][field.uid], stays, going)
            if reference.entity.uid == entity.uid and record == stays:
                row.sent[field.uid] = _without(row.sent[field.uid], stays)
            work.tops.append(row)
        if work.tops:
            run(work)


def _changed(entity: Entity, field: Field, value: Any, stays: int, going: frozenset[int]) -> Any:
    if field.targets:
        return AnyLink(entity.uid, stays)
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(stays if each in going else each for each in value))
    return stays


def _without(value: Any, stays: int) -> Any:
    """A record leads to itself nowhere."""
    if isinstance(value, tuple):
        return tuple(each for each in value if each != stays) or None
    return None


def _leading(model: Model, entity: Entity) -> Iterator[tuple[Entity, Field]]:
    for other, field in model.links_to[entity.uid]:
        if not field.system and field.computed is None:
            yield other, field


def _ids(tx: Transaction, other: Entity, field: Field, entity: Entity, going: Sequence[int]) -> list[int]:
    place = tx.tables[other.uid]
    live = place.table.c.deleted_at.is_(None)
    listed = place.lists.get(field.uid)
    if listed is not None:
        joined = sa.select(listed.c.record).where(listed.c.target.in_(going)).distinct()
        select = sa.select(place.table.c.id).where(place.table.c.id.in_(joined), live)
    else:
        column = place.columns[field.uid].value
        wanted = [AnyLink(entity.uid, each) for each in going] if field.targets else list(going)
        select = sa.select(place.table.c.id).where(column.in_(wanted), live)
    return list(tx.connection.execute(select.order_by(place.table.c.id).limit(MOST + 1)).scalars())


def _pairing(model: Model) -> dict[str, tuple[str, str]]:
    """Entities of pairs (uid) and their links to both sides."""
    kept: dict[str, tuple[str, str]] = model.derived.setdefault("entities of pairs", {})
    if not kept:
        kept.update(
            {
                f.via.entity: (f.via.owner, f.via.target)
                for e in model.entities.values()
                for f in e.fields
                if f.via
            }
        )
        kept.setdefault("", ("", ""))
    return kept


def _doubles(tx: Transaction, reference: Reference, stays: int) -> frozenset[int]:
    """Of pairs, those whose other side the record that stays is paired with already, or that would be made twice."""
    own = reference.field.uid
    sides = _pairing(tx.model)[reference.entity.uid]
    if own not in sides:
        return frozenset()
    other = sides[1] if sides[0] == own else sides[0]
    place = tx.tables[reference.entity.uid]
    columns = place.columns
    there = sa.select(columns[other].value).where(
        columns[own].value == stays, place.table.c.deleted_at.is_(None)
    )
    taken = set(tx.connection.execute(there).scalars())
    doubles = set()
    stored = load(tx, reference.entity, reference.ids)
    for record in reference.ids:
        side = stored[record][other]
        if side in taken:
            doubles.add(record)
        taken.add(side)
    return frozenset(doubles)
