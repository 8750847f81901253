"""Counts, sums and ends of groups: of rows, of owners that are met several times, of groups that links make first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.query.pivot.statement.keys import KeyColumns, grouped_by, labelled, made_by, resolved_keys
from core.query.pivot.statement.rows import Rows, Value, amount_of, owner_id
from core.query.pivot.statement.shape import SUMS
from core.query.summing import HALF
from core.storage.types import BIG, TEXT


def sums_of(
    rows: Rows, keys: Sequence[KeyColumns], varying: Sequence[Value], *, halves: bool
) -> sa.Select[Any]:
    """Counts, sums and ends: of rows, or of owners that are met several times and taken once."""
    slice = rows.slice
    columns: list[sa.Label[Any]] = [*labelled(keys)]
    columns += [value.label(f"currency_{i}") for i, value in enumerate(varying)]
    columns += [amount_of(rows, place).label(f"amount_{i}") for i, place in enumerate(slice.values)]
    if slice.once or (slice.counted and slice.owner is not None):
        columns.append(owner_id(rows).label("owner"))
    if not columns:
        columns.append(sa.literal_column("1", sa.Integer()).label("met"))
    inner = sa.select(*columns).select_from(rows.source).where(*rows.compiler.limits(rows.base))
    if any(columns.mapped for columns in keys):
        return _mapped_sums(rows, keys, len(varying), inner.subquery("records"), halves=halves)
    found = resolved_keys(rows, keys, inner.subquery("records"))
    if slice.once:
        found = each_once(keys, found)
    selected, values, others = grouped_by(keys, found)
    money = [found.c[f"currency_{i}"] for i in range(len(varying))]
    figures = [
        _count(rows, found),
        *(each for i in range(len(slice.values)) for each in _figures(rows, found, i, halves=halves)),
    ]
    by = made_by(rows, keys, values, others)
    return sa.select(*selected, *money, *figures).select_from(found).group_by(*by, *money)


def _count(rows: Rows, found: sa.FromClause) -> sa.Label[Any]:
    """How many owners there are: every row is one where they are the records themselves, met once."""
    if not rows.slice.counted:
        return sa.null().label("count")
    counted = sa.func.count(found.c.owner, type_=BIG) if "owner" in found.c else sa.func.count(type_=BIG)
    return counted.label("count")


def each_once(keys: Sequence[KeyColumns], met: sa.FromClause) -> sa.Subquery:
    """Each owner once in each group: its values are the same wherever it is met."""
    texts = {f"shown_{i}": columns.key.kind == "text" for i, columns in enumerate(keys)}
    by = [c for c in met.c if c.name not in texts]
    shown: list[Value] = [
        sa.func.min(met.c[name], type_=TEXT).label(name) if spelled else sa.null().label(name)
        for name, spelled in texts.items()
    ]
    return sa.select(*by, *shown).group_by(*by).subquery()


def _figures(rows: Rows, found: sa.FromClause, index: int, *, halves: bool) -> list[sa.Label[Any]]:
    """What `SUMS` names of one value."""
    place, amount = rows.slice.values[index], found.c[f"amount_{index}"]
    made: list[Value] = [sa.func.count(amount, type_=BIG) if place in rows.slice.filled else sa.null()]
    if place not in rows.slice.summed:
        made += [sa.null(), sa.null()]
    elif rows.compiler.relations.dialect == "postgresql":
        made += [sa.func.sum(amount, type_=sa.Numeric()), sa.null()]
    elif halves:
        half = sa.literal_column(str(HALF), sa.Integer())
        high = amount.op("/", precedence=8, return_type=BIG)(half)
        low = amount.op("%", precedence=8, return_type=BIG)(half)
        made += [sa.func.sum(high, type_=BIG), sa.func.sum(low, type_=BIG)]
    else:
        made += [sa.func.sum(amount, type_=BIG), sa.null()]
    if place not in rows.slice.ends:
        made += [sa.null(), sa.null()]
    else:
        made += [sa.func.min(amount, type_=amount.type), sa.func.max(amount, type_=amount.type)]
    return [each.label(f"{name}_{index}") for name, each in zip(SUMS, made, strict=True)]


def _mapped_sums(
    rows: Rows, keys: Sequence[KeyColumns], varying: int, found: sa.Subquery, *, halves: bool
) -> sa.Select[Any]:
    """Groups by links first, then by what these lead to: the figures of groups are added up again."""
    bare: list[Value] = [found.c[f"key_{i}"] for i in range(len(keys))]
    there: list[Value] = [found.c[f"is_{i}"] for i, each in enumerate(keys) if each.there is not None]
    money = [found.c[f"currency_{i}"] for i in range(varying)]
    texts = [
        sa.func.min(found.c[f"text_{i}"], type_=TEXT).label(f"text_{i}")
        for i, columns in enumerate(keys)
        if len(columns.inner) > 1
    ]
    values = range(len(rows.slice.values))
    figures = [each for i in values for each in _figures(rows, found, i, halves=halves)]
    count = _count(rows, found)
    first = sa.select(*bare, *there, *texts, *money, count, *figures).select_from(found)
    groups = first.group_by(*made_by(rows, keys, bare, there), *money).subquery("groups")
    resolved = resolved_keys(rows, keys, groups)
    selected, by, others = grouped_by(keys, resolved)
    again = [resolved.c[f"currency_{i}"] for i in range(varying)]
    counted = sa.func.sum(resolved.c.count, type_=BIG) if rows.slice.counted else sa.null()
    added: list[sa.Label[Any]] = [counted.label("count")]
    added += [each for i in values for each in _added(resolved, i)]
    return sa.select(*selected, *again, *added).select_from(resolved).group_by(*by, *others, *again)


def _added(groups: sa.FromClause, index: int) -> list[sa.Label[Any]]:
    """What `SUMS` names of one value, of groups that become one."""
    found: list[sa.Label[Any]] = []
    for name in SUMS:
        column = groups.c[f"{name}_{index}"]
        made: Value
        if isinstance(column.type, sa.types.NullType):
            made = sa.null()
        elif name in ("least", "greatest"):
            made = (sa.func.min if name == "least" else sa.func.max)(column, type_=column.type)
        else:
            made = sa.func.sum(column, type_=column.type)
        found.append(made.label(f"{name}_{index}"))
    return found
