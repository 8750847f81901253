"""What indexes hold of a list: its order, and of a grant's column the rows in that order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.sql import operators

from core.query.ways import Way
from core.storage.indexes import indexes_of
from metamodel.expression.tree import Call, Me, MySet, Path
from metamodel.model import Grant

if TYPE_CHECKING:
    from core.query.compile import Compiler
    from core.query.relations import VisibleRow


def held(compiler: Compiler, *columns: str) -> bool:
    """Whether an index of all rows begins with these columns."""
    indexes = indexes_of(compiler.relations.tables, compiler.plan.entity.uid)
    return any(index.rows == "all" and index.columns[: len(columns)] == columns for index in indexes)


def order_columns(compiler: Compiler) -> tuple[str, ...] | None:
    """The columns of the order before the id, when an index may hold them: all as stored, in one direction."""
    *keys, last = compiler.keys(compiler.fresh())
    if not all(key.bare and key.descending == last.descending for key in keys):
        return None
    return tuple(_name(key.expression) for key in keys)


def owned_by(compiler: Compiler, index: int) -> str | None:
    """The column of a grant that says no more than that a field is the reader."""
    row = compiler.fresh()
    if row.follows():
        return None
    grant = compiler.relations.grants.branches(row.entity.uid, "read")[index]
    match grant.rows.root if grant.rows is not None else None:
        case Call(function="=", arguments=(Path(root="row", up=0, steps=((_, uid),)), Me())):
            return _name(row.column(uid)) if row.entity.by_uid[uid].stored else None
        case _:
            return None


def linked_by(compiler: Compiler, index: int, *, groups: bool = False) -> str | None:
    """The column of a link, when a grant says no more than which of many records it may lead to.

    Groups are few and have very many rows or few: PostgreSQL, which knows only how many a group has on average, would
    walk the order through the whole table for each, so their rows are gathered, unless ``groups`` are meant too.
    """
    row = compiler.fresh()
    if (
        not groups
        and not row.follows()
        and _of_groups(compiler.relations.grants.branches(row.entity.uid, "read")[index])
    ):
        return None
    source = row.source(index)
    if source is None or not row.entity.by_uid[source[0]].stored:
        return None
    return _name(row.column(source[0]))


def _of_groups(grant: Grant) -> bool:
    """Whether a grant is about a link to one of the reader's groups."""
    match grant.rows.root if grant.rows is not None else None:
        case Call(function="IN", arguments=(Path(), MySet(name="groups"))):
            return True
        case _:
            return False


def owned_in_order(compiler: Compiler, index: int) -> bool:
    """Whether an index holds the rows of a grant, those of which a field is the reader, in the order of the list."""
    order, owned = order_columns(compiler), owned_by(compiler, index)
    return order is not None and owned is not None and held(compiler, owned, *order, "id")


def sought_by_end(compiler: Compiler, index: int, way: Way) -> bool:
    """Whether the rows of a grant are safely sought up to an end of the list, too: not where the database might take the
    index of the order for it, and read all records up to there."""
    if way == "free":
        return owned_in_order(compiler, index)
    rare = way == "grant" and compiler.relations.dialect == "postgresql"
    return way == "each" or (rare and (owned_by(compiler, index) or linked_by(compiler, index)) is not None)


def in_one_value(
    compiler: Compiler, row: VisibleRow, conditions: list[sa.ColumnElement[bool]]
) -> tuple[list[sa.ColumnElement[bool]], list[sa.ColumnElement[Any]]]:
    """The conditions of a list, and what stands before its order, so that the records of one stage (or whatever a condition
    asks a column to be) are walked by the index that holds them in this order.

    PostgreSQL would walk the order of all records, which lie side by side, and throw five of six away. An order that begins
    with that column is in no other index; it is put so that it does not notice that there is one value only.
    """
    order = order_columns(compiler) if compiler.relations.dialect == "postgresql" else None
    for place, condition in enumerate(conditions) if order is not None else ():
        if not isinstance(condition, sa.BinaryExpression) or condition.operator is not operators.eq:
            continue
        column, value = condition.left, condition.right
        own = getattr(column, "table", None) is row.alias
        if own and order is not None and held(compiler, _name(column), *order, "id"):
            between = sa.and_(column >= value, column <= value)
            descending = compiler.keys(row)[0].descending
            first = column.desc() if descending else column.asc()
            return [*conditions[:place], between, *conditions[place + 1 :]], [first]
    return conditions, []


def _name(column: sa.ColumnElement[Any]) -> str:
    return str(getattr(column, "name", ""))
