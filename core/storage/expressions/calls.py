"""What each function of the language is in SQL: choosing, texts, dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.storage.expressions import compare, dates, texts, zones
from core.storage.expressions.environment import Condition, Value, as_type, sql_type_of
from core.storage.types import BIG, TEXT, Length
from metamodel.expression.tree import Call, Constant, Node

if TYPE_CHECKING:
    from core.storage.expressions.compiler import Compiler

Compile = Callable[["Compiler", Call], Value]


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
    return compiler.env.function(
        f"kubik_{node.function.lower()}", compiler.value(node.arguments[0]), type_=TEXT
    )


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
    if not isinstance(duration, Constant) or duration.value is None:
        length = as_type(compiler.value(duration), BIG)
        seconds = length if node.function == "SHIFT+" else -length
        way = dates.day_after if moment.type.kind == "date" else dates.moment_after
        return way(compiler.value(moment), seconds, compiler.env)
    by = duration.value if node.function == "SHIFT+" else -duration.value
    shift = dates.shifted_day if moment.type.kind == "date" else dates.shifted_moment
    return shift(compiler.value(moment), by, compiler.env)


def _elapsed(compiler: Compiler, node: Call) -> Value:
    end, start = (compiler.value(a) for a in node.arguments)
    return as_type(dates.difference(start, end, "second", compiler.env), Length())


def _today(compiler: Compiler, _node: Call) -> Value:
    return compiler.env.today


def _now(compiler: Compiler, _node: Call) -> Value:
    return compiler.env.now


FUNCTIONS: Mapping[str, Compile] = {
    "IF": _branches, "CASE": _branches, "COALESCE": _coalesce, "GREATEST": _extreme, "LEAST": _extreme,
    "||": _join, "CONCAT": _concat, "UPPER": _case_of, "LOWER": _case_of, "REPLACE": _replace,
    "LEFT": _left, "RIGHT": _right, "TRIM": _trim, "LENGTH": _length, "TEXT": _written, "FORMAT": _format,
    "CHOICE_NAME": _choice_name, "DATE_OF": _date_of,
    "YEAR": _part, "QUARTER": _part, "MONTH": _part, "DAY": _part, "WEEKDAY": _part,
    "START_OF": _start_of, "DATE_DIFF": _difference, "DAYS": _days, "ELAPSED": _elapsed, "SHIFT+": _shift, "SHIFT-": _shift,
    "TODAY": _today, "NOW": _now,
}  # fmt: skip
