"""Aggregates over the rows that lead to a record, as correlated scalar sub-selects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from core.storage.expressions.compare import choice_order
from core.storage.expressions.environment import (
    Cell,
    Condition,
    Row,
    Value,
    as_type,
    in_order,
    sql_type_of,
)
from core.storage.expressions.lists import leading
from core.storage.expressions.numbers import averaged, rescaled, summed
from core.storage.expressions.paths import limits, scalar, taken
from core.storage.expressions.sight import record_in_sight
from core.storage.expressions.texts import folded, text_cell
from core.storage.types import BIG, TEXT, Length
from metamodel.expression.operators import QUOTIENT_SCALE
from metamodel.expression.tree import Aggregate, Node

if TYPE_CHECKING:
    from core.storage.expressions.compiler import Compiler


def aggregate_cell(node: Aggregate, compiler: Compiler) -> Cell:
    """The value of an aggregate; the rows are those of the relation, with the cells it gives."""
    env = compiler.env
    row = env.rows.open(node.entity, bounded=True)
    inner = compiler.about(env.inside(row))
    leads, place = leading(node, row, env)
    conditions = [leads]
    if node.where is not None:
        conditions.append(inner.condition(node.where))
    return _Rows(node, row, inner, conditions, place).cell()


class _Rows:
    """The rows of one aggregate, and what is asked of them."""

    def __init__(
        self, node: Aggregate, row: Row, inner: Compiler, conditions: Sequence[Condition], place: Value | None
    ) -> None:
        self.place = place
        self.node, self.row, self.inner, self.conditions = node, row, inner, conditions
        self.env = inner.env

    def cell(self) -> Cell:
        function, body = self.node.function, self.node.body
        if function == "EXISTS":
            return Cell(value=self._exists())
        if body is None:
            return Cell(value=self._taken(sa.func.count(type_=BIG)))
        if function in ("FIRST", "LAST"):
            return self._nth(body, self.node.by or body, last=function == "LAST")
        if function in ("MIN", "MAX") and body.type.kind in ("text", "choice"):
            return self._extreme_by_order(body)
        if function == "JOIN":
            return text_cell(self._join(body), self.env)
        return Cell(value=self._taken(self._plain(function, body)))

    def _plain(self, function: str, body: Node) -> Value:
        cell = self.inner.cell(body)
        match function:
            case "COUNT":
                return sa.func.count(cell.value, type_=BIG)
            case "COUNT_DISTINCT":
                value = record_in_sight(body.type, cell.value, self.env)
                value = value if cell.key is None else in_order(folded(cell), self.env)
                return sa.func.count(value.distinct(), type_=BIG)
            case "SUM" if body.type.kind == "duration":
                total = sa.func.sum(as_type(cell.value, BIG))
                return as_type(total if self.env.sqlite else sa.cast(total, sa.BigInteger()), Length())
            case "AVG" if body.type.kind == "duration":
                mean = averaged(as_type(cell.value, BIG), 0, self.env)
                return as_type(rescaled(mean, QUOTIENT_SCALE, 0, self.env), Length())
            case "SUM":
                return summed(cell.value, body.type.scale, self.env)
            case "AVG":
                return averaged(cell.value, body.type.scale, self.env)
        made = (sa.func.min if function == "MIN" else sa.func.max)(cell.value)
        return as_type(made, sql_type_of(body.type))

    def _taken(self, value: Value) -> Value:
        return scalar(value, self.row, *self.conditions)

    def _exists(self) -> Value:
        one: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(self.row.alias)
        return sa.exists(one.where(*limits(self.row), *self.conditions).correlate_except(self.row.alias))

    def _nth(self, body: Node, by: Node, *, last: bool) -> Cell:
        return taken(self.inner.cell(body), self.row, *self.conditions, order=self._order(by, last=last))

    def _extreme_by_order(self, body: Node) -> Cell:
        cell = self.inner.cell(body)
        order = self._order(body, last=self.node.function == "MAX")
        return taken(cell, self.row, *self.conditions, cell.value.is_not(None), order=order)

    def _order(self, by: Node | None, *, last: bool) -> list[Any]:
        """By a value, empty ones at the end, then by id: both turned round for LAST."""
        keys = [] if by is None else [self._key(by)]
        ids = self.row.cell("id").value
        if last:
            return [*(k.desc().nulls_last() for k in keys), ids.desc()]
        return [*(k.asc().nulls_last() for k in keys), ids.asc()]

    def _key(self, by: Node) -> Value:
        cell = self.inner.cell(by)
        if by.type.kind == "choice":
            return choice_order(cell.value, by.type, self.env)
        return cell.value if cell.key is None else in_order(folded(cell), self.env)

    def _join(self, body: Node) -> Value:
        text = self.inner.cell(body).value
        order = self._order(self.node.by, last=False)
        place = self.place if self.node.by is None else None
        separator = sa.literal(self.node.separator, TEXT)
        if not self.env.sqlite:
            placed = order if place is None else [place, *order]
            joined = sa.func.string_agg(text, aggregate_order_by(separator, *placed), type_=TEXT)
            return self._taken(joined)
        inner = sa.select(text.label("text")).select_from(self.row.alias)
        if place is not None:  # SQLite finds no row of the statement around from an ORDER BY in a FROM
            named = place.label("place")
            inner, order = inner.add_columns(named), [named, *order]
        rows = inner.where(*limits(self.row), *self.conditions).order_by(*order)
        ordered = rows.correlate_except(self.row.alias).subquery()
        return sa.select(sa.func.group_concat(ordered.c.text, separator, type_=TEXT)).scalar_subquery()
