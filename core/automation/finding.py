"""A record found by a condition, or the first free one, which nobody else can take at the same time."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.access.grants import grants_of
from core.automation.standing import Standing
from core.query.execute import parameters, relations_of
from core.storage.expressions import BareRow, compile_condition
from core.storage.expressions.texts import folded
from metamodel.actions import Step
from metamodel.expression import Expression
from metamodel.model import Entity


def first_record(
    standing: Standing, step: Step, condition: Expression | None, *, taking: bool = False
) -> int | None:
    """The first record of the step's entity that its actor sees and the condition, asked over all rows, lets pass.

    ``taking`` locks it; those that others are taking at this moment are passed over. On PostgreSQL that is SKIP
    LOCKED, after which the condition is asked again of the row as it is by then; SQLite has one writer at a time.
    """
    tx = standing.tx
    relations = relations_of(tx, grants_of(tx.model, standing.actor_of(step)))
    row = relations.visible.open(step.entity)
    entity = tx.model.entity_by_uid[step.entity]
    bare = BareRow(all_rows=relations.all, entity=entity, alias=row.alias, condition=None)
    limits = [] if row.condition is None else [row.condition]
    if condition is not None:
        limits.append(compile_condition(condition, standing.environment(bare)))
    order = _order(entity, bare, step.sort)
    select = sa.select(row.alias.c.id).where(*limits).order_by(*order, row.alias.c.id).limit(1)
    if taking and tx.dialect == "postgresql":
        select = select.with_for_update(of=row.alias, skip_locked=True)
    found: int | None = tx.connection.execute(select, parameters(tx, standing.actor)).scalar()
    return found


def _order(entity: Entity, row: BareRow, names: tuple[str, ...]) -> list[Any]:
    keys = []
    for name in names:
        field = entity.by_name[name.removeprefix("-")]
        cell = row.cell(field.uid)
        key = cell.value if cell.key is None else folded(cell)
        keys.append((key.desc() if name.startswith("-") else key.asc()).nulls_last())
    return keys
