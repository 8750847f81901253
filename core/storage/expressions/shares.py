"""What the reader has through others: groups, roles of groups and included ones, records that were shared with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sqlalchemy as sa

from core.storage.any_links import ANY, any_of, record_of
from core.storage.expressions.environment import Condition, Environment, Row, Rows, Value
from core.storage.expressions.hints import asked_once, by_index, constant, not_seeking
from core.storage.expressions.paths import limits, linked
from core.storage.types import BIG, TEXT
from metamodel.any_link import AnyLink
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
    both = above.alias.join(below.alias, among)
    chosen = sa.select(below.cell("id").value).select_from(both)
    chosen = chosen.where(above.cell("id").value.in_(held), *limits(above), *limits(below))
    return chosen.correlate_except(above.alias, below.alias)


def shared_records(node: MySet, rows: Rows, env: Environment) -> sa.Select[Any]:
    """The ids of the records of an entity that were shared with the reader, with their groups, roles or departments.

    What somebody shared themselves gives them nothing: a share is not a way to keep what one has.
    """
    entity, changing = node.type.entity or "", node.name == "shared_change"
    found = []
    for row, whom in _each_way(rows, env):
        about = row.cell(row.entity.by_name["about"].uid).value
        # Said so that no index is sought for it: a reader has few shares, an entity may have very many.
        record = record_of(about, entity, BIG)
        conditions = [whom, *_in_force(row, env, changing=changing), record.is_not(None)]
        found.append(_of(row, record, *conditions))
    return _united(found)


def shared_with_me(node: MySet, record: Value, rows: Rows, env: Environment) -> Condition:
    """Whether one record is among `shared_records`, by its own shares."""
    share = rows.open(env.model.entities[SHARE].uid)
    about = share.cell(share.entity.by_name["about"].uid).value
    ways = (whom for _, whom in _each_way(rows, env, share))
    conditions = [
        about == any_of(node.type.entity or "", record),
        *limits(share),
        *_in_force(share, env, changing=node.name == "shared_change"),
        not_seeking(env.dialect, sa.or_(*ways)),
    ]
    there: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(share.alias).where(*conditions)
    return asked_once(there.correlate_except(share.alias), env.dialect)


def shares_in_order(
    node: MySet, rows: Rows, env: Environment
) -> Iterator[tuple[sa.FromClause, list[Condition], Callable[[Value], Condition]]]:
    """The reader's shares of an entity by the age of their records (`kubik_shared`), with what makes them theirs: those
    with the person, then those with groups, roles and departments, each by its own part of the index; last whether a
    share is in force, told the id of the record as it is found there.
    """
    share, entity = env.model.entities[SHARE], node.type.entity or ""
    for kind, whose in (("user", None), *_my_places(rows, env).items()):
        kept = env.tables.own.shared.alias()
        mine = kept.c.whom == env.me if whose is None else by_index(kept.c.whom.in_(whose), env)
        row = rows.open(share.uid)
        there: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(row.alias)
        there = there.where(
            row.cell("id").value == kept.c.share,
            row.cell(share.by_name[kind].uid).value == kept.c.whom,
            *limits(row),
            *_in_force(row, env, changing=node.name == "shared_change"),
        )
        force = partial(_of_record, there.correlate_except(row.alias), row, entity, env)
        yield kept, [kept.c.kind == constant(kind), mine, kept.c.entity == constant(entity)], force


def _of_record(shares: sa.Select[Any], share: Row, entity: str, env: Environment, record: Value) -> Condition:
    """Whether one of these shares is about that record."""
    about = share.cell(share.entity.by_name["about"].uid).value
    return asked_once(shares.where(about == any_of(entity, record)), env.dialect, single=True)


def received(entity: str, record: int, env: Environment, *, changing: bool, but: int) -> sa.Select[Any]:
    """Until when a record was shared with the reader, a row for each share, one of them left out."""
    about = sa.literal(AnyLink(entity, record), ANY)
    found = []
    for row, whom in _each_way(env.rows, env):
        here = row.cell(row.entity.by_name["about"].uid).value == about
        until = row.cell(row.entity.by_name["until"].uid).value
        other = row.cell("id").value != but
        found.append(_of(row, until, here, other, whom, *_in_force(row, env, changing=changing)))
    return _united(found)


def _each_way(rows: Rows, env: Environment, same: Row | None = None) -> Iterator[tuple[Row, Condition]]:
    """The shares, and by which of their fields they are the reader's: one way at a time, each by its own index; or
    all of them of the ``same`` row, which is found otherwise.
    """
    share, sets = env.model.entities[SHARE], _my_places(rows, env)
    if same is not None:
        yield same, same.cell(share.by_name["user"].uid).value == env.me
        for name, ids in sets.items():
            yield same, same.cell(share.by_name[name].uid).value.in_(_on_top(ids))
        return
    own = rows.open(share.uid)
    yield own, by_index(own.cell(share.by_name["user"].uid).value == env.me, env)
    for name, ids in sets.items():
        row = rows.open(share.uid)
        yield row, by_index(row.cell(share.by_name[name].uid).value.in_(ids), env)


def _my_places(rows: Rows, env: Environment) -> dict[str, sa.Select[Any]]:
    """What the reader is in, by the name of the field of a share that may name it."""
    user, department = env.model.entities[USER], env.model.entities[DEPARTMENT]
    closure = env.tables.own.closure.alias()
    place = linked(rows, env.me, [(user.uid, user.by_name["department"].uid)])
    above = sa.select(closure.c.ancestor).where(
        closure.c.entity == department.uid, closure.c.descendant == place.value
    )
    return {
        "group": my_groups(env),
        "role": my_roles(rows, env),
        "department": above.correlate_except(closure),
    }


def _in_force(row: Row, env: Environment, *, changing: bool) -> Iterator[Condition]:
    until = row.cell(row.entity.by_name["until"].uid).value
    yield sa.or_(until.is_(None), until >= env.today)
    yield row.cell("created_by").value.is_distinct_from(env.me)
    if changing:
        access = row.entity.by_name["access"]
        change = access.choice("change")
        assert change is not None
        yield _is(row.cell(access.uid).value, change.uid)


def _of(row: Row, value: Value, *conditions: Condition) -> sa.Select[Any]:
    chosen = sa.select(value.label("found")).select_from(row.alias).where(*limits(row), *conditions)
    return chosen.correlate_except(row.alias)


def _is(value: Value, text: str) -> Condition:
    return value == sa.literal(text, TEXT)


def _united(selects: list[sa.Select[Any]]) -> sa.Select[Any]:
    return selects[0] if len(selects) == 1 else _on_top(sa.union_all(*selects))


def _on_top(select: sa.Select[Any] | sa.CompoundSelect[Any]) -> sa.Select[Any]:
    """The same, standing at the top of the statement: nothing is nested deeper for it."""
    every = select.cte()
    return sa.select(next(iter(every.c))).correlate_except(every)
