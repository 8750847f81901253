"""Every figure of a pivot agrees with one computed from the raw rows by the rules of rights, in exact decimals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.pivot import Pivot, pivot
from core.query.pivot.statement import ground
from core.query.query import Link, Query
from core.query.read import count
from metamodel.text import fold
from tests.core.query.test_agreement import live, people
from tests.core.query.test_groups import begin
from tests.core.query.world import Oracle, Row, actor_in

CHECKED = settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip

AXES = (
    Axis(field="stage"), Axis(field="source"), Axis(field="owner"), Axis(field="company"), Axis(field="name"),
    Axis(field="closes_on", by="month"), Axis(field="opened_on"), Axis(field="created_at", by="day"),
    Axis(field="amount", by="500"), Axis(field="company.city"), Axis(field="company.owner"), Axis(field="city"),
    Axis(field="company.vip"), Axis(field="items.product"), Axis(field="items.quantity"), Axis(field="expected"),
)  # fmt: skip
MEASURES = (
    Measure(aggregate="count"), Measure(aggregate="sum", field="amount"), Measure(aggregate="avg", field="amount"),
    Measure(aggregate="min", field="closes_on"), Measure(aggregate="max", field="margin"),
    Measure(aggregate="median", field="amount"), Measure(aggregate="count_distinct", field="company"),
    Measure(aggregate="count_distinct", field="name"), Measure(aggregate="first", field="name"),
    Measure(aggregate="last", field="stage"), Measure(aggregate="sum", field="items.quantity"),
    Measure(aggregate="sum", field="company.staff"), Measure(aggregate="count", field="company.city"),
    Measure(aggregate="sum", field="expected"), Measure(aggregate="share_of_row"),
    Measure(aggregate="share_of_total", field="amount"), Measure(aggregate="share_of_column"),
)  # fmt: skip
LINKS = {"company": "company", "owner": "user", "product": "product"}
HIDDEN = ("hidden",)


@dataclass
class Met:
    """A record met in a group, with the item by which it was met on each side that has one."""

    row: Row
    items: list[Row]


@dataclass
class Group:
    met: list[Met] = field(default_factory=list)

    @property
    def rows(self) -> dict[int, Row]:
        return dict(sorted({m.row["id"]: m.row for m in self.met}.items()))

    @property
    def items(self) -> dict[int, Row]:
        return {i["id"]: i for m in self.met for i in m.items}


@dataclass
class Naive:
    """The same pivot by loops over the rows that a person sees."""

    oracle: Oracle
    zone: dt.tzinfo

    def linked(self, entity: str, row: Row | None, name: str) -> Any:
        """The value of a field, of a link hidden where its record is out of sight."""
        if row is None:
            return None
        value = self.oracle.value(entity, row, name)
        target = LINKS.get(name)
        if value is None or target is None:
            return value
        return value if self.oracle.sees(target, self.oracle.world.rows[target][value]) else HIDDEN

    def key(self, axis: Axis, row: Row, item: Row | None) -> Any:
        first, _, rest = axis.field.partition(".")
        if first == "items":
            return self.linked("deal_item", item, rest)
        if rest:
            company = self.oracle.linked("company", self.oracle.value("deal", row, first))
            value = self.linked("company", company, rest)
        else:
            value = self.linked("deal", row, first)
        if isinstance(value, str) and axis.field in ("name", "company.city", "city"):
            return fold(value)
        return begin(value, axis.by, self.zone)

    def items(self, row: Row) -> list[Row]:
        if not self.oracle.reads("deal", row, "items"):
            return []
        return [
            i for i in self.oracle.world.rows["deal_item"].values()
            if i["deal"] == row["id"] and i["deleted_at"] is None and self.oracle.sees("deal_item", i)
        ]  # fmt: skip

    def groups(self, rows: Sequence[Axis], columns: Sequence[Axis]) -> dict[Any, Group]:
        found: dict[Any, Group] = {}
        if not rows and not columns:
            found[(), ()] = Group()
        for row in live(self.oracle, "deal"):
            for across, met_across in self.side(rows, row):
                for down, met_down in self.side(columns, row):
                    items = met_across if met_across is not None else met_down
                    met = Met(row, self.items(row) if items is None else items)
                    found.setdefault((across, down), Group()).met.append(met)
        return found

    def side(self, axes: Sequence[Axis], row: Row) -> Iterator[tuple[tuple[Any, ...], list[Row] | None]]:
        """The keys of a record on a side, with the item that gives them where items do."""
        if not any(axis.field.startswith("items.") for axis in axes):
            yield tuple(self.key(axis, row, None) for axis in axes), None
            return
        items = self.items(row)
        for item in items:
            yield tuple(self.key(axis, row, item) for axis in axes), [item]
        if not items:
            yield tuple(self.key(axis, row, None) for axis in axes), []

    def value(self, measure: Measure, group: Group) -> Any:
        if measure.field is None:
            return len(group.rows)
        values = self.values(measure.field, group)
        filled = [v for v in values if v is not None and v != HIDDEN]
        match measure.aggregate:
            case "count":
                return len([v for v in values if v is not None])
            case "count_distinct":
                return len({fold(v) if isinstance(v, str) else v for v in filled})
            case "first" | "last":
                return filled[0 if measure.aggregate == "first" else -1] if filled else None
            case "min" | "max":
                return (min if measure.aggregate == "min" else max)(filled) if filled else None
            case "median":
                ordered = sorted(filled)
                middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
                return quotient(sum(middle), len(middle)) if middle else None
            case "avg":
                return quotient(sum(filled), len(filled)) if filled else None
        return sum(filled) if filled else None

    def values(self, name: str, group: Group) -> list[Any]:
        first, _, rest = name.partition(".")
        if first == "items":
            return [self.linked("deal_item", item, rest) for item in group.items.values()]
        if first == "company" and rest:
            ids = {self.oracle.value("deal", row, "company") for row in group.rows.values()}
            companies = [self.oracle.linked("company", id) for id in sorted(i for i in ids if i)]
            return [self.linked("company", company, rest) for company in companies if company is not None]
        return [self.linked("deal", row, name) for row in group.rows.values()]


def quotient(dividend: Any, divisor: Any) -> Decimal | None:
    if not divisor:
        return None
    with localcontext(prec=60):
        return (Decimal(dividend) / Decimal(divisor)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def plain(value: Any, axis: Axis, oracle: Oracle) -> Any:
    """A key of an answer as the oracle has it."""
    if isinstance(value, Link):
        return HIDDEN if value.hidden else value.id
    if isinstance(value, str):
        name = axis.field.rpartition(".")[2]
        known = oracle.world.model.entities["deal"].by_name.get(name)
        if known is not None and known.choices:
            found = known.choice(value)
            assert found is not None
            return found.uid
        return fold(value)
    return value


def figure(naive: Naive, measure: Measure, table: Any, across: Any, down: Any) -> Any:
    """The expected figure of a group; shares of what their total is."""
    group = table[len(across), len(down)].get((across, down), Group())
    if not measure.aggregate.startswith("share"):
        value = naive.value(measure, group)
        if measure.field == "stage" and value is not None:
            return next(
                c.name
                for c in naive.oracle.world.model.entities["deal"].by_name["stage"].choices
                if c.uid == value
            )
        return value
    whole = {
        "share_of_row": (across, ()), "share_of_column": ((), down), "share_of_total": ((), ()),
    }[measure.aggregate]  # fmt: skip
    total = table[len(whole[0]), len(whole[1])].get(whole, Group())
    plain_measure = Measure(aggregate="sum" if measure.field else "count", field=measure.field)
    part, all_ = naive.value(plain_measure, group), naive.value(plain_measure, total)
    return None if part is None or all_ is None else quotient(part, all_)


@given(data=st.data())
@CHECKED
def test_cells_totals_subtotals_and_drills_are_those_of_the_raw_rows(place, data):
    workspace, world = place
    person = data.draw(people("deal"))
    oracle = Oracle(world, person)
    naive = Naive(oracle, workspace.zone)
    axes = [a for a in AXES if readable(oracle, a.field)]
    chosen = data.draw(st.lists(st.sampled_from(axes), max_size=4, unique=True)) if axes else []
    split = data.draw(st.integers(0, len(chosen)))
    rows, columns = tuple(chosen[:split]), tuple(chosen[split:])
    measures = [m for m in MEASURES if m.field is None or readable(oracle, m.field)]
    values = tuple(data.draw(st.lists(st.sampled_from(measures), min_size=1, max_size=4, unique=True)))
    at = data.draw(st.integers(0, 1000)), data.draw(st.integers(0, 1000))
    query = PivotQuery(entity="deal", rows=rows, columns=columns, values=values, subtotals=True)
    few = data.draw(st.sampled_from((0, 3, ground.FEW)))
    with workspace.read() as tx, patch.object(ground, "FEW", few):
        tx, actor = actor_in(tx, person)
        tx.model.derived.pop(ground.MEASURED, None)
        found = pivot(tx, actor, query)
        table = {
            (r, c): naive.groups(rows[:r], columns[:c])
            for r in range(len(rows) + 1) for c in {0, len(columns)}
        }  # fmt: skip
        keys = [tuple(plain(v, a, oracle) for v, a in zip(k, rows, strict=True)) for k in found.rows]
        heads = [tuple(plain(v, a, oracle) for v, a in zip(k, columns, strict=True)) for k in found.columns]
        finest = table[len(rows), len(columns)]
        assert set(keys) == ({a for a, _ in finest} if rows else {()}) and len(keys) == len(set(keys))
        assert set(heads) == ({d for _, d in finest} if columns else {()}) and len(heads) == len(set(heads))

        def expected(across: Any, down: Any) -> list[Any]:
            return [figure(naive, m, table, across, down) for m in values]

        for i, across in enumerate(keys):
            for j, down in enumerate(heads):
                group = finest.get((across, down))
                wanted = (
                    None if group is None or not group.rows and (rows or columns) else expected(across, down)
                )
                if group is None or group.rows:
                    assert found.cells[i][j] == wanted, (across, down, found.cells[i][j], wanted)
            assert found.row_totals[i] == expected(across, ())
        for j, down in enumerate(heads):
            assert found.column_totals[j] == expected((), down)
        assert found.grand_total == expected((), ())
        for subtotal in found.subtotals:
            assert subtotal.total == expected(keys[subtotal.first][: subtotal.depth], ())
        check_drill(tx, actor, found, at, finest, keys, heads)


def check_drill(
    tx: Any, actor: Any, found: Pivot, at: tuple[int, int], finest: Any, keys: Any, heads: Any
) -> None:
    """The list under a cell's expressions has exactly the records of the cell."""
    if not found.rows or not found.columns:
        return
    i, j = at[0] % len(keys), at[1] % len(heads)
    drilled = f"({found.drill_rows[i]}) AND ({found.drill_columns[j]})"
    group = finest.get((keys[i], heads[j]), Group())
    assert count(tx, actor, Query(entity="deal", filter=drilled)) == len(group.rows), drilled


def readable(oracle: Oracle, name: str) -> bool:
    first, _, rest = name.partition(".")
    if not oracle.could_read("deal", first):
        return False
    if not rest:
        return name not in ("city",) or True
    target = "deal_item" if first == "items" else "company"
    return oracle.could_read(target, rest)
