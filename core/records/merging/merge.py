"""A merge: what leads to the records that go leads to the one that stays, which takes the values that were chosen; one
transaction, one job of the journal, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.standing import write_standing
from core.errors import KubikError
from core.jobs.jobs import finish_now, start_job
from core.query.names import readable_entity
from core.query.read import visible_ids
from core.records.api import delete, update
from core.records.merging.offer import BOTH, MOST, Offered, offered
from core.records.merging.references import Reference, lead_to, references
from core.records.shapes import Ready
from core.records.statements import load
from core.storage.workspace import Transaction
from metamodel.errors import Problem
from metamodel.fields.choices import in_order
from metamodel.messages import message
from metamodel.model import Entity, Field

KIND = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is merged: ``stays`` takes in the others of ``ids``; ``take`` says of a field (name) from which record its
    value comes, `BOTH` of all; ``versions`` are those that the person saw."""

    ids: tuple[int, ...]
    stays: int
    take: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of a merge: the job by which it can be taken back, and how many records that the actor sees lead to
    the one that stays now."""

    job: int
    stays: int
    led: int


def merge(tx: Transaction, actor: Actor, entity: str, order: Order) -> Merged:
    """Merge records. KBK2006, KBK4002 and KBK2009 as for `offered`, KBK3009 when one was changed meanwhile, and
    whatever a rule says of the result.
    """
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    offer = offered(tx, actor, found, order.ids)
    if order.stays not in offer.may_stay:
        raise KubikError("KBK4002", message(
            "To merge records you must be allowed to change all of them and to delete those that go."))  # fmt: skip
    _check_versions(offer, order)
    going = tuple(each for each in offer.ids if each != order.stays)
    values = _values(tx, offer, order)
    job = start_job(
        tx, KIND, {"entity": found.uid, "stays": order.stays, "going": list(going), **write_standing(actor)},
        by=actor.person,
    )  # fmt: skip
    mine = replace(actor, job=job)
    leading = references(tx, found, going)
    seen = _seen(tx, actor, leading, found, order.stays)
    _lead(tx, mine, found, leading, order.stays, going)
    external = _take_external(tx, found, order.stays, going)
    for each in going:
        delete(tx, mine, found.name, each)
    if values:
        update(tx, mine, found.name, order.stays, values)
    finish_now(tx, job, {"led": seen, "external": external}, done=len(going))
    return Merged(job=job, stays=order.stays, led=seen)


def _check_versions(offer: Offered, order: Order) -> None:
    stale = [
        e
        for e, version in order.versions.items()
        if e in offer.items and offer.items[e]["version"] != version
    ]
    if stale:
        raise KubikError("KBK3009", message(
            "Somebody changed one of the records meanwhile: look at them again before you merge them."))  # fmt: skip


def _lead(
    tx: Transaction,
    actor: Actor,
    entity: Entity,
    leading: Sequence[Reference],
    stays: int,
    going: Sequence[int],
) -> None:
    """Lead what leads to those that go to the one that stays; a refusal says nothing of records out of sight."""
    for reference in leading:
        try:
            lead_to(tx, actor, entity, [reference], stays, going)
        except KubikError as refusal:
            if refusal.status >= 500:
                raise
            visible = visible_ids(tx, replace(actor, job=None), reference.entity, reference.ids)
            if len(visible) < len(reference.ids):
                raise KubikError("KBK3006", message(
                    "A rule keeps something that leads to these records where it is: they cannot be merged.")) from refusal  # fmt: skip
            why = message(
                "{entity}, “{field}”: {why}", entity=reference.entity.label_many, field=reference.field.label,
                why=refusal.detail,
            )  # fmt: skip
            raise KubikError(
                refusal.code, why, errors=[Problem(pointer="", code=refusal.code, message=why)]
            ) from refusal


def _seen(tx: Transaction, actor: Actor, leading: Sequence[Reference], entity: Entity, stays: int) -> int:
    """How many of the records that lead there the actor sees: of the others nothing is told, not even that there are any."""
    by_entity: dict[str, tuple[Entity, set[int]]] = {}
    for reference in leading:
        ids = set(reference.ids) - ({stays} if reference.entity.uid == entity.uid else set())
        by_entity.setdefault(reference.entity.uid, (reference.entity, set()))[1].update(ids)
    return sum(len(visible_ids(tx, actor, other, ids)) for other, ids in by_entity.values())


def _values(tx: Transaction, offer: Offered, order: Order) -> dict[str, Any]:
    """The values that the record that stays takes, as the engine has them; those it has already are left out."""
    stored = load(tx, offer.entity, offer.ids)
    take = {**offer.usual(order.stays), **order.take}
    by_name = {field.name: field for field in offer.fields}
    values: dict[str, Any] = {}
    for name, source in take.items():
        each = by_name.get(name)
        if (
            each is None
            or (source != BOTH and source not in offer.ids)
            or (source == BOTH and not offer.together(each))
        ):
            raise KubikError("KBK2000", message("“{name}” cannot be taken so.", name=name[:100]))
        shown = [o for o in (order.stays, *offer.ids) if name in offer.items[o]]
        if source != BOTH and source not in shown:
            raise KubikError("KBK2006")  # a masked cell is none
        value = (
            _together(each, [stored[o][each.uid] for o in dict.fromkeys(shown)])
            if source == BOTH
            else stored[source][each.uid]
        )
        if each.listed and each.target == offer.entity.uid and value:
            value = tuple(o for o in value if o not in offer.ids) or None
        elif each.target == offer.entity.uid and value in offer.ids:
            value = None
        if value != stored[order.stays][each.uid]:
            values[name] = Ready(value)
    return values


def _together(field: Field, values: Sequence[Any]) -> Any:
    if field.type.name == "long_text":
        return "\n\n".join(dict.fromkeys(text for text in values if text)) or None
    every = tuple(dict.fromkeys(each for value in values for each in value or ()))
    return in_order(field, every) if field.type.name == "choices" else every or None


def _take_external(
    tx: Transaction, entity: Entity, stays: int, going: Sequence[int]
) -> list[tuple[str, int]]:
    """Let the names that other systems have for those that go lead to the one that stays; what they led to."""
    table = tx.tables.own.external
    mine = (table.c.entity == entity.uid, table.c.record.in_(going))
    found = [
        (value, record)
        for value, record in tx.connection.execute(sa.select(table.c.value, table.c.record).where(*mine))
    ]
    tx.connection.execute(table.update().where(*mine).values(record=stays))
    return found


__all__ = ["KIND", "MOST", "Merged", "Order", "merge"]
