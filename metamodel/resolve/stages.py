"""Stages of an entity: the field they make, the two that are kept beside it, the norms."""

from __future__ import annotations

from metamodel.definitions import FieldDefinition, PipelineDefinition, StagesDefinition
from metamodel.expression.durations import DAY, Duration, parse_duration
from metamodel.expression.tree import Call, Constant, Expression, Node, Path
from metamodel.expression.types import BOOLEAN, DATETIME, DURATION, Type
from metamodel.labels import Label
from metamodel.messages import message
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.naming import add_field, default_label, name_is_free, unique_names
from metamodel.stages import DUE, SINCE, Pipeline, Stage, Stages


def add_stages(
    draft: EntityDraft, written: StagesDefinition, spot: Spot, solution: str, faults: Faults
) -> None:
    """Give the entity its stages and the field they make; what they ask for is found later, by `settle_stages`."""
    if not name_is_free(draft, written.field, spot.under("field"), faults):
        return
    unique_names(written.pipelines, spot.under("pipelines"), faults)
    pipelines = tuple(
        _pipeline(pipeline, spot.under("pipelines", index), faults)
        for index, pipeline in enumerate(written.pipelines)
    )
    draft.stages = Stages(field=written.uid, pipelines=pipelines)
    draft.stages_written = written, spot
    definition = FieldDefinition(
        name=written.field, uid=written.uid, type="choice", help=written.help, indexed=True,
        renamed_from=written.renamed_from,
    )  # fmt: skip
    label = written.label or Label(ru="Стадия", en="Stage")
    field = FieldDraft(
        uid=written.uid, name=written.field, entity=draft, definition=definition, spot=spot, solution=solution,
        label=label, choices=[stage for pipeline in pipelines for stage in pipeline.stages],
    )  # fmt: skip
    add_field(draft, field)
    _add_kept(draft, field, faults)


def _pipeline(written: PipelineDefinition, spot: Spot, faults: Faults) -> Pipeline:
    unique_names(written.stages, spot.under("stages"), faults)
    stages = tuple(
        Stage(
            uid=s.uid, name=s.name, label=s.label or default_label(s.name), color=s.color, archived=s.archived,
            kind=s.kind, pipeline=written.uid, help=s.help,
            norm=_norm(s.norm, spot.under("stages", number, "norm"), faults),
        )
        for number, s in enumerate(written.stages)
    )  # fmt: skip
    label = written.label or default_label(written.name)
    return Pipeline(uid=written.uid, name=written.name, label=label, help=written.help, stages=stages)


def _norm(written: str | None, spot: Spot, faults: Faults) -> Duration | None:
    if written is None:
        return None
    found = parse_duration(written)
    if found is None:
        faults.add(spot, "KBK1005", message("“{text}” is not a duration", text=written))
    elif found == Duration():
        faults.add(spot, "KBK1005", message("a norm is longer than nothing"))
    return found


def _add_kept(draft: EntityDraft, field: FieldDraft, faults: Faults) -> None:
    """The fields that the system keeps beside a stage: when the record came to it, when its time there is over."""
    stages, label = draft.stages, field.label
    assert stages is not None
    texts = (
        (SINCE, "datetime", "{}: с какого времени", "{}: since"),
        (DUE, "formula", "{}: срок по норме", "{}: due"),
    )
    for ending, type_name, russian, english in texts:
        name = f"{field.name}{ending}"
        if not name_is_free(draft, name, field.spot.under("field"), faults):
            continue
        options = {"formula": f"{field.name}{SINCE} + norm({field.name})"} if ending == DUE else {}
        kept = FieldDraft(
            uid=field.uid + ending, name=name, entity=draft, spot=field.spot, solution=field.solution,
            label=Label(ru=russian.format(label.in_language("ru")), en=english.format(label.in_language("en"))),
            definition=FieldDefinition(name=name, uid=field.uid + ending, type=type_name, options=options),
            of_stage=field.uid, result=DATETIME,
        )  # fmt: skip
        if ending == DUE:
            kept.computed = Expression(text=options["formula"], root=_due(draft, stages), entity=draft.uid)
        add_field(draft, kept)


def _exact(norm: Duration | None) -> Duration:
    """A norm in seconds, days of 24 hours and months of 30 days: added to a moment without any rule of a time zone."""
    found = norm or Duration()
    return Duration(seconds=found.total + found.months * 30 * DAY)


def _due(draft: EntityDraft, stages: Stages) -> Node:
    """When the time of a record in its stage is over: since, moved by the norm of the stage; null without one."""
    stage = Type(kind="choice", field=stages.field)
    at = Path(steps=((draft.uid, stages.field),), type=stage)
    since = Path(steps=((draft.uid, stages.since),), type=DATETIME)
    arguments: list[Node] = []
    for each in (s for pipeline in stages.pipelines for s in pipeline.stages if s.norm is not None):
        there = Call(function="=", type=BOOLEAN, arguments=(at, Constant(value=each.uid, type=stage)))
        norm = Constant(value=_exact(each.norm), type=DURATION)
        arguments += [there, Call(function="SHIFT+", type=DATETIME, arguments=(since, norm))]
    if not arguments:
        return Constant(value=None, type=DATETIME)
    return Call(function="CASE", type=DATETIME, arguments=tuple(arguments))
