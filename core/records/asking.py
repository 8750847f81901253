"""Expressions asked of stored rows, as the system or as the actor sees them; each statement is built once a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from core.query.relations import Relations
from core.records.statements import chunks, prepared
from core.records.work import Work
from core.storage.expressions import BareRow, compile_condition, compile_value
from core.storage.types import BIG, TEXT, Day, Flag, Instant, ScaledDecimal
from metamodel.expression.tree import Expression
from metamodel.expression.types import Type
from metamodel.model import Entity, Field


def relations(work: Work) -> Relations:
    """All and visible rows for the actor of the write."""
    tx = work.tx
    return Relations(
        tables=tx.tables, model=tx.model, grants=work.grants, dialect=tx.dialect, zone=tx.workspace.zone
    )


def parameters(work: Work) -> dict[str, Any]:
    """What every statement may ask about the person and the moment."""
    now = work.tx.now
    return {"me": work.actor.user, "now": now, "today": now.astimezone(work.tx.workspace.zone).date()}


def ask(
    work: Work, entity: Entity, key: tuple[Any, ...], expressions: Sequence[Expression], ids: Iterable[int]
) -> dict[int, tuple[Any, ...]]:
    """The values of the expressions for these records, in the bin or not, over all rows: id to one value each.

    ``key`` names the list of expressions, which is the same whenever the key is.
    """

    def make() -> sa.Select[Any]:
        everything = relations(work).all
        alias = work.tx.tables[entity.uid].table.alias()
        row = BareRow(all_rows=everything, entity=entity, alias=alias, condition=None)
        environment = everything.environment(row, record=row)
        columns = []
        for each in expressions:
            value: sa.ColumnElement[Any] = (
                compile_condition(each, environment)
                if each.type.kind == "boolean"
                else compile_value(each.root, environment).value
            )
            columns.append(sa.type_coerce(value, column_type(each.type)))
        return sa.select(alias.c.id, *columns).where(alias.c.id.in_(sa.bindparam("ids", expanding=True)))

    if not expressions:
        return {}
    statement = prepared(work.tx, ("ask", entity.uid, *key), make)
    found: dict[int, tuple[Any, ...]] = {}
    given = parameters(work)
    for some in chunks(ids):
        for row in work.tx.connection.execute(statement, {**given, "ids": some}):
            found[row[0]] = tuple(row[1:])
    return found


def ask_once(work: Work, key: tuple[Any, ...], expression: Expression) -> Any:
    """The value of an expression about no row."""

    def make() -> sa.Select[Any]:
        value = compile_value(expression.root, relations(work).all.environment()).value
        return sa.select(sa.type_coerce(value, column_type(expression.type)))

    statement = prepared(work.tx, ("ask once", *key), make)
    return work.tx.connection.execute(statement, parameters(work)).scalar_one()


def column_type(of: Type) -> Any:
    """The column type that brings a value of an expression into the engine's form."""
    match of.kind:
        case "number":
            return ScaledDecimal(of.scale) if of.scale else BIG
        case "boolean":
            return Flag()
        case "date":
            return Day()
        case "datetime":
            return Instant()
        case "link":
            return BIG
        case _:
            return TEXT


def visible_ids(work: Work, entity: Entity, ids: Iterable[int]) -> set[int]:
    """Those of the records that are live and that the actor may see."""

    def make() -> sa.Select[Any]:
        row = relations(work).visible.open(entity.uid)
        return sa.select(row.alias.c.id).where(
            sa.true() if row.condition is None else row.condition,
            row.alias.c.id.in_(sa.bindparam("ids", expanding=True)),
        )

    statement = prepared(work.tx, ("visible", entity.uid, work.grants.key), make)
    given = parameters(work)
    found: set[int] = set()
    for some in chunks(ids):
        found.update(work.tx.connection.execute(statement, {**given, "ids": some}).scalars())
    return found


def fitted(field: Field, value: Any) -> Any:
    """A computed value in the form its field stores: a decimal at the field's scale, rounded half up."""
    kind = field.type.column_type(field)
    if value is None:
        return None
    if kind.storage == "decimal":
        return Decimal(value).quantize(Decimal(1).scaleb(-kind.scale), rounding=ROUND_HALF_UP)
    if kind.storage == "integer" and isinstance(value, Decimal):
        return int(value.to_integral_value(rounding=ROUND_HALF_UP))
    return value
