"""What a database is told about how to find rows, where it would guess wrong; nothing here changes which they are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.operators import custom_op

from core.storage.expressions.environment import Condition, Environment
from core.storage.types import TEXT


def by_index(condition: Condition, env: Environment) -> Condition:
    """The condition, its rows sought by an index however few values the column has.

    SQLite reckons with as many rows for each value, so it reads a whole table whose links are empty or lead to a few
    records; of a reader's own sets, which are small, it is told that few rows pass.
    """
    return sa.func.unlikely(condition, type_=sa.Integer()) if env.sqlite else condition


def by_this_index(dialect: str, condition: Condition) -> Condition:
    """The condition, its rows sought by an index of its own whatever else is asked of them: SQLite is told that hardly any
    row passes."""
    if dialect == "postgresql":
        return condition
    return sa.func.likelihood(condition, sa.literal_column("0.000001"), type_=sa.Integer())


def not_seeking(dialect: str, condition: Condition) -> Condition:
    """The condition so that no index is looked for it: SQLite's unary plus, PostgreSQL's IS TRUE."""
    if dialect == "postgresql":
        return Grouping(condition).is_(sa.true())
    return sa.sql.expression.UnaryExpression(
        condition.self_group(), operator=custom_op("+"), type_=sa.Boolean()
    )


def not_in_order(dialect: str, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The value to group by, so that no index is read for its order: SQLite would look each of all rows up for that."""
    if dialect == "postgresql":
        return value
    return sa.sql.expression.UnaryExpression(value, operator=custom_op("+"), type_=value.type)


def constant(word: str) -> sa.ColumnElement[str]:
    """A name of the system's own written into the statement: a plan that is kept for everybody knows how rare it is."""
    if not word.isidentifier() and not word.isalnum():
        raise ValueError(f"{word!r} is not a plain name")
    return sa.literal_column(f"'{word}'", TEXT)


def asked_once(there: sa.Select[Any], dialect: str, *, single: bool = False) -> Condition:
    """Whether a select finds a row, asked of one row at a time: PostgreSQL would rather hash everything that any row
    may ask for, all the records that somebody sees, unless an OFFSET keeps it from looking inside. Of a ``single`` row
    at most, found by its id, a value is asked, which is a fifth cheaper."""
    if dialect != "postgresql":
        return sa.exists(there)
    return there.scalar_subquery().is_not(None) if single else sa.exists(there.offset(sa.literal_column("0")))
