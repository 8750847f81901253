"""Records that a configuration gives stages, or gives them back: where they stand, and since when."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from core.storage.moments import fill_since, stage_table
from core.storage.tables import Tables
from core.storage.workspace import Transaction
from metamodel.model import Entity, Model


def _staged(model: Model) -> Iterator[tuple[Entity, str]]:
    for entity in model.entities.values():
        if entity.stages is not None:
            yield entity, entity.stages.field


def _brought(old: Model, model: Model) -> Iterator[tuple[Entity, str]]:
    """The entities that have stages now and had none, or others, before."""
    for entity, field in _staged(model):
        was = old.entity_by_uid.get(entity.uid)
        if was is not None and (was.stages is None or was.stages.field != field):
            yield entity, field


def fill_stages(tx: Transaction, old: Model, tables: Tables) -> None:
    """In the switch: records without a stage are put into the first, as from now, and every record knows since when.

    Who came back with stages that were there before keeps what it had; what was written meanwhile is taken anew.
    """
    for entity, field in _brought(old, tables.model):
        place = tables[entity.uid]
        assert entity.stages is not None
        stage, since = place.columns[field].value, place.columns[entity.stages.since].value
        tx.connection.execute(
            sa.update(place.table)
            .where(stage.is_(None))
            .values({stage: entity.stages.first.uid, since: tx.now})
        )
        table = stage_table(tables.schema, entity.uid, field, stage.name)
        fill_since(tx.connection, tables.own, table, entity.uid, field)
