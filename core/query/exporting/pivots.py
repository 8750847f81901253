"""Pivots on their way into a file: counted of what may be exported, by fields that may be."""

from __future__ import annotations

from collections.abc import Iterator

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.exporting.reading import narrowed_of
from core.query.exporting.rights import exported_freely
from core.query.names import readable_entity
from core.query.pivot.asking import PivotQuery
from core.query.pivot.pivot import Pivot, pivot
from core.query.pivot.resolving import Place, resolve
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Model


def export_pivot(tx: Transaction, actor: Actor, query: PivotQuery) -> Pivot:
    """The pivot of the records that the actor may export.

    KBK2006 for an entity that may not be read, KBK4002 for one of which nothing may be exported, KBK2003 for a field that
    may not be: those of other records only where each of them may be.
    """
    grants = grants_of(tx.model, actor)
    entity = readable_entity(tx.model, grants, query.entity)
    narrowed = narrowed_of(tx, grants, entity)
    plan = resolve(query, tx.model, narrowed)
    named = [(key.name, key.place) for key in plan.keys]
    named += [
        (figure.measure.field or "", figure.place) for figure in plan.figures if figure.place is not None
    ]
    left = [name for name, place in named if not _free(tx.model, grants, entity, place)]
    if left:
        words = message("These fields cannot be exported: {fields}.", fields=", ".join(dict.fromkeys(left)))
        raise KubikError("KBK2003", words)
    return pivot(tx, actor, query, narrowed=None if narrowed is grants else narrowed)


def _free(model: Model, grants: Grants, entity: Entity, place: Place) -> bool:
    """Whether what stands in other records may be exported from each of them; child rows follow their record."""
    return grants.everything or all(
        exported_freely(grants, other, field) for other, field in _elsewhere(model, entity, place)
    )


def _elsewhere(model: Model, entity: Entity, place: Place) -> Iterator[tuple[Entity, str]]:
    """The fields of a place that stand in other records than the entity's own and their rows."""
    own = {entity.uid}
    for way in place.ways:
        yield from _fields(model, own, way.steps)
        led = model.entity_by_uid[way.entity]
        if way.parent in own and way.owner is None and led.parent == way.through:
            own.add(way.entity)
    yield from _fields(model, own, place.steps)


def _fields(model: Model, own: set[str], steps: tuple[tuple[str, str], ...]) -> Iterator[tuple[Entity, str]]:
    for place, (uid, field) in enumerate(steps):
        entity = model.entity_by_uid[uid]
        if (place or uid not in own) and field in entity.by_uid:
            yield entity, field
