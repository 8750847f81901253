"""The relation of all live rows, and records whose values are parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.storage.expressions.compiler import compile_value
from core.storage.expressions.environment import Cell, Environment, Row, Values, sql_type_of, typed_null
from core.storage.expressions.texts import constant_cell
from core.storage.tables import Tables
from core.storage.types import BIG
from metamodel.fields.html import plain_text
from metamodel.model import Entity, Field


def computed_cell(field: Field, row: Row | Values, env: Environment) -> Cell:
    """The value of a computed field of a row, from the cells that the row gives."""
    assert field.computed is not None
    return compile_value(field.computed.root, replace(env, row=row, around=()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AllRows:
    """Every live row of every entity, its columns bare, computed fields compiled in place."""

    tables: Tables
    dialect: Any
    zone: ZoneInfo

    @property
    def whole(self) -> bool:
        """Nothing is left out."""
        return True

    def environment(self, row: Row | Values | None = None, **more: Any) -> Environment:
        """Where an expression is compiled over all rows."""
        return Environment(
            row=row, rows=self, tables=self.tables, dialect=self.dialect, zone=self.zone, **more
        )

    def open(self, entity_uid: str, *, reached: bool = False, bounded: bool = False) -> BareRow:
        """A fresh alias of the entity, without the rows in the bin."""
        alias = self.tables[entity_uid].table.alias()
        condition = alias.c.deleted_at.is_(None)
        return BareRow(all_rows=self, entity=self.tables[entity_uid].entity, alias=alias, condition=condition)

    def seen(self, entity_uid: str, record: sa.ColumnElement[Any]) -> None:
        """Every record may be seen."""
        return

    def in_sight(self, entity_uid: str, record: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Every record may be seen."""
        return record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BareRow:
    """A row as it is stored."""

    all_rows: AllRows
    entity: Entity
    alias: sa.FromClause
    condition: sa.ColumnElement[bool] | None

    def shows(self, field_uid: str) -> None:
        """Every cell may be read."""
        return

    def cell(self, field_uid: str) -> Cell:
        """The columns of a stored field, the expression of a computed one."""
        columns = self.all_rows.tables[self.entity.uid].columns.get(field_uid)
        if columns is None:
            return computed_cell(self.entity.by_uid[field_uid], self, self.all_rows.environment())

        def here(column: sa.Column[Any] | None) -> sa.ColumnElement[Any] | None:
            return None if column is None else self.alias.c[column.name]

        return Cell(value=self.alias.c[columns.value.name], key=here(columns.key), whole=here(columns.whole))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoundRow:
    """A record given by its values (by field uid, as the engine holds them): they become parameters.

    A field that is not given is null; a computed one is then computed from what is given. ``id`` is the record's
    own, for aggregates over what is stored under it.
    """

    entity: Entity
    values: Mapping[str, Any]
    env: Environment

    def cell(self, field_uid: str) -> Cell:
        """The parameter of a field."""
        field = self.entity.by_uid.get(field_uid)
        value = self.values.get(field_uid)
        if field is None:
            return Cell(value=typed_null(BIG) if value is None else sa.literal(value, BIG))
        if field.computed is not None and field_uid not in self.values:
            return computed_cell(field, self, self.env)
        if field.result.kind == "text":
            html = field.computed is None and field.type.column_type(field).html
            return constant_cell(value, plain_text(value) if html and value is not None else None)
        type_ = sql_type_of(field.result)
        return Cell(value=typed_null(type_) if value is None else sa.literal(value, type_))

    def listed(self, field_uid: str) -> tuple[int, ...]:
        """The ids of a field that leads to many records."""
        return tuple(self.values.get(field_uid) or ())
