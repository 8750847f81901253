"""The compiler: a typed tree to SQLAlchemy Core, the same results on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa

from core.errors import KubikError
from core.storage.expressions import compare, dates, numbers, sets, texts, zones
from core.storage.expressions.aggregates import aggregate_cell
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
from core.storage.expressions.links import by_link, linked_ids
from core.storage.expressions.paths import path_cell
from core.storage.types import TEXT, Flag
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
        self.env = env

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
        found = by_link(node, self.env, lambda inner, env: self.about(env).condition(inner))
        return self.truth(node) if found is None else found

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
                made = _CALLS[node.function](self, node)
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


def _constant(node: Constant) -> Cell:
    if node.type.kind == "text":
        return texts.constant_cell(node.value)
    if node.type.kind == "null":
        return Cell(value=typed_null(sa.Text()))
    type_ = Flag() if node.type.kind == "boolean" else sql_type_of(node.type)
    if node.value is None:
        return Cell(value=typed_null(type_))
    return Cell(value=sa.literal(node.value, type_))


# --- operators


def _logic(compiler: Compiler, node: Call) -> Value:
    join = sa.and_ if node.function == "AND" else sa.or_
    return join(*(compiler.truth(a) for a in node.arguments))


def _not(compiler: Compiler, node: Call) -> Value:
    return sa.not_(compiler.truth(node.arguments[0]))


def _compare(compiler: Compiler, node: Call) -> Value:
    left, right = (compiler.operand(a) for a in node.arguments)
    return compare.compare(node.function, left, right, compiler.env)


def _between(compiler: Compiler, node: Call) -> Value:
    value, low, high = (compiler.operand(a) for a in node.arguments)
    env = compiler.env
    return sa.and_(compare.compare(">=", value, low, env), compare.compare("<=", value, high, env))


def _in(compiler: Compiler, node: Call) -> Value:
    first, *rest = node.arguments
    if isinstance(rest[0], MySet):
        return sets.among(compiler.value(first), sets.my_set(rest[0], compiler.env), compiler.env)
    return compare.among(compiler.operand(first), [compiler.operand(a) for a in rest], compiler.env)


def _under(compiler: Compiler, node: Call) -> Value:
    inner, outer = (compiler.value(a) for a in node.arguments)
    tree = node.arguments[0].type.entity or ""
    return sets.among(inner, sets.below(tree, outer, compiler.env), compiler.env)


def _like(compiler: Compiler, node: Call) -> Value:
    text, pattern = (compiler.cell(a) for a in node.arguments)
    return texts.like(text, pattern, texts.constant_text(node.arguments[1]), compiler.env)


def _contains(compiler: Compiler, node: Call) -> Value:
    value, sought = (compiler.cell(a) for a in node.arguments)
    return texts.contains(value, sought, compiler.env)


def _exact(compiler: Compiler, node: Call) -> Value:
    left, right = (compiler.cell(a) for a in node.arguments)
    return texts.exactly(left, right, compiler.env)


def _is_null(compiler: Compiler, node: Call) -> Value:
    return compiler.value(node.arguments[0]).is_(sa.null())


def _add(compiler: Compiler, node: Call) -> Value:
    """A chain of + and - is one sum, as far as it fits."""
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
    return numbers.negated(*compiler.scaled(node.arguments[0]), compiler.env)


def _abs(compiler: Compiler, node: Call) -> Value:
    return numbers.absolute(*compiler.scaled(node.arguments[0]), compiler.env)


def _money(compiler: Compiler, node: Call) -> Value:
    condition, value = node.arguments
    return sa.case((compiler.truth(condition), compiler.value(value)))


# --- functions


def _branches(compiler: Compiler, node: Call) -> Value:
    """IF and CASE; one that stands in the place of "otherwise" goes on with the same list."""
    whens: list[tuple[Condition, Value]] = []
    otherwise: Node | None = node
    while isinstance(otherwise, Call) and otherwise.function in ("IF", "CASE"):
        arguments = otherwise.arguments
        pairs = zip(arguments[::2], arguments[1::2], strict=False)
        whens += [(compiler.truth(condition), _branch(compiler, value)) for condition, value in pairs]
        otherwise = arguments[-1] if len(arguments) % 2 else None
    if otherwise is None:
        return as_type(sa.case(*whens), sql_type_of(node.type))
    return as_type(sa.case(*whens, else_=_branch(compiler, otherwise)), sql_type_of(node.type))


def _branch(compiler: Compiler, node: Node) -> Value:
    return compiler.truth(node) if node.type.kind == "boolean" else compiler.value(node)


def _coalesce(compiler: Compiler, node: Call) -> Value:
    if len(node.arguments) == 1:
        return compiler.value(node.arguments[0])
    values = [_branch(compiler, a) for a in node.arguments]
    return sa.func.coalesce(*values, type_=sql_type_of(node.type))


def _extreme(compiler: Compiler, node: Call) -> Value:
    values = [compiler.value(a) for a in node.arguments]
    type_ = sql_type_of(node.type)
    if compiler.env.sqlite:
        return compiler.env.function(f"kubik_{node.function.lower()}", *values, type_=type_)
    chosen = sa.func.greatest if node.function == "GREATEST" else sa.func.least
    return as_type(chosen(*values), type_)


def _join(compiler: Compiler, node: Call) -> Value:
    made, *rest = (compiler.value(a) for a in node.arguments)
    for text in rest:
        made = made.concat(text)
    return made


def _concat(compiler: Compiler, node: Call) -> Value:
    made, *rest = (sa.func.coalesce(compiler.value(a), "", type_=TEXT) for a in node.arguments)
    value: Value = made
    for text in rest:
        value = value.concat(text)
    return value


def _case_of(compiler: Compiler, node: Call) -> Value:
    return compiler.env.function(f"kubik_{node.function.lower()}", compiler.value(node.arguments[0]), type_=TEXT)


def _replace(compiler: Compiler, node: Call) -> Value:
    return sa.func.replace(*(compiler.value(a) for a in node.arguments), type_=TEXT)


def _left(compiler: Compiler, node: Call) -> Value:
    text, count = (compiler.value(a) for a in node.arguments)
    return texts.left(text, count, compiler.env)


def _right(compiler: Compiler, node: Call) -> Value:
    text, count = (compiler.value(a) for a in node.arguments)
    return texts.right(text, count, compiler.env)


def _trim(compiler: Compiler, node: Call) -> Value:
    return texts.trimmed(compiler.value(node.arguments[0]), compiler.env)


def _length(compiler: Compiler, node: Call) -> Value:
    return texts.length(compiler.value(node.arguments[0]), compiler.env)


def _written(compiler: Compiler, node: Call) -> Value:
    (inner,) = node.arguments
    value = _branch(compiler, inner)
    return texts.written(value, inner.type, compiler.env)


def _format(compiler: Compiler, node: Call) -> Value:
    inner, pattern = node.arguments
    assert isinstance(pattern, Constant)
    return texts.formatted(compiler.value(inner), inner.type, pattern.value, compiler.env)


def _choice_name(compiler: Compiler, node: Call) -> Value:
    (inner,) = node.arguments
    return compare.choice_name(compiler.value(inner), inner.type, compiler.env)


def _date_of(compiler: Compiler, node: Call) -> Value:
    return zones.day_of(compiler.value(node.arguments[0]), compiler.env)


def _part(compiler: Compiler, node: Call) -> Value:
    return dates.part(node.function, compiler.value(node.arguments[0]), compiler.env)


def _start_of(compiler: Compiler, node: Call) -> Value:
    day, unit = node.arguments
    assert isinstance(unit, Constant)
    return dates.start_of(compiler.value(day), unit.value, compiler.env)


def _difference(compiler: Compiler, node: Call) -> Value:
    start, end, unit = node.arguments
    assert isinstance(unit, Constant)
    return dates.difference(compiler.value(start), compiler.value(end), unit.value, compiler.env)


def _days(compiler: Compiler, node: Call) -> Value:
    end, start = (compiler.value(a) for a in node.arguments)
    return dates.days_between(start, end, compiler.env)


def _shift(compiler: Compiler, node: Call) -> Value:
    moment, duration = node.arguments
    assert isinstance(duration, Constant)
    by = duration.value if node.function == "SHIFT+" else -duration.value
    shift = dates.shifted_day if moment.type.kind == "date" else dates.shifted_moment
    return shift(compiler.value(moment), by, compiler.env)


_Compile = Callable[[Compiler, Call], Value]
_CALLS: Mapping[str, _Compile] = {
    "AND": _logic, "OR": _logic, "NOT": _not,
    "=": _compare, "<>": _compare, "<": _compare, "<=": _compare, ">": _compare, ">=": _compare,
    "IS_DISTINCT": _compare, "BETWEEN": _between, "IN": _in, "UNDER": _under,
    "LIKE": _like, "CONTAINS": _contains, "EXACT": _exact, "IS_NULL": _is_null,
    "+": _add, "-": _add, "*": _multiply, "/": _divide, "NEGATE": _negate, "ABS": _abs,
    "ROUND": _rescale, "SCALE": _rescale, "MONEY": _money,
    "IF": _branches, "CASE": _branches, "COALESCE": _coalesce, "GREATEST": _extreme, "LEAST": _extreme,
    "||": _join, "CONCAT": _concat, "UPPER": _case_of, "LOWER": _case_of, "REPLACE": _replace,
    "LEFT": _left, "RIGHT": _right, "TRIM": _trim, "LENGTH": _length, "TEXT": _written, "FORMAT": _format,
    "CHOICE_NAME": _choice_name, "DATE_OF": _date_of,
    "YEAR": _part, "QUARTER": _part, "MONTH": _part, "DAY": _part, "WEEKDAY": _part,
    "START_OF": _start_of, "DATE_DIFF": _difference, "DAYS": _days, "SHIFT+": _shift, "SHIFT-": _shift,
    "TODAY": lambda compiler, _: compiler.env.today, "NOW": lambda compiler, _: compiler.env.now,
}  # fmt: skip

