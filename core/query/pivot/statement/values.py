"""Distinct values of groups, those in their middle, and their first and last ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.query.pivot.resolving import LINKS, Place
from core.query.pivot.slicing import Slice
from core.query.pivot.statement.keys import KeyColumns, grouped_by, labelled, resolved_keys, seen_link
from core.query.pivot.statement.rows import Rows, Value, amount_of, owner_id
from core.query.pivot.statement.sums import each_once
from core.storage.expressions.environment import in_order
from core.storage.expressions.texts import folded
from core.storage.types import BIG


def distinct_of(rows: Rows, keys: Sequence[KeyColumns]) -> sa.Select[Any]:
    """How many different values there are in each group."""
    place = rows.slice.values[0]
    cell = rows.cell(place, rows.value_side(place))
    value = cell.value if cell.key is None else in_order(folded(cell), rows.environment(rows.base))
    if place.type.kind in LINKS:
        value = seen_link(rows, place, value)
    columns = [*labelled(keys), value.label("amount_0")]
    inner = sa.select(*columns).select_from(rows.source).where(*rows.compiler.limits(rows.base))
    found = resolved_keys(rows, keys, inner.subquery("records"))
    selected, values, others = grouped_by(keys, found)
    count = sa.func.count(found.c.amount_0.distinct(), type_=BIG).label("count")
    return sa.select(*selected, count).select_from(found).group_by(*values, *others)


def placed_of(rows: Rows, keys: Sequence[KeyColumns], varying: Sequence[Value]) -> sa.Select[Any]:
    """The values in the middle of each group, or the first or last one by the age of their records."""
    slice = rows.slice
    place = slice.values[0]
    value = amount_of(rows, place) if slice.what == "median" else _plain(rows, place)
    owner = owner_id(rows)
    columns = [*labelled(keys), *(v.label(f"currency_{i}") for i, v in enumerate(varying))]
    columns += [value.label("amount_0"), owner.label("owner")]
    inner = sa.select(*columns).select_from(rows.source)
    inner = inner.where(*rows.compiler.limits(rows.base), value.is_not(None))
    found = resolved_keys(rows, keys, inner.subquery("records"))
    if slice.once:
        found = each_once(keys, found)
    money = [found.c[f"currency_{i}"] for i in range(len(varying))]
    parted = [*money, *(found.c[f"{part}_{i}"] for i in range(len(keys)) for part in ("value", "there"))]
    told = [found.c[f"{part}_{i}"] for i in range(len(keys)) for part in ("value", "there", "shown")]
    number = sa.func.row_number().over(partition_by=parted or None, order_by=_order(slice, found))
    total = sa.func.count().over(partition_by=parted or None)
    numbered = sa.select(
        *told, *money, found.c.amount_0, number.label("number"), total.label("total")
    ).subquery("placed")
    wanted = numbered.c.number == sa.literal_column("1")
    if slice.what == "median":
        doubled = numbered.c.number * sa.literal_column("2")
        wanted = doubled.between(numbered.c.total, numbered.c.total + sa.literal_column("2"))
    taken = [c for c in numbered.c if c.name not in ("number", "total")]
    return sa.select(*taken).where(wanted)


def _plain(rows: Rows, place: Place) -> Value:
    value = rows.cell(place, rows.value_side(place)).value
    return seen_link(rows, place, value) if place.type.kind in LINKS else value


def _order(slice: Slice, found: sa.FromClause) -> list[Any]:
    owner = found.c.owner
    if slice.what == "median":
        return [found.c.amount_0.asc(), owner.asc()]
    return [owner.desc() if slice.what == "last" else owner.asc()]
