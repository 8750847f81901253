"""Moving a record from stage to stage, and taking its last move back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.history.stages import TAKEN_BACK, StageChange, stage_changes
from core.query.neutral import read_neutral
from core.records.api import find_entity
from core.records.asking import visible_ids
from core.records.engine import run
from core.records.gather import lock
from core.records.requirements import required_fields
from core.records.shapes import Ready, Row, Saved, Values
from core.records.statements import load
from core.records.values import parse_row
from core.records.work import Work, start
from core.storage.workspace import Transaction, tried
from metamodel.errors import Problem, unknown
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.stages import Stage, Stages

JSON = Context()

KEPT = timedelta(minutes=10)
"""How long a move can be taken back."""

_NOT_THEIRS = frozenset(("KBK2006", "KBK4002"))
"""Refusals that are about who moves: of the record as a whole, or of its stage."""


def move(
    tx: Transaction, actor: Actor, entity: str, id: int, to: str, values: Values | None = None, *,
    if_version: int | None = None, context: Context = JSON,
) -> Saved:  # fmt: skip
    """Change the stage of a record to the one named ``to``, and values with it."""
    work = start(tx, actor, context)
    found = find_entity(work, entity)
    stages = staged(work, found)
    top = Row(entity=found, action="update", id=id, if_version=if_version)
    work.tops.append(top)
    field = found.by_uid[stages.field]
    parse_row(work, top, {**(values or {}), field.name: Ready(stage_named(stages, to).uid)})
    top.near = "." not in to
    run(work)
    return Saved(id=top.id, version=top.version, changed=top.touched)


def try_move(
    tx: Transaction, actor: Actor, entity: str, id: int, to: str, values: Values | None = None, *,
    context: Context = JSON,
) -> KubikError | None:  # fmt: skip
    """What a move would be refused with; nothing of it stays."""
    try:
        with tried(tx):
            move(tx, actor, entity, id, to, values, context=context)
    except KubikError as error:
        if error.status >= 500:
            raise
        return error
    return None


def barred(tx: Transaction, actor: Actor, entity: Entity, id: int, to: str) -> str | None:
    """What stands against a move of a record that the actor may move: ``moves``, there is none to there, none of theirs
    or none of such a record; ``check``, no grant lets it stand there. None when nothing does: what the stage requires
    is asked of whoever makes the move. It is tried, and nothing of it stays.
    """
    error = try_move(tx, actor, entity.name, id, to)
    if error is None:
        return None
    told = error.errors or (Problem(pointer="", code=error.code, message=error.detail),)
    if any(problem.code in _NOT_THEIRS and problem.pointer == "" for problem in told):
        return "check"
    return "moves" if any(problem.code in {*_NOT_THEIRS, "KBK3011"} for problem in told) else None


def staged(work: Work, entity: Entity) -> Stages:
    """The stages of an entity that has some the actor may know of; KBK3011 when not."""
    if entity.stages is None or not work.may_know(entity, entity.by_uid[entity.stages.field]):
        raise KubikError("KBK3011", message("{entity}: records have no stages", entity=entity.label))
    return entity.stages


def stage_named(stages: Stages, to: str) -> Stage:
    """The stage of that name that can be entered; KBK3011 when there is none."""
    stage = stages.named(to)
    if stage is None or stage.archived:
        known = [s.name for pipeline in stages.pipelines for s in pipeline.stages if not s.archived]
        raise KubikError("KBK3011", unknown("there is no stage “{name}”", to[:100], known))
    return stage


def take_back(
    tx: Transaction, actor: Actor, entity: str, id: int, *, if_version: int | None = None,
    context: Context = JSON,
) -> Saved:  # fmt: skip
    """Write back what the actor's last move of the record changed: an ordinary write, under the rights of now.

    KBK3018 when they moved it more than ten minutes ago, or somebody else since, or it was taken back already.
    """
    work = start(tx, replace(actor, action=TAKEN_BACK), context)
    found = find_entity(work, entity)
    staged(work, found)
    if id not in visible_ids(work, found, [id]):
        raise KubikError("KBK2006", message("there is no record {id}", id=id))
    top = Row(entity=found, action="update", id=id, if_version=if_version, taken_back=True)
    lock(work, [top])
    last = last_move(tx, actor, found, id)
    if last is None:
        raise KubikError("KBK3018")
    top.since = last.since
    work.tops.append(top)
    parse_row(work, top, _as_before(work, found, id, last))
    run(work)
    return Saved(id=top.id, version=top.version, changed=top.touched)


def last_move(tx: Transaction, actor: Actor, entity: Entity, id: int) -> StageChange | None:
    """The actor's own move that can still be taken back: the last one of the record, not older than ten minutes."""
    changes = stage_changes(tx, entity, (id,))[id]
    last = changes[-1] if changes else None
    if last is None or last.source is None or last.action == TAKEN_BACK or actor.person is None:
        return None
    return last if last.by == actor.person and last.at >= tx.now - KEPT else None


def _as_before(work: Work, entity: Entity, id: int, last: StageChange) -> dict[str, Ready]:
    """What stood in the fields of that change before it, as far as nobody changed them since."""
    assert entity.stages is not None
    stored = load(work.tx, entity, [id])[id]
    plain = {field.uid: field for field in work.plain(entity).values() if not field.listed}
    values: dict[str, Ready] = {}
    for uid, (before, after) in last.diff.items():
        field = entity.by_uid[uid] if uid == entity.stages.field else plain.get(uid)
        if field is None or field.result.kind == "secret":
            continue
        if _same(work, field, stored.get(uid), after):
            values[field.name] = Ready(read_neutral(work.tx, field, before, keep_uids=True))
    return values


def _same(work: Work, field: Field, stored: Any, neutral: Any) -> bool:
    return bool(stored == read_neutral(work.tx, field, neutral, keep_uids=True))


def asked_of(entity: Entity, to: str) -> tuple[Field, ...]:
    """The fields that the stage of that name requires."""
    stage = entity.stages.named(to) if entity.stages is not None else None
    return required_fields(entity, stage.uid) if stage is not None else ()


def refused_at(error: KubikError, stage_field: str) -> KubikError:
    """The refusal of a move with its pointers where these stood in ``{"to": …, "values": {…}}``."""
    if not error.errors:
        return error
    error.errors = tuple(
        replace(p, pointer="/to" if p.pointer == f"/{stage_field}" else f"/values{p.pointer}")
        if p.pointer
        else p
        for p in error.errors
    )
    return error


__all__ = [
    "KEPT", "asked_of", "barred", "last_move", "move", "refused_at", "take_back",
    "try_move",
]  # fmt: skip
