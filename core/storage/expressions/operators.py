"""What each operator of the language is in SQL: logic, comparisons, membership, arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.sql.elements import AsBoolean, Grouping

from core.storage.any_links import ANY, any_of
from core.storage.expressions import compare, lists, numbers, sets, sight, texts
from core.storage.expressions.environment import Value, as_type
from core.storage.expressions.shares import shared_with_me
from core.storage.types import BIG, Length
from metamodel.expression.sharing import is_shared
from metamodel.expression.tree import Call, MySet, Node, Path

if TYPE_CHECKING:
    from core.storage.expressions.compiler import Compiler

Compile = Callable[["Compiler", Call], Value]


def _logic(compiler: Compiler, node: Call) -> Value:
    join = sa.and_ if node.function == "AND" else sa.or_
    return join(*(compiler.truth(a) for a in node.arguments))


def _not(compiler: Compiler, node: Call) -> Value:
    """In brackets, which SQLAlchemy leaves out around a boolean column: ``NOT open IS TRUE`` holds for an empty one."""
    value = sa.not_(compiler.truth(node.arguments[0]))
    return Grouping(value) if isinstance(value, AsBoolean) else value


def _compare(compiler: Compiler, node: Call) -> Value:
    left, right = (compiler.operand(a) for a in node.arguments)
    return compare.compare(node.function, left, right, compiler.env)


def _between(compiler: Compiler, node: Call) -> Value:
    value, low, high = (compiler.operand(a) for a in node.arguments)
    env = compiler.env
    return sa.and_(compare.compare(">=", value, low, env), compare.compare("<=", value, high, env))


def _in(compiler: Compiler, node: Call) -> Value:
    first, *rest = node.arguments
    if isinstance(rest[0], MySet) and is_shared(rest[0]):
        if compiler.env.one_by_one:
            rows = compiler.env.mine or compiler.env.rows
            return shared_with_me(rest[0], compiler.value(first), rows, compiler.env)
        # may be thousands: hashed once, not searched for each row
        return compiler.value(first).in_(sets.my_set(rest[0], compiler.env))
    if isinstance(rest[0], MySet):
        return sets.among(compiler.value(first), sets.my_set(rest[0], compiler.env), compiler.env)
    return compare.among(compiler.operand(first), [compiler.operand(a) for a in rest], compiler.env)


def _under(compiler: Compiler, node: Call) -> Value:
    """Neither what is named nor what stands below it tells where hidden records of the tree stand."""
    env, (inner, outer) = compiler.env, node.arguments
    tree = inner.type.entity or ""
    above = compiler.value(outer)
    if not sight.is_own(outer):
        above = sight.record_in_sight(outer.type, above, env)
    seen = not sight.is_own(inner) and not sight.is_own(outer)
    return sets.among(compiler.value(inner), sets.below(tree, above, env, seen=seen), env)


def _like(compiler: Compiler, node: Call) -> Value:
    text, pattern = (compiler.cell(a) for a in node.arguments)
    return texts.like(text, pattern, texts.constant_text(node.arguments[1]), compiler.env)


def _contains(compiler: Compiler, node: Call) -> Value:
    first = node.arguments[0]
    if isinstance(first, Path) and lists.is_list(first):
        return lists.has(first, compiler.value(node.arguments[1]), compiler.env)
    if node.arguments[0].type.kind == "choices":
        held, one = (compiler.value(a) for a in node.arguments)
        return compare.holds_choice(held, one, compiler.env)
    value, sought = (compiler.cell(a) for a in node.arguments)
    return texts.contains(value, sought, compiler.env)


def _exact(compiler: Compiler, node: Call) -> Value:
    left, right = (compiler.cell(a) for a in node.arguments)
    return texts.exactly(left, right, compiler.env)


def _any(compiler: Compiler, node: Call) -> Value:
    """In binary order, as stored links are: in any other PostgreSQL finds none that leads to an entity."""
    (record,) = node.arguments
    return sa.cast(any_of(record.type.entity or "", compiler.value(record)), ANY)


def _is_null(compiler: Compiler, node: Call) -> Value:
    first = node.arguments[0]
    if isinstance(first, Path) and lists.is_list(first):
        return lists.empty(first, compiler.env)
    return compiler.value(node.arguments[0]).is_(sa.null())


def _add(compiler: Compiler, node: Call) -> Value:
    """A chain of + and - is one sum, as far as it fits."""
    if node.type.kind == "duration":
        first_length, second_length = (as_type(compiler.value(a), BIG) for a in node.arguments)
        made = first_length + second_length if node.function == "+" else first_length - second_length
        return as_type(made, Length())
    chain: list[tuple[str, Node]] = []
    first: Node = node
    while isinstance(first, Call) and first.function in ("+", "-") and len(chain) < numbers.MOST_TERMS - 1:
        chain.append((first.function, first.arguments[1]))
        first = first.arguments[0]
    chain.append(("+", first))
    return numbers.added([(sign, *compiler.scaled(n)) for sign, n in reversed(chain)], compiler.env)


def _multiply(compiler: Compiler, node: Call) -> Value:
    (left, a), (right, b) = (compiler.scaled(n) for n in node.arguments)
    return numbers.multiplied(left, right, (a, b), node.type.scale, compiler.env)


def _divide(compiler: Compiler, node: Call) -> Value:
    (left, a), (right, b) = (compiler.scaled(n) for n in node.arguments)
    return numbers.quotient(left, right, (a, b), compiler.env)


def _rescale(compiler: Compiler, node: Call) -> Value:
    value, scale = compiler.scaled(node.arguments[0])
    return numbers.rescaled(value, scale, node.type.scale, compiler.env)


def _negate(compiler: Compiler, node: Call) -> Value:
    if node.type.kind == "duration":
        return as_type(-as_type(compiler.value(node.arguments[0]), BIG), Length())
    return numbers.negated(*compiler.scaled(node.arguments[0]), compiler.env)


def _abs(compiler: Compiler, node: Call) -> Value:
    return numbers.absolute(*compiler.scaled(node.arguments[0]), compiler.env)


def _money(compiler: Compiler, node: Call) -> Value:
    condition, value = node.arguments
    return sa.case((compiler.truth(condition), compiler.value(value)))


OPERATORS: Mapping[str, Compile] = {
    "AND": _logic, "OR": _logic, "NOT": _not,
    "=": _compare, "<>": _compare, "<": _compare, "<=": _compare, ">": _compare, ">=": _compare,
    "IS_DISTINCT": _compare, "BETWEEN": _between, "IN": _in, "UNDER": _under,
    "LIKE": _like, "CONTAINS": _contains, "EXACT": _exact, "IS_NULL": _is_null, "ANY": _any,
    "+": _add, "-": _add, "*": _multiply, "/": _divide, "NEGATE": _negate, "ABS": _abs,
    "ROUND": _rescale, "SCALE": _rescale, "MONEY": _money,
}  # fmt: skip
