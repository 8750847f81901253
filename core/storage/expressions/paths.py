"""Paths: a field of a row, and fields reached along links by scalar sub-selects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from core.storage.any_links import record_of
from core.storage.expressions.environment import Cell, Environment, Row, Rows, Value, Values
from core.storage.expressions.texts import folded
from core.storage.types import BIG
from metamodel.expression.names import USER
from metamodel.expression.tree import Path
from metamodel.model import Entity

Step = tuple[str, str]


def path_cell(node: Path, env: Environment) -> Cell:
    """The cell a path leads to; null when a link on it is empty, in the bin or hidden."""
    if node.root == "my":
        return _mine(node, env)
    start = start_of(node, env)
    if not node.steps:
        return start.cell("id")
    (_, field), *rest = node.steps
    cell = start.cell(field)
    if not rest:
        return cell
    return linked(env.rows, _led(start.entity, field, cell.value, rest[0][0]), rest)


def _mine(node: Path, env: Environment) -> Cell:
    """What stands in the reader's own record; beyond it a path leads as any other, and so does a field of it that is
    theirs to read on some people only."""
    user = env.model.entities[USER]
    first, *rest = node.steps or ((user.uid, "id"),)
    shows = env.rows.open(user.uid).shows(first[1])
    known = shows is None or isinstance(shows, sa.False_)
    own = linked((env.mine or env.rows) if known else env.rows, env.me, [first])
    return linked(env.rows, _led(user, first[1], own.value, rest[0][0]), rest) if rest else own


def _led(entity: Entity, field: str, value: Value, target: str) -> Value:
    """The id that a link leads to; of a link to any record that of the entity ``target``, null for another."""
    found = entity.by_uid.get(field)
    return record_of(value, target, BIG) if found is not None and found.targets else value


def start_of(node: Path, env: Environment) -> Row | Values:
    """The row or record that a path begins at."""
    if node.root == "row":
        return env.up(node.up)
    roots = {"record": env.record, "old": env.old, "new": env.new, "input": env.input, "step": env.step}
    found = roots[node.root]
    if found is None:
        raise ValueError(f"there is no {node.root} where this expression is compiled")
    return found


def linked(rows: Rows, link: Value, steps: Sequence[Step]) -> Cell:
    """The cell that steps lead to from the record of a link, by one sub-select over all the records on the way."""
    way: list[Row] = []
    conditions: list[sa.ColumnElement[bool]] = []
    cell = Cell(value=link)
    for place, (entity, field) in enumerate(steps):
        row = rows.open(entity, reached=True)
        conditions += [row.cell("id").value == cell.value, *limits(row)]
        way.append(row)
        cell = row.cell(field)
        if place + 1 < len(steps):
            cell = Cell(value=_led(row.entity, field, cell.value, steps[place + 1][0]))
    aliases = [row.alias for row in way]

    def part(value: Value) -> Value:
        select = sa.select(value).select_from(*aliases).where(*conditions)
        return select.correlate_except(*aliases).scalar_subquery()

    return _by_parts(cell, part)


def taken(cell: Cell, row: Row, *conditions: sa.ColumnElement[bool], order: Sequence[Any] = ()) -> Cell:
    """A cell of one row of a relation as a value."""
    return _by_parts(cell, lambda value: scalar(value, row, *conditions, order=order))


def _by_parts(cell: Cell, part: Callable[[Value], Value]) -> Cell:
    if cell.key is None:
        return Cell(value=part(cell.value))
    return Cell(value=part(cell.value), key=part(folded(cell)))


def scalar(
    value: Value, row: Row, *conditions: sa.ColumnElement[bool], order: Sequence[Any] = ()
) -> sa.ScalarSelect[Any]:
    """``value`` of the rows of a relation that fulfil the conditions, all else being of the statement around."""
    select = sa.select(value).select_from(row.alias).where(*limits(row), *conditions)
    if order:
        select = select.order_by(*order).limit(sa.literal_column("1"))
    return select.correlate_except(row.alias).scalar_subquery()


def limits(row: Row) -> tuple[sa.ColumnElement[bool], ...]:
    """What limits an alias to its relation."""
    return () if row.condition is None else (row.condition,)
