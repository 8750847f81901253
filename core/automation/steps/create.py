"""The step ``create``: a linked record on the basis of the one the action stands on, or the one that is there."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.automation.finding import first_record
from core.automation.standing import Standing
from core.automation.values import values_of
from core.query.execute import parameters
from core.storage.expressions import compile_condition
from metamodel.actions import Step, StepRows


def create(standing: Standing, step: Step) -> None:
    """Find the record when the step says how, else create it with its child rows."""
    if step.find is not None:
        found = first_record(standing, step, step.find)
        if found is not None:
            standing.keep(step, found, "found")
            return
    entity = standing.tx.model.entity_by_uid[step.entity]
    values = values_of(standing, entity, step.values)
    lists = {rows.field: _rows(standing, step, rows) for rows in step.rows}
    made = standing.records.create(standing.actor_of(step), entity, values, lists)
    standing.keep(step, made, "created")
    standing.refresh()


def _rows(standing: Standing, step: Step, rows: StepRows) -> list[dict[str, Any]]:
    """The values of the new child rows, one for each of the source's rows."""
    model = standing.tx.model
    child = model.entity_by_uid[model.entity_by_uid[step.entity].by_uid[rows.field].target or ""]
    entity = model.entity_by_uid[rows.entity]
    found = []
    for source in _sources(standing, rows):
        stored = standing.records.load(entity, source, lock=False) or {}
        found.append(values_of(standing, child, rows.values, standing.given(entity, stored)))
    return found


def _sources(standing: Standing, rows: StepRows) -> list[int]:
    """The rows that lead to the record, in their order."""
    tx = standing.tx
    row = standing.everything.open(rows.entity)
    limits = [row.cell(rows.through).value == standing.id]
    if row.condition is not None:
        limits.append(row.condition)
    if rows.where is not None:
        limits.append(compile_condition(rows.where, standing.environment(row)))
    order = [row.alias.c.position] if "position" in row.alias.c else []
    select = sa.select(row.alias.c.id).where(*limits).order_by(*order, row.alias.c.id)
    return list(tx.connection.execute(select, parameters(tx, standing.actor)).scalars())
