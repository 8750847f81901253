"""The step ``take``: one free record of a list, handed over to whoever runs the action, never to two of them."""

from __future__ import annotations

from core.automation.finding import first_record
from core.automation.standing import Standing
from core.automation.values import values_of
from core.errors import KubikError
from metamodel.actions import Step
from metamodel.messages import message


def take(standing: Standing, step: Step) -> None:
    """Take the first free record and set its values; KBK3016 when none is free."""
    entity = standing.tx.model.entity_by_uid[step.entity]
    found = first_record(standing, step, step.where, taking=True)
    if found is None:
        raise KubikError(
            "KBK3016", message("{entities}: none is free at the moment", entities=entity.label_many)
        )
    values = values_of(standing, entity, step.values)
    standing.records.change(standing.actor_of(step), entity, found, values)
    standing.keep(step, found, "taken")
    standing.refresh()
