"""What the reader has through others: groups, roles of groups and included ones, records that were shared with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core.storage.any_links import leads_to, record_of
from core.storage.expressions.environment import Condition, Environment, Row, Rows, Value
from core.storage.expressions.paths import limits, linked
from core.storage.types import BIG, TEXT
from metamodel.expression.names import DEPARTMENT, GROUP, ROLE, USER
from metamodel.expression.sharing import SHARE
from metamodel.expression.tree import MySet


def my_groups(env: Environment) -> sa.Select[Any]:
    """The groups the reader is in, those around these included."""
    member = env.tables.own.member.alias()
    return sa.select(member.c.group).where(member.c.user == env.me).correlate_except(member)


def my_roles(rows: Rows, env: Environment) -> sa.Select[Any]:
    """The roles the reader has: their own, those of their groups, and what these include."""
    held = list(_held_roles(rows, env))
    pairs = [
        (held, included)
        for held, every in env.model.included.items()
        for included in every
        if included != held
    ]
    if pairs:
        held.append(_included(rows, env, _united(held), pairs))
    return _united(held)


def _held_roles(rows: Rows, env: Environment) -> Iterator[sa.Select[Any]]:
    link = env.model.entities["user_role"]
    own = rows.open(link.uid)
    role = own.cell(link.by_name["role"].uid).value
    mine = own.cell(link.by_name["user"].uid).value == env.me
    yield _of(own, role, mine, role.is_not(None))
    group = env.model.entities.get(GROUP)
    if group is not None:
        given = env.tables[group.uid].lists[group.by_name["roles"].uid].alias()
        chosen = sa.select(given.c.target).where(given.c.record.in_(my_groups(env)))
        yield chosen.correlate_except(given)


def _included(
    rows: Rows, env: Environment, held: sa.Select[Any], pairs: list[tuple[str, str]]
) -> sa.Select[Any]:
    role = env.model.entities[ROLE]
    definition = role.by_name["definition"].uid
    above, below = rows.open(role.uid), rows.open(role.uid)
    outer, inner = above.cell(definition).value, below.cell(definition).value
    among = sa.or_(*(sa.and_(_is(outer, one), _is(inner, other)) for one, other in pairs))
    chosen = sa.select(below.cell("id").value).select_from(above.alias, below.alias)
    chosen = chosen.where(above.cell("id").value.in_(held), among, *limits(above), *limits(below))
    return chosen.correlate_except(above.alias, below.alias)


def shared_records(node: MySet, rows: Rows, env: Environment) -> sa.Select[Any]:
    """The ids of the records of an entity that were shared with the reader, with their groups, roles or departments.

    What somebody shared themselves gives them nothing: a share is not a way to keep what one has.
    """
    share = env.model.entities[SHARE]
    changing = node.name == "shared_change"
    return _united([_shared(rows.open(share.uid), node, whom, changing, env) for whom in _recipients(rows, env)])


def _recipients(rows: Rows, env: Environment) -> Iterator[tuple[str, Value | sa.Select[Any]]]:
    """By which field of a share it is the reader's: their id, or the ids of what they are in."""
    user, department = env.model.entities[USER], env.model.entities[DEPARTMENT]
    yield "user", env.me
    yield "group", my_groups(env)
    yield "role", my_roles(rows, env)
    closure = env.tables.own.closure.alias()
    place = linked(rows, env.me, [(user.uid, user.by_name["department"].uid)])
    above = sa.select(closure.c.ancestor).where(
        closure.c.entity == department.uid, closure.c.descendant == place.value
    )
    yield "department", above.correlate_except(closure)


def _shared(
    row: Row, node: MySet, whom: tuple[str, Value | sa.Select[Any]], changing: bool, env: Environment
) -> sa.Select[Any]:
    entity, name = row.entity, node.type.entity or ""
    field, value = whom
    to = row.cell(entity.by_name[field].uid).value
    about, until = (row.cell(entity.by_name[each].uid).value for each in ("about", "until"))
    conditions: list[Condition] = [
        to.in_(value) if isinstance(value, sa.Select) else to == value,
        leads_to(about, name),
        sa.or_(until.is_(None), until >= env.today),
        row.cell("created_by").value.is_distinct_from(env.me),
    ]
    if changing:
        access = entity.by_name["access"]
        change = access.choice("change")
        assert change is not None
        conditions.append(_is(row.cell(access.uid).value, change.uid))
    return _of(row, record_of(about, name, BIG), *conditions)


def _of(row: Row, value: Value, *conditions: Condition) -> sa.Select[Any]:
    chosen = sa.select(value.label("found")).select_from(row.alias).where(*limits(row), *conditions)
    return chosen.correlate_except(row.alias)


def _is(value: Value, text: str) -> Condition:
    return value == sa.literal(text, TEXT)


def _united(selects: list[sa.Select[Any]]) -> sa.Select[Any]:
    if len(selects) == 1:
        return selects[0]
    every = sa.union_all(*selects).subquery()
    return sa.select(next(iter(every.c))).correlate_except(every)
