"""The statement of totals: groups, counts and exact sums of the rows that a reader may see; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.grouping import Grouping, group_key
from core.storage.expressions import compile_value
from core.storage.expressions.numbers import exact, units
from core.storage.types import BIG
from metamodel.expression.money import currency_of
from metamodel.expression.tree import Node, Path
from metamodel.model import Entity, Field, Model

if TYPE_CHECKING:
    from core.query.compile import Compiler

HALF = 10**9
"""SQLite adds up high and low parts apart: no sum of either leaves 64 bits below 9 milliards of rows."""


def totals_select(
    compiler: Compiler, by: Sequence[Grouping], fields: Sequence[str], ends: Sequence[str] = ()
) -> sa.Select[Any]:
    """Of each level of groups its value and whether there is one, the currencies that vary, the count; of each field its
    count and its sums; of each of ``ends`` the least value and the greatest."""
    row = compiler.fresh()
    entity, sqlite = row.entity, compiler.relations.dialect == "sqlite"
    inner: list[sa.ColumnElement[Any]] = []
    for level, grouping in enumerate(by):
        key, there = group_key(row, grouping)
        inner.append(key.label(f"value_{level}"))
        if there is not None:
            inner.append(there.label(f"there_{level}"))
    found = {uid: currency(row.relations.model, entity, entity.by_uid[uid]) for uid in fields}
    varying = list(dict.fromkeys(node for node in found.values() if node is not None))
    environment = row.relations.environment(row, row.relations.visible)
    inner += [compile_value(n, environment).value.label(f"currency_{i}") for i, n in enumerate(varying)]
    keys = len(inner)
    cells = [row.cell(uid).value for uid in fields]
    inner += [
        (units(cell) if sqlite else exact(cell, entity.by_uid[uid].result.scale)).label(f"amount_{i}")
        for i, (cell, uid) in enumerate(zip(cells, fields, strict=True))
    ]
    inner += [row.cell(uid).value.label(f"end_{i}") for i, uid in enumerate(ends)]
    if not inner:
        inner.append(row.alias.c.id)
    select = sa.select(*inner).where(*compiler.limits(row))
    if sqlite and any(entity.by_uid[uid].computed is not None for uid in (*fields, *ends)):
        select = select.offset(
            sa.literal_column("0")
        )  # each amount is computed once, not once for each of its sums
    rows = select.subquery("amounts")
    shown, seen = list(rows.c), sa.literal_column("0", sa.Integer())
    made: list[sa.ColumnElement[Any]] = []
    for level in range(len(by)):
        made += [rows.c[f"value_{level}"], rows.c.get(f"there_{level}", seen).label(f"there_{level}")]
    made += [rows.c[f"currency_{i}"] for i in range(len(varying))]
    made.append(sa.func.count().label("count"))
    for index, amount in enumerate(shown[keys : keys + len(fields)]):
        made += [each.label(f"sum_{index}_{n}") for n, each in enumerate(_sums(amount, sqlite=sqlite))]
    for index, end in enumerate(shown[keys + len(fields) : keys + len(fields) + len(ends)]):
        made += [sa.func.min(end).label(f"least_{index}"), sa.func.max(end).label(f"greatest_{index}")]
    return sa.select(*made).select_from(rows).group_by(*shown[:keys])


def _sums(amount: sa.ColumnElement[Any], *, sqlite: bool) -> tuple[sa.ColumnElement[Any], ...]:
    count = sa.func.count(amount, type_=BIG)
    if not sqlite:
        return count, sa.func.sum(amount, type_=sa.Numeric())
    half = sa.literal_column(str(HALF), sa.Integer())
    high = amount.op("/", precedence=8, return_type=BIG)(half)
    low = amount.op("%", precedence=8, return_type=BIG)(half)
    return count, sa.func.sum(high, type_=BIG), sa.func.sum(low, type_=BIG)


def currency(model: Model, entity: Entity, field: Field) -> Node | None:
    """The value that says in which currency amounts of a field are; None when all are in one, or are no money."""
    if field.computed is not None:
        found = currency_of(field.computed.root, model)
    else:
        found = currency_of(Path(type=field.result, steps=((entity.uid, field.uid),)), model)
    if isinstance(found, Path) and found.type.kind == "link" and found.type.entity is not None:
        code = model.entity_by_uid[found.type.entity].by_name.get("code")
        if code is not None and code.result.kind == "text":
            return replace(found, steps=(*found.steps, (found.type.entity, code.uid)), type=code.result)
    return found
