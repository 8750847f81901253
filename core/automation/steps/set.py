"""The step ``set``: values of the record the action stands on."""

from __future__ import annotations

from core.automation.standing import Standing
from core.automation.values import values_of
from metamodel.actions import Step


def set_values(standing: Standing, step: Step) -> None:
    """Change the record itself."""
    assert standing.id is not None
    values = values_of(standing, standing.entity, step.values)
    standing.records.change(standing.actor_of(step), standing.entity, standing.id, values)
    standing.refresh()
