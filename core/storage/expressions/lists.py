"""Lists of links: whether they have a record, whether they are empty, and the records they lead to.

Every form asks the table of pairs by one of its indexes: that of the owner, or that of the target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeGuard

import sqlalchemy as sa

from core.storage.any_links import any_of
from core.storage.expressions.environment import Condition, Environment, Row, Rows, Value, Values
from core.storage.expressions.pairs import Pairs, pairs_of
from core.storage.expressions.paths import limits, path_cell, start_of
from core.storage.expressions.sets import among
from core.storage.expressions.sight import about_no_row, is_own
from core.storage.types import BIG
from metamodel.expression.tree import Aggregate, Call, Node, Path
from metamodel.expression.types import link
from metamodel.model import Field

Inner = Callable[[Node, Environment], Condition]


def is_list(node: Node) -> bool:
    """Whether a node is a list of links."""
    return isinstance(node, Path) and node.type.kind == "link" and node.type.many


def members(node: Path, env: Environment) -> sa.Select[Any]:
    """The ids that a list leads to, of the row of the statement around; under `visible` those that may be seen."""
    rows = (env.mine or env.rows) if is_own(node) else env.rows
    entity, uid = node.steps[-1]
    field = env.model.entity_by_uid[entity].by_uid[uid]
    pairs = pairs_of(field, rows, env.tables)
    limited = [*pairs.limits, *_seen(rows, field, pairs)]
    sources = [pairs.source]
    if len(node.steps) == 1 and node.root != "my":
        row = start_of(node, env)
        if not _is_row(row):
            assert hasattr(row, "listed")
            return _given(row.listed(uid))
        limited += [pairs.record == row.cell("id").value, *_shown(row, uid)]
    else:
        owner = rows.open(entity, reached=True)
        limited += [pairs.record == owner.cell("id").value, owner.cell("id").value == _owner(node, env)]
        limited += [*limits(owner), *_shown(owner, uid)]
        sources.append(owner.alias)
    select = sa.select(pairs.target).select_from(*sources).where(*limited)
    return select.correlate_except(*sources)


def has(node: Path, record: Value, env: Environment) -> Condition:
    """Whether a list has a record; null as IN is."""
    return among(record, members(node, env), env)


def empty(node: Path, env: Environment) -> Condition:
    """Whether a list leads to nothing."""
    return sa.not_(sa.exists(members(node, env)))


def has_condition(node: Node, env: Environment, value: Callable[[Node], Value]) -> Condition | None:
    """``tags CONTAINS x`` under WHERE, found by the index of targets; None for any other condition."""
    match node:
        case Call(
            function="CONTAINS", arguments=(Path(root="row", up=0, steps=((entity, uid),)) as own, sought)
        ):
            row = env.row
            if not is_list(own) or not about_no_row(sought) or row is None or not _is_row(row):
                return None
            field = env.model.entity_by_uid[entity].by_uid[uid]
            pairs = pairs_of(field, env.rows, env.tables)
            limited = [pairs.target == value(sought), *pairs.limits, *_seen(env.rows, field, pairs)]
            return _owners(row, uid, pairs, limited, env)
    return None


def exists_condition(node: Node, env: Environment, inner: Inner) -> Condition | None:
    """``EXISTS(tags WHERE …)`` under WHERE when it asks nothing of the row itself; None for any other condition."""
    if (
        not isinstance(node, Aggregate)
        or node.function != "EXISTS"
        or node.owner is None
        or node.of is not None
    ):
        return None
    row = env.row
    if node.where is None or _asks_around(node.where, 1) or row is None or not _is_row(row):
        return None
    field = env.model.entity_by_uid[node.owner].by_uid[node.through]
    pairs = pairs_of(field, env.rows, env.tables)
    target = env.rows.open(node.entity, reached=True)
    fitting = sa.select(target.cell("id").value).select_from(target.alias)
    fitting = fitting.where(*limits(target), inner(node.where, env.inside(target)))
    limited = [among(pairs.target, fitting.correlate_except(target.alias), env), *pairs.limits]
    return _owners(row, node.through, pairs, limited, env)


def leading(node: Aggregate, row: Row, env: Environment) -> tuple[Condition, Value | None]:
    """What makes ``row`` one of the rows of an aggregate, and its place in the list that leads to it (None: no list)."""
    if node.owner is not None:
        return _listed(node, row, env)
    owner = env.up(0).cell("id").value if node.of is None else _in_sight(node.of, env)
    field = row.entity.by_uid[node.through]
    if field.targets:
        entity = env.up(0).entity.uid if node.of is None else node.of.type.entity or ""
        return row.cell(node.through).value == any_of(entity, owner), None
    if not field.listed:
        return row.cell(node.through).value == owner, None
    pairs = pairs_of(field, env.rows, env.tables)
    return _owners(
        row, node.through, pairs, [pairs.target == owner, *pairs.limits], env, correlated=True
    ), None


def _listed(node: Aggregate, row: Row, env: Environment) -> tuple[Condition, Value | None]:
    """The rows that the list of a record leads to."""
    assert node.owner is not None
    start = node.of or Path(steps=(), type=link(node.owner))
    steps = start.steps[:-1] if start.steps and start.steps[-1][1] == "id" else start.steps
    path = replace(start, steps=(*steps, (node.owner, node.through)), type=link(node.entity, many=True))
    condition = row.cell("id").value.in_(members(path, env))
    field = env.model.entity_by_uid[node.owner].by_uid[node.through]
    owner = env.up(0).cell("id").value if node.of is None else path_cell(node.of, env).value
    pairs = pairs_of(field, env.rows, env.tables)
    place = sa.select(sa.func.min(pairs.order[0], type_=BIG)).select_from(pairs.source)
    place = place.where(pairs.record == owner, pairs.target == row.cell("id").value, *pairs.limits)
    return condition, place.correlate_except(pairs.source).scalar_subquery()


def _owners(
    row: Row, uid: str, pairs: Pairs, limited: list[Condition], env: Environment, *, correlated: bool = False
) -> Condition:
    found = sa.select(pairs.record).select_from(pairs.source).where(*limited).correlate_except(pairs.source)
    identity = row.cell("id").value
    there = identity.in_(found) if correlated else among(identity, found, env)
    return sa.and_(there, *_shown(row, uid))


def _owner(node: Path, env: Environment) -> Value:
    """The id of the record whose list a path ends with."""
    if len(node.steps) == 1:
        return env.me
    *steps, last = node.steps[:-1]
    before = replace(node, steps=(*steps, last), type=link(node.steps[-1][0]))
    if env.model.entity_by_uid[last[0]].by_uid[last[1]].targets:
        before = replace(before, steps=(*steps, last, (node.steps[-1][0], "id")))
    return path_cell(before, env).value


def _in_sight(of: Path, env: Environment) -> Value:
    """The record that a path leads to, null where it may not be seen: no list leads on from there."""
    owner = path_cell(of, env).value
    if is_own(of) or not of.steps or of.steps[-1][1] == "id":
        return owner
    return env.rows.in_sight(of.type.entity or "", owner)


def _seen(rows: Rows, field: Field, pairs: Pairs) -> tuple[Condition, ...]:
    condition = rows.seen(field.target or "", pairs.target)
    return () if condition is None else (condition,)


def _shown(row: Row, uid: str) -> tuple[Condition, ...]:
    condition = row.shows(uid)
    return () if condition is None else (condition,)


def _is_row(found: Row | Values) -> TypeGuard[Row]:
    """Whether it is a row of the statement, not a record whose values are parameters."""
    return hasattr(found, "alias")


def _given(ids: tuple[int, ...]) -> sa.Select[Any]:
    """The list of a record whose values are parameters."""
    none = sa.select(sa.cast(sa.null(), BIG).label("target")).where(sa.false())
    if not ids:
        return none
    listed = sa.union_all(*(sa.select(sa.literal(record, BIG).label("target")) for record in ids)).subquery()
    return sa.select(listed.c.target)


def _asks_around(node: Node, depth: int) -> bool:
    """Whether something under a node is about a row outside of ``depth`` aggregates."""
    if isinstance(node, Path):
        return node.root == "row" and node.up >= depth
    if isinstance(node, Aggregate):
        inner = (node.body, node.where, node.by)
        outer = node.of is not None and _asks_around(node.of, depth)
        return outer or any(n is not None and _asks_around(n, depth + 1) for n in inner)
    return any(_asks_around(n, depth) for n in getattr(node, "arguments", ()))
