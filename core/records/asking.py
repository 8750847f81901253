"""Expressions asked of stored rows, as the system or as the actor sees them; each statement is built once a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from core.query.matching import among, id_list
from core.query.relations import Life, Relations
from core.records.statements import AT_ONCE, chunks, one
from core.records.work import Work
from core.storage.expressions import BareRow, compile_value
from core.storage.types import (
    BIG,
    ScaledDecimal,
    type_of_kind,
)
from metamodel.errors import ValueRefused
from metamodel.expression.durations import Duration, span
from metamodel.expression.tree import Expression
from metamodel.expression.types import Type
from metamodel.fields.base import Context
from metamodel.fields.html import clean_html, html_of, is_too_deep
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

    def make(one_id: bool = False) -> sa.Select[Any]:
        everything = relations(work).all
        alias = work.tx.tables[entity.uid].table.alias()
        row = BareRow(all_rows=everything, entity=entity, alias=alias, condition=None)
        environment = everything.environment(row, record=row)
        columns = [
            sa.type_coerce(compile_value(each.root, environment).value, column_type(each.type))
            for each in expressions
        ]
        return sa.select(alias.c.id, *columns).where(_among(work, alias.c.id, one_id))

    ids = set(ids)
    if not expressions or not ids:
        return {}
    given = parameters(work)
    if len(ids) == 1:
        rows = one(work.tx, ("ask", entity.uid, *key), lambda: make(one_id=True), {**given, "id": min(ids)})
        return {row[0]: tuple(row[1:]) for row in rows}
    found: dict[int, tuple[Any, ...]] = {}
    for some in chunks(ids, AT_ONCE):
        listed = {**given, "ids": id_list(work.tx.dialect, some)}
        found |= {row[0]: row[1:] for row in one(work.tx, ("ask many", entity.uid, *key), make, listed)}
    return found


def ask_once(work: Work, key: tuple[Any, ...], expression: Expression) -> Any:
    """The value of an expression about no row."""

    def make() -> sa.Select[Any]:
        value = compile_value(expression.root, relations(work).all.environment()).value
        return sa.select(sa.type_coerce(value, column_type(expression.type)))

    ((value,),) = one(work.tx, ("ask once", *key), make, parameters(work))
    return value


def _among(work: Work, column: sa.ColumnElement[int], one_id: bool) -> sa.ColumnElement[bool]:
    """The record of the parameter ``id``, or those of the list ``ids``."""
    return column == sa.bindparam("id", type_=BIG) if one_id else among(work.tx.dialect, column, "ids")


def column_type(of: Type) -> Any:
    """The column type that brings a value of an expression into the engine's form."""
    if of.kind == "number":
        return ScaledDecimal(of.scale) if of.scale else BIG
    return type_of_kind(of.kind)


def visible_ids(
    work: Work, entity: Entity, ids: Iterable[int], *, lock: bool = False, life: Life = "live"
) -> set[int]:
    """Those of the records that are live and that the actor may see; locked against deletion when asked. ``life``
    may ask for those in the bin, too.
    """
    lock = lock and work.tx.dialect == "postgresql"

    def make(one_id: bool = False) -> sa.Select[Any]:
        row = relations(work).visible.open(entity.uid, life)
        condition = sa.true() if row.condition is None else row.condition
        found = sa.select(row.alias.c.id).where(condition, _among(work, row.alias.c.id, one_id))
        if not lock:
            return found
        return found.order_by(row.alias.c.id).with_for_update(read=True, key_share=True, of=row.alias)

    ids = set(ids)
    given = parameters(work)
    key = ("visible", entity.uid, work.grants.key, lock, life)
    if len(ids) == 1:
        return {row[0] for row in one(work.tx, key, lambda: make(one_id=True), {**given, "id": min(ids)})}
    found: set[int] = set()
    for some in chunks(ids, AT_ONCE):
        listed = {**given, "ids": id_list(work.tx.dialect, some)}
        found.update(row[0] for row in one(work.tx, ("many", *key), make, listed))
    return found


def _tidy(field: Field, value: str) -> str | None:
    """A computed text as its field keeps it: a number of a telephone as E.164, HTML clean whatever made it."""
    try:
        tidy: str | None = field.type.parse(field, value, Context(medium="json"))
    except ValueRefused:
        if not field.type.column_type(field).html:
            return value
        return html_of(value) if is_too_deep(value) else clean_html(value)
    return tidy


def fitted(field: Field, value: Any) -> Any:
    """A computed value in the form its field stores: a decimal at the field's scale, rounded half up."""
    kind = field.type.column_type(field)
    if value is None:
        return None
    if kind.storage == "decimal":
        return Decimal(value).quantize(Decimal(1).scaleb(-kind.scale), rounding=ROUND_HALF_UP)
    if kind.storage == "duration" and isinstance(value, Duration):
        return span(value.total)
    if kind.storage == "text" and isinstance(value, str) and field.type.name not in ("text", "long_text"):
        return _tidy(field, value)
    if kind.storage == "integer" and isinstance(value, Decimal):
        return int(value.to_integral_value(rounding=ROUND_HALF_UP))
    return value
