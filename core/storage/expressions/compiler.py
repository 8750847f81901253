"""The compiler: a typed tree to SQLAlchemy Core, the same results on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

from core.errors import KubikError
from core.storage.expressions import sets, texts, zones
from core.storage.expressions.aggregates import aggregate_cell
from core.storage.expressions.calls import FUNCTIONS
from core.storage.expressions.compare import Operand
from core.storage.expressions.environment import (
    Cell,
    Condition,
    Environment,
    Value,
    as_type,
    sql_type_of,
    typed_null,
)
from core.storage.expressions.hints import by_index
from core.storage.expressions.links import by_link, linked_ids
from core.storage.expressions.lists import exists_condition, has_condition
from core.storage.expressions.operators import OPERATORS
from core.storage.expressions.paths import path_cell
from core.storage.expressions.trees import above_condition, below_condition
from core.storage.types import Flag
from metamodel.expression.sharing import is_shared
from metamodel.expression.tree import Aggregate, Call, Constant, Expression, Me, MySet, Node, Path
from metamodel.messages import message


def compile_value(node: Node, env: Environment) -> Cell:
    """The value of a typed tree; a condition is true, false or null as in SQL."""
    return _guarded(lambda: Compiler(env).cell(node))


def compile_condition(expression: Expression | Node, env: Environment) -> Condition:
    """A condition for WHERE: it keeps the rows for which the expression is true, and may give false for null.

    Links are followed in the form that finds indexes; where null and false differ, ask `compile_value`.
    """
    node = expression.root if isinstance(expression, Expression) else expression
    return _guarded(lambda: Compiler(env).condition(node))


def compile_ids(expression: Expression, env: Environment) -> tuple[str, sa.Select[Any]] | None:
    """A condition that says no more than that a link of the row leads to one of some records: the link (field uid)
    and the ids of these, which no row is needed for; None for any other condition.
    """
    node = expression.root
    match node:
        case Call(function="IN", arguments=(Path(root="row", up=0, steps=((_, link),)), MySet() as mine)):
            return link, sets.my_set(mine, env)
    return linked_ids(node, env, lambda inner, there: Compiler(there).condition(inner))


T = TypeVar("T")


def _guarded(make: Callable[[], T]) -> T:
    try:
        return make()
    except RecursionError:
        why = message("computed fields lead to each other too deeply here")
        raise KubikError("KBK1010", why) from None


class Compiler:
    """Compiles nodes in one environment."""

    def __init__(self, env: Environment) -> None:
        self.env: Environment = env

    def about(self, env: Environment) -> Compiler:
        """The same work in another environment."""
        return Compiler(env)

    def condition(self, node: Node) -> Condition:
        """A node under WHERE, where null is as good as false."""
        if isinstance(node, Call) and node.function in ("AND", "OR"):
            join = sa.and_ if node.function == "AND" else sa.or_
            return join(*(self.condition(a) for a in node.arguments))
        if isinstance(node, Constant):
            return sa.true() if node.value else sa.false()
        mine = _own_set(node)
        if mine is not None:
            value, ids = self.value(mine[0]), sets.my_set(mine[1], self.env)
            return by_index(sets.among(value, ids, self.env), self.env)
        found = self._sought(node)
        if found is not None:
            return found
        needed = below_condition(node, self.env, self._inside)
        return self.truth(node) if needed is None else sa.and_(needed, self.truth(node))

    def _sought(self, node: Node) -> Condition | None:
        """A condition in the form of lists, trees or links; None for any other."""
        found = has_condition(node, self.env, self.value)
        if found is None:
            found = exists_condition(node, self.env, self._inside)
        if found is None:
            found = above_condition(node, self.env)
        return by_link(node, self.env, self._inside) if found is None else found

    def _inside(self, node: Node, env: Environment) -> Condition:
        """A node under WHERE in another environment."""
        return self.about(env).condition(node)

    def truth(self, node: Node) -> Condition:
        """A boolean node as a condition of three values."""
        value = self.cell(node).value
        return value if isinstance(value.type, sa.Boolean) else as_type(value, sa.Boolean())

    def value(self, node: Node) -> Value:
        """The value alone."""
        return self.cell(node).value

    def cell(self, node: Node) -> Cell:
        """The cell of any node."""
        match node:
            case Constant():
                return _constant(node)
            case Path():
                return path_cell(node, self.env)
            case Me():
                return Cell(value=self.env.me)
            case Aggregate():
                return aggregate_cell(node, self)
            case Call():
                made = (OPERATORS.get(node.function) or FUNCTIONS[node.function])(self, node)
                return texts.text_cell(made, self.env) if node.type.kind == "text" else Cell(value=made)
        raise AssertionError(node)

    def operand(self, node: Node) -> Operand:
        """A node as a side of a comparison."""
        if isinstance(node, Call) and node.function == "DATE_OF":
            moment = self.value(node.arguments[0])
            return Operand(node, Cell(value=zones.day_of(moment, self.env)), moment)
        return Operand(node, self.cell(node))

    def scaled(self, node: Node) -> tuple[Value, int]:
        """A number and its scale."""
        return self.value(node), node.type.scale


def _own_set(node: Node) -> tuple[Path, MySet] | None:
    """The record or direct link that a condition seeks in a small set of the reader's, and that set."""
    match node:
        case Call(function="IN", arguments=(Path(steps=() | (_,), type=type_) as link, MySet() as mine)):
            small = is_shared(mine) or mine.name in ("groups", "roles")
            return (link, mine) if small and not type_.many else None
        case _:
            return None


def _constant(node: Constant) -> Cell:
    if node.type.kind == "text":
        return texts.constant_cell(node.value)
    if node.type.kind == "null":
        return Cell(value=typed_null(sa.Text()))
    type_ = Flag() if node.type.kind == "boolean" else sql_type_of(node.type)
    if node.value is None:
        return Cell(value=typed_null(type_))
    return Cell(value=sa.literal(node.value, type_))
