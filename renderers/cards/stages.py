"""The stages on a card: the bar of its pipeline with the time in each, the words of a phone, what takes a move back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from core.i18n import Texts
from core.query.stage_times import StageTime, length, stage_times
from core.records.moves import targets
from core.records.moving import last_move
from metamodel.expression.durations import Duration
from metamodel.messages import Message, message
from metamodel.stages import Stage
from renderers.cards.shown import Shown
from renderers.cards.view import StageLine, StageStep
from renderers.pages.spans import DAY, HOUR, spoken
from renderers.pages.tones import tone_of


def stage_part(shown: Shown) -> Mapping[str, Any]:
    """The attributes of a card about its stages; nothing to see for who may not read the stage."""
    entity, texts = shown.entity, shown.texts
    stages = entity.stages
    field = entity.by_uid[stages.field] if stages is not None else None
    if stages is None or field is None or field.name not in shown.item:
        return _nothing()
    times = {time.stage.uid: time for time in stage_times(shown.tx, shown.actor, entity, shown.id)}
    steps = _steps(shown, times)
    now = next((index for index, step in enumerate(steps) if step.state == "now"), -1)
    moves = "move" in shown.allowed and not shown.deleted
    total = sum((time.spent for time in times.values()), timedelta())
    return {
        "stages": steps,
        "stages_label": shown.label(field),
        "stage_href": f"{shown.here}/move" if moves else None,
        "stage_words": steps[now].label if now >= 0 else "",
        "stage_place": _place(texts, now, steps),
        "stage_total": texts.render(message("{time} in work", time=spoken(total))) if total >= HOUR else "",
        "stage_times": _lines(texts, times.values()) if len(times) > 1 else (),
        "stage_back": _back(shown),
        "next_stage": _next(steps, now) if moves else None,
    }


def _nothing() -> Mapping[str, Any]:
    return {
        "stages": (), "stages_label": "", "stage_href": None, "stage_words": "", "stage_place": "", "stage_total": "",
        "stage_times": (), "stage_back": "", "next_stage": None,
    }  # fmt: skip


def _steps(shown: Shown, times: Mapping[str, StageTime]) -> tuple[StageStep, ...]:
    """The pipeline of the record: what is done, where it stands, what is ahead. A lost one stands only when it is."""
    stages = shown.entity.stages
    assert stages is not None
    name = shown.item.get(shown.entity.by_uid[stages.field].name)
    current = next((time.stage for time in times.values() if time.now), None)
    if current is None and name is not None:
        current = stages.named(str(name))
    pipeline = (stages.pipeline_of(current.uid) if current else None) or stages.pipelines[0]
    path = [s for s in pipeline.stages if (s.kind != "lost" and not s.archived) or s == current]
    at = path.index(current) if current in path else -1
    lost = current is not None and current.kind == "lost"
    found = targets(shown.tx.model, shown.actor, shown.entity, current.uid if current else None)
    return tuple(
        _step(shown, stage, times.get(stage.uid), index - at if at >= 0 else 1, lost, stage in found)
        for index, stage in enumerate(path)
    )


def _step(
    shown: Shown, stage: Stage, time: StageTime | None, place: int, lost: bool, open_: bool
) -> StageStep:
    state: Literal["done", "now", "todo"] = (
        "now" if place == 0 else "done" if place < 0 and not lost else "todo"
    )
    words, late = "", False
    if time is not None and state == "now" and stage.kind == "open":
        words, late = shown.texts.render(against(time.stay, stage.norm)), (time.over or 0) > 1
    elif time is not None and state == "done":
        words = shown.texts.render(spoken(time.spent))
    return StageStep(
        name=stage.name, label=stage.label.in_language(shown.texts.language) or stage.name,
        state=state, kind=stage.kind, time=words, late=late, possible=open_,
    )  # fmt: skip


def against(time: timedelta, norm: Duration | None) -> Message:
    """The time in a stage against its norm, both in the norm's unit: `1 of 3 d`."""
    if norm is None:
        return spoken(time)
    whole = length(norm)
    if whole >= DAY:
        return message("{spent} of {n} d", spent=time // DAY, n=whole // DAY)
    return message("{spent} of {n} h", spent=time // HOUR, n=max(whole // HOUR, 1))


def _place(texts: Texts, now: int, steps: tuple[StageStep, ...]) -> str:
    if now < 0 or len(steps) < 2:
        return ""
    where = texts.render(message("{place} of {count}", place=now + 1, count=len(steps)))
    return f"{where}, {steps[now].time}" if steps[now].time else where


def _next(steps: tuple[StageStep, ...], now: int) -> StageStep | None:
    """The stage that the one action of a phone leads to."""
    ahead = [step for step in steps[now + 1 :] if step.kind != "lost" and step.possible] if now >= 0 else []
    return ahead[0] if ahead and steps[now].kind == "open" else None


def _lines(texts: Texts, times: Any) -> tuple[StageLine, ...]:
    return tuple(
        StageLine(
            label=time.stage.label.in_language(texts.language) or time.stage.name, tone=tone_of(time.stage.color),
            time=texts.render(spoken(time.spent)),
            norm=texts.render(message("norm {time}", time=spoken(length(time.stage.norm)))) if time.stage.norm else "",
            late=(time.over or 0) > 1, now=time.now,
        )
        for time in times
    )  # fmt: skip


def _back(shown: Shown) -> str:
    """What the button says that takes the person's last move back."""
    if "move" not in shown.allowed or shown.deleted:
        return ""
    last = last_move(shown.tx, shown.actor, shown.entity, shown.id)
    stages = shown.entity.stages
    source = stages.stage(last.source) if last is not None and stages is not None else None
    if source is None:
        return ""
    return shown.texts.render(message("Back to “{stage}”", stage=source.label))
