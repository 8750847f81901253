"""What an expression is compiled in: rows that give cells, relations that open rows, the reader and the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from core.storage.tables import Tables
from core.storage.types import BIG, TEXT, Day, Instant, type_of_kind
from metamodel.expression.types import Type
from metamodel.model import Entity, Model

Text = sa.ColumnElement[Any]
Value = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cell:
    """A value in SQL; links are ids, choices uids.

    A text has its folded form too: all of it in ``key`` when ``whole`` is None, else cut to 200 characters in
    ``key``, and in ``whole`` when it is longer (null in the rows where it is not).
    """

    value: Value
    key: Text | None = None
    whole: Text | None = None


class Row(Protocol):
    """A row of some relation: what its fields are in SQL.

    ``condition`` limits the alias to the rows of the relation. ``cell`` answers for stored and computed fields
    alike (`computed_cell` is there for these), and gives null for what the relation hides.
    """

    @property
    def entity(self) -> Entity: ...
    @property
    def alias(self) -> sa.FromClause: ...
    @property
    def condition(self) -> Condition | None: ...
    def cell(self, field_uid: str) -> Cell: ...
    def shows(self, field_uid: str) -> Condition | None:
        """Whether the cell of a field may be read of this row, None when it always may."""
        ...


class Rows(Protocol):
    """A relation of every entity: all live rows, or those that somebody may see."""

    @property
    def whole(self) -> bool:
        """Whether it is all live rows, with all their cells."""
        ...

    def open(self, entity_uid: str, *, reached: bool = False, bounded: bool = False) -> Row:
        """A fresh alias of the entity with the condition that limits it; ``reached`` by a link that may be read;
        ``bounded`` to rows that are found by one record they belong to.
        """
        ...

    def seen(self, entity_uid: str, record: Value) -> Condition | None:
        """Whether a record, in the bin or not, may be seen; None when all of them may."""
        ...

    def in_sight(self, entity_uid: str, record: Value) -> Value:
        """The record itself, in the bin or not; null where it may not be seen."""
        ...


class Values(Protocol):
    """A record whose values are parameters: `record`, `old`, `new`."""

    @property
    def entity(self) -> Entity: ...
    def cell(self, field_uid: str) -> Cell: ...
    def listed(self, field_uid: str) -> tuple[int, ...]:
        """The ids that a field which leads to many records holds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Environment:
    """Where an expression is compiled.

    ``row`` is what bare names are about, ``around`` the rows outside of an aggregate (`this`), the innermost last.
    Paths along links and aggregates lead over ``rows``; `my` leads over ``mine`` (``rows`` when it is None).
    The person and the moment are the parameters ``me``, ``today`` and ``now`` of the statement. ``one_by_one`` says
    that it is asked of few rows, found otherwise: what is cheap for each of them is better than a set for all.
    """

    row: Row | Values | None
    rows: Rows
    tables: Tables
    dialect: Literal["sqlite", "postgresql"]
    zone: ZoneInfo
    around: tuple[Row | Values | None, ...] = ()
    mine: Rows | None = None
    record: Values | None = None
    old: Values | None = None
    new: Values | None = None
    input: Values | None = None
    step: Values | None = None
    one_by_one: bool = False

    @property
    def sqlite(self) -> bool:
        """Whether the statement is for SQLite."""
        return self.dialect == "sqlite"

    @property
    def model(self) -> Model:
        """The model of the tables."""
        return self.tables.model

    def about(self, row: Row | Values | None) -> Environment:
        """The same place about another row."""
        return replace(self, row=row)

    def inside(self, row: Row) -> Environment:
        """What is asked of each row of an aggregate."""
        return replace(self, row=row, around=(*self.around, self.row))

    def up(self, count: int) -> Row | Values:
        """The row that many aggregates outward."""
        found = (*self.around, self.row)[-1 - count]
        assert found is not None
        return found

    def function(self, name: str, *arguments: Any, type_: Any) -> Value:
        """A function of Kubik's own: registered on SQLite, in the workspace's schema on PostgreSQL."""
        place: Any = (
            sa.func if self.sqlite or self.tables.schema is None else getattr(sa.func, self.tables.schema)
        )
        made: Value = getattr(place, name)(*arguments, type_=type_)
        return made

    @property
    def me(self) -> Value:
        """The id of the reader."""
        return sa.bindparam("me", type_=BIG)

    @property
    def today(self) -> Value:
        """The date in the workspace's zone."""
        return sa.bindparam("today", type_=Day())

    @property
    def now(self) -> Value:
        """The moment of the transaction."""
        return sa.bindparam("now", type_=Instant())


def as_type(value: Value, type_: Any) -> Value:
    """The value taken for one of another SQL type; a parameter is still converted by its own."""
    held = Grouping(value) if isinstance(value, sa.BindParameter) else value
    return sa.type_coerce(held, type_)


def simple(value: Value) -> bool:
    """Whether an expression costs nothing to be written twice: a column or a parameter."""
    if isinstance(value, sa.TypeCoerce):
        return simple(value.clause)
    if isinstance(value, Grouping):
        return isinstance(value.element, sa.BindParameter)
    return isinstance(value, (sa.Column, sa.BindParameter)) or (
        isinstance(value, sa.ColumnClause) and value.table is not None
    )


def once(values: Sequence[Value], make: Any) -> Value:
    """``make(*values)``, which names them several times, with each of them computed once."""
    if all(simple(v) for v in values):
        made: Value = make(*values)
        return made
    given = sa.select(*(v.label(f"v{i}") for i, v in enumerate(values))).correlate_except(None).subquery()
    return sa.select(make(*given.c)).scalar_subquery()


def typed_null(type_: Any) -> Value:
    """A null that cannot be taken for ``IS NULL``."""
    return sa.cast(sa.null(), type_)


def sql_type_of(type_: Type) -> Any:
    """The column type of an expression's value."""
    from core.storage.expressions.numbers import number_type

    if type_.kind == "number":
        return number_type(type_.scale)
    return sa.Boolean() if type_.kind == "boolean" else type_of_kind(type_.kind)


OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "IS_DISTINCT": lambda a, b: a.is_distinct_from(b),
}
"""How two SQL values are compared."""


def in_order(text: Text, env: Environment) -> Text:
    """A text in binary order whatever it was made of."""
    return text if env.sqlite else as_type(sa.collate(text, "C"), TEXT)
