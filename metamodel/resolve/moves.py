"""What stages ask for and which moves there are, found once all fields have their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from metamodel.definitions import MoveDefinition
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.resolve.drafts import EntityDraft
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.stages import Move, Pipeline

_NOT_ASKED_FOR = ("formula", "lookup", "rollup", "number_series")
"""Types of fields that nobody fills in."""


def settle_stages(checker: Checker) -> None:
    """Complete the stages of every entity."""
    for draft in checker.drafts.entities.values():
        if draft.stages is None or draft.stages_written is None:
            continue
        written, spot = draft.stages_written
        pipelines = []
        for index, (pipeline, source) in enumerate(
            zip(draft.stages.pipelines, written.pipelines, strict=True)
        ):
            at = spot.under("pipelines", index)
            stages = tuple(
                replace(
                    stage,
                    required=_required(draft, s.required, at.under("stages", n, "required"), checker.faults),
                )
                for n, (stage, s) in enumerate(zip(pipeline.stages, source.stages, strict=True))
            )
            moves = None
            if source.moves is not None:
                moves = tuple(
                    _move(checker, draft, pipeline, move, at.under("moves", n))
                    for n, move in enumerate(source.moves)
                )
            pipelines.append(replace(pipeline, stages=stages, moves=moves))
        draft.stages = replace(draft.stages, pipelines=tuple(pipelines))
        field = draft.by_uid[draft.stages.field]
        field.choices = [stage for pipeline in pipelines for stage in pipeline.stages]


def _required(draft: EntityDraft, names: Iterable[str], spot: Spot, faults: Faults) -> tuple[str, ...]:
    """The uids of the fields that a stage requires: any that people fill in."""
    found = []
    known = {f.name: f for f in draft.fields if not f.system and f.of_stage is None}
    for index, name in enumerate(names):
        field = known.get(name)
        if field is None:
            faults.add(spot.under(index), "KBK1002", unknown("there is no field “{name}”", name, known))
        elif field.type in _NOT_ASKED_FOR or field.definition.read_only:
            why = message("“{field}” is not filled in by people: no stage can require it", field=field.shown)
            faults.add(spot.under(index), "KBK1005", why)
        elif draft.stages is None or field.uid != draft.stages.field:
            found.append(field.uid)
    return tuple(found)


def _move(
    checker: Checker, draft: EntityDraft, pipeline: Pipeline, written: MoveDefinition, spot: Spot
) -> Move:
    faults = checker.faults
    sources = _stages_named(draft, pipeline, written.sources, spot.under("from"), faults)
    roles = None
    if written.roles is not None:
        roles = _roles(checker.drafts.role_uids, written.roles, spot.under("roles"), faults)
    return Move(
        sources=sources if written.sources else frozenset(s.uid for s in pipeline.stages),
        targets=_stages_named(draft, pipeline, written.targets, spot.under("to"), faults),
        roles=roles,
        when=checker.condition(written.when, spot.under("when"), draft.uid),
        message=written.message,
    )


def _stages_named(
    draft: EntityDraft, pipeline: Pipeline, names: Iterable[str], spot: Spot, faults: Faults
) -> frozenset[str]:
    assert draft.stages is not None
    found = set()
    for index, name in enumerate(names):
        stage = draft.stages.named(name, pipeline.stages[0].uid)
        if stage is None:
            known = [s.name for p in draft.stages.pipelines for s in p.stages]
            faults.add(spot.under(index), "KBK1002", unknown("there is no stage “{name}”", name, known))
        else:
            found.add(stage.uid)
    return frozenset(found)


def _roles(known: Mapping[str, str], names: Iterable[str], spot: Spot, faults: Faults) -> frozenset[str]:
    for index, name in enumerate(names):
        if name not in known:
            faults.add(spot.under(index), "KBK1002", unknown("there is no role “{name}”", name, known))
    return frozenset(known[name] for name in names if name in known)
