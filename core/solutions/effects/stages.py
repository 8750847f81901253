"""What changed stages do to the records that stand in them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.solutions.effects.counter import Counted, Counter
from core.storage.tables import EntityTable
from metamodel.diff import Change
from metamodel.messages import message
from metamodel.model import Entity
from metamodel.stages import Pipeline, Stage


def stage_changes(counter: Counter, change: Change) -> Counted:
    """A stage that requires more, or is archived: the records that stand in it without what it asks for, or at all."""
    before: Stage = change.before
    after: Stage = change.after
    place = counter.place(change.entity)
    if place is None or change.field is None or change.field not in place.columns:
        return None, None, change.message, None
    if after.archived and not before.archived:
        rows = _standing(counter, place, change.field, (after.uid,))
        words = message(
            "{effect}; records that stand there stay, none enters it any more", effect=change.message
        )
        return rows, None, words if rows else change.message, None
    more = [uid for uid in after.required if uid not in before.required and uid in place.columns]
    if not more:
        return None, None, change.message, None
    empty = sa.or_(*(place.columns[uid].value.is_(None) for uid in more))
    rows = _standing(counter, place, change.field, (after.uid,), empty)
    words = message(
        "{effect}; records that stand there without what it asks for stay and ask for it when they are saved",
        effect=change.message,
    )
    return rows, None, words if rows else change.message, None


def pipeline_changes(counter: Counter, change: Change) -> Counted:
    """A table of moves: the records that stand in open stages from which no move leads any more."""
    before: Pipeline = change.before
    after: Pipeline = change.after
    place = counter.place(change.entity)
    stages = place.entity.stages if place is not None else None
    if place is None or stages is None:
        return None, None, change.message, None
    now = counter.new.entity_by_uid[place.entity.uid]
    stuck = _ends(now, after) - (_ends(place.entity, before) if before.moves is not None else set())
    if not stuck:
        return None, None, change.message, None
    rows = _standing(counter, place, stages.field, sorted(stuck))
    names = ", ".join(stage.name for stage in after.stages if stage.uid in stuck)
    words = message("{effect}; no move leads from: {stages}", effect=change.message, stages=names)
    return rows, None, words, None


def _ends(entity: Entity, pipeline: Pipeline) -> set[str]:
    """The open stages of a pipeline with a table from which nothing leads on."""
    moves = tuple(entity.stages.moves) if entity.stages is not None else ()
    return {
        stage.uid
        for stage in pipeline.stages
        if stage.kind == "open"
        and not stage.archived
        and not any(stage.uid in move.sources and move.targets - {stage.uid} for move in moves)
    }


def _standing(
    counter: Counter, place: EntityTable, field: str, stages: Any, *more: sa.ColumnElement[bool]
) -> int:
    there = place.columns[field].value.in_(stages)
    return counter.count(sa.select(place.table.c.id).where(place.table.c.deleted_at.is_(None), there, *more))
