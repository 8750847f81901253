"""The step ``move``: the record goes to another stage, with what that stage requires."""

from __future__ import annotations

from core.automation.standing import Standing
from core.automation.values import values_of
from metamodel.actions import Step


def move(standing: Standing, step: Step) -> None:
    """Change the stage, and values with it; the grants of moving are asked as of any move."""
    assert standing.id is not None and standing.entity.stages is not None
    values = values_of(standing, standing.entity, step.values)
    values[standing.entity.stages.field] = step.to
    standing.records.change(standing.actor_of(step), standing.entity, standing.id, values)
    standing.refresh()
