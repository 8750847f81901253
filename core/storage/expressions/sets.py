"""Sets: those of the reader, what stands under a record of a tree, and membership in a sub-select."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.storage.expressions.environment import Condition, Environment, Row, Rows, Value
from core.storage.expressions.paths import limits, linked
from core.storage.expressions.shares import my_groups, my_roles, shared_records
from metamodel.expression.names import DEPARTMENT, USER
from metamodel.expression.tree import MySet


def among(value: Value, ids: sa.Select[Any], env: Environment) -> Condition:
    """Whether a link is one of the ids of a sub-select, in the form each database finds an index for."""
    if env.sqlite:
        return value.in_(ids)
    return value == sa.func.any(sa.func.array(ids.scalar_subquery()))


def my_set(node: MySet, env: Environment) -> sa.Select[Any]:
    """The ids of one of the reader's sets; never null."""
    rows = env.mine or env.rows
    match node.name:
        case "departments":
            return _my_departments(rows, env)
        case "subordinates":
            return _my_subordinates(rows, env)
        case "roles":
            return my_roles(rows, env)
        case "groups":
            return my_groups(env)
        case "shared" | "shared_change":
            return shared_records(node, rows, env)


def below(tree: str, record: Value, env: Environment, *, seen: bool = False) -> sa.Select[Any]:
    """The ids of a record of a tree (entity uid) and of all below it; with ``seen`` of those that may be seen."""
    closure = env.tables.own.closure.alias()
    chosen = sa.select(closure.c.descendant).where(closure.c.entity == tree, closure.c.ancestor == record)
    condition = env.rows.seen(tree, closure.c.descendant) if seen else None
    return (chosen if condition is None else chosen.where(condition)).correlate_except(closure)


def _my_departments(rows: Rows, env: Environment) -> sa.Select[Any]:
    user, department = env.model.entities[USER], env.model.entities[DEPARTMENT]
    own = linked(rows, env.me, [(user.uid, user.by_name["department"].uid)])
    return below(department.uid, own.value, env)


def _my_subordinates(rows: Rows, env: Environment) -> sa.Select[Any]:
    """Everybody in the departments that the reader heads, and below these; not the reader."""
    user, department = env.model.entities[USER], env.model.entities[DEPARTMENT]
    headed = rows.open(department.uid)
    heads = _ids(headed, headed.cell(department.by_name["head"].uid).value == env.me)
    closure = env.tables.own.closure.alias()
    places = sa.select(closure.c.descendant).where(
        closure.c.entity == department.uid, among(closure.c.ancestor, heads, env)
    )
    people = rows.open(user.uid)
    there = among(people.cell(user.by_name["department"].uid).value, places.correlate_except(closure), env)
    return _ids(people, there, people.cell("id").value != env.me)


def _ids(row: Row, *conditions: Condition) -> sa.Select[Any]:
    chosen = sa.select(row.cell("id").value).select_from(row.alias).where(*limits(row), *conditions)
    return chosen.correlate_except(row.alias)
