"""Owners and what their lists of links lead to, as a relation of pairs: of a table of the field's own, or of the
records of an entity of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.storage.tables import Tables
from metamodel.model import Entity, Field

if TYPE_CHECKING:
    from core.storage.expressions.environment import Rows

Value = sa.ColumnElement[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """The pairs of one field: their source, both ids, the order within an owner, and what limits them."""

    source: sa.FromClause
    record: Value
    target: Value
    order: tuple[Value, ...]
    limits: tuple[sa.ColumnElement[bool], ...] = ()


def pairs_of(field: Field, rows: Rows, tables: Tables) -> Pairs:
    """The pairs of a field as they are kept; those of an entity as far as ``rows`` shows its records."""
    if field.via is None:
        table = tables[owner_of(field, tables).uid].lists[field.uid].alias()
        return Pairs(source=table, record=table.c.record, target=table.c.target, order=(table.c.position,))
    row = rows.open(field.via.entity)
    place = row.alias.c.position if "position" in row.alias.c else row.alias.c.id
    return Pairs(
        source=row.alias, record=row.cell(field.via.owner).value, target=row.cell(field.via.target).value,
        order=(place, row.alias.c.id), limits=() if row.condition is None else (row.condition,),
    )  # fmt: skip


def owner_of(field: Field, tables: Tables) -> Entity:
    """The entity that a field stands in."""
    return next(e for e in tables.model.entities.values() if e.by_uid.get(field.uid) is not None)
