"""Texts: folding, comparison by the folded key, patterns, and the functions of texts."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.expressions import dates
from core.storage.expressions.environment import (
    OPERATORS,
    Cell,
    Condition,
    Environment,
    Text,
    Value,
    as_type,
    in_order,
    once,
    typed_null,
)
from core.storage.expressions.numbers import INTEGER, exact, literal, units
from core.storage.types import BIG, TEXT
from metamodel.expression.functions.formats import number_pattern
from metamodel.expression.tree import Constant, Node
from metamodel.expression.types import MAX_DIGITS, Type
from metamodel.text import KEY_LENGTH, fold

BLANKS = " \t\r\n\u00a0"
"""What TRIM takes away."""


def text_cell(value: Text, env: Environment) -> Cell:
    """The cell of a text that is not stored: it is folded when it is compared."""
    value = in_order(value, env)
    return Cell(value=value, key=env.function("kubik_fold", value, type_=TEXT))


def constant_cell(text: str | None, words: str | None = None) -> Cell:
    """The cell of a constant text, folded already; ``words`` are what is folded of one that is HTML."""
    if text is None:
        return Cell(value=typed_null(sa.Text()), key=typed_null(sa.Text()))
    return Cell(value=sa.literal(text, TEXT), key=sa.literal(fold(text if words is None else words), TEXT))


def folded(cell: Cell) -> Text:
    """The whole folded text."""
    assert cell.key is not None
    return cell.key if cell.whole is None else sa.func.coalesce(cell.whole, cell.key, type_=TEXT)


def constant_text(node: Node) -> str | None:
    """The folded text of a constant; None for anything else."""
    if isinstance(node, Constant) and isinstance(node.value, str):
        return fold(node.value)
    return None


def compare(operator: str, left: Cell, right: Cell, constant: str | None, env: Environment) -> Condition:
    """Two texts by their folded forms; ``constant`` is the folded right one, when it is known, and finds the index."""
    rule = OPERATORS[operator]
    if constant is None or left.whole is None:
        return rule(in_order(folded(left), env), folded(right))  # type: ignore[no-any-return]
    if len(constant) < KEY_LENGTH:
        return rule(in_order(_key(left), env), folded(right))  # type: ignore[no-any-return]
    by_whole: Condition = rule(in_order(folded(left), env), folded(right))
    if operator != "=":
        return by_whole
    return sa.and_(_key(left) == sa.literal(constant[:KEY_LENGTH], TEXT), by_whole)


def _key(cell: Cell) -> Text:
    assert cell.key is not None
    return cell.key


def among(value: Cell, items: list[tuple[Cell, str | None]], env: Environment) -> Condition:
    """IN of texts: by the key alone when every item is a constant that is short enough."""
    if all(c is not None and len(c) < KEY_LENGTH for _, c in items) or value.whole is None:
        return in_order(_key(value), env).in_([folded(item) for item, _ in items])
    return sa.or_(*(compare("=", value, item, constant, env) for item, constant in items))


def like(value: Cell, pattern: Cell, constant: str | None, env: Environment) -> Condition:
    """LIKE over folded texts: % is any characters, _ is one, nothing escapes them. A beginning finds the index."""
    if constant is not None and "_" not in constant:
        begin = constant[:-1] if constant.endswith("%") else None
        if "%" not in constant:
            return compare("=", value, pattern, constant, env)
        if begin and "%" not in begin and len(begin) < KEY_LENGTH:
            return _begins(in_order(_key(value), env), begin)
    text = in_order(folded(value), env)
    if env.sqlite:
        return text.op("LIKE", is_comparison=True)(folded(pattern))
    return text.like(folded(pattern), escape="")


def _begins(key: Text, begin: str) -> Condition:
    following = _after(begin)
    first: Condition = key >= sa.literal(begin, TEXT)
    return first if following is None else sa.and_(first, key < sa.literal(following, TEXT))


def _after(begin: str) -> str | None:
    """The first text behind all that begin so, in the order of code points."""
    for place in range(len(begin) - 1, -1, -1):
        code = ord(begin[place]) + 1
        if code == 0xD800:
            code = 0xE000
        if code <= 0x10FFFF:
            return begin[:place] + chr(code)
    return None


def contains(value: Cell, sought: Cell, env: Environment) -> Condition:
    """Whether one folded text stands in another."""
    find = sa.func.instr if env.sqlite else sa.func.strpos
    return find(in_order(folded(value), env), folded(sought), type_=INTEGER) > literal(0)


def exactly(left: Cell, right: Cell, env: Environment) -> Condition:
    """Two texts as they are written."""
    return in_order(left.value, env) == right.value


def written(value: Value, type_: Type, env: Environment) -> Text:
    """The text of a number, date, moment or boolean."""
    match type_.kind:
        case "boolean":
            if env.sqlite:
                whens = {literal(1): "true", literal(0): "false"}
                return sa.case(whens, value=as_type(value, INTEGER))
            return in_order(sa.cast(value, sa.Text()), env)
        case "date":
            return dates.written(value, "YYYY-MM-DD", moment=False, env=env)
        case "datetime":
            return dates.written(value, "YYYY-MM-DD hh:mm:ss", moment=True, env=env)
        case "time":
            return as_type(value, TEXT)
    if env.sqlite:
        return env.function("kubik_text", units(value), literal(type_.scale), type_=TEXT)
    return in_order(sa.cast(sa.cast(value, sa.Numeric(MAX_DIGITS, type_.scale)), sa.Text()), env)


def formatted(value: Value, type_: Type, pattern: str, env: Environment) -> Text:
    """FORMAT."""
    if type_.kind == "time":
        return dates.written_clock(value, pattern, env)
    if type_.kind != "number":
        return dates.written(value, pattern, moment=type_.kind == "datetime", env=env)
    form = number_pattern(pattern)
    assert form is not None
    if env.sqlite:
        steps = map(literal, (type_.scale, form.digits))
        return env.function("kubik_format", units(value), *steps, form.point, form.group, type_=TEXT)
    whole = "999,999,999,999,999,990" if form.group else "999999999999999990"
    shown = sa.func.to_char(
        sa.func.round(exact(value, type_.scale), literal(form.digits)),
        f"FM{whole}" + ("." + "0" * form.digits if form.digits else ""),
    )
    return in_order(sa.func.translate(shown, ",.", form.group + form.point, type_=TEXT), env)


def left(text: Text, count: Value, env: Environment) -> Text:
    """The first characters; a count below zero is none."""
    return sa.func.substr(text, literal(1), _count(count, env), type_=TEXT)


def right(text: Text, count: Value, env: Environment) -> Text:
    """The last characters."""
    if env.sqlite:
        return env.function("kubik_right", text, count, type_=TEXT)
    return sa.func.right(text, _count(count, env), type_=TEXT)


_MOST = 2_000_000_000


def _count(count: Value, env: Environment) -> Value:
    raw = as_type(count, INTEGER if env.sqlite else sa.BigInteger())
    if env.sqlite:
        return sa.func.max(sa.func.min(raw, literal(_MOST)), literal(0), type_=INTEGER)

    def bounded(size: Value) -> Value:
        low, high = (size < literal(0), literal(0)), (size > literal(_MOST), literal(_MOST))
        return sa.cast(sa.case(low, high, else_=size), sa.Integer())

    return once([raw], bounded)


def trimmed(text: Text, env: Environment) -> Text:
    """Without blanks at both ends."""
    return (sa.func.trim if env.sqlite else sa.func.btrim)(text, BLANKS, type_=TEXT)


def length(text: Text, env: Environment) -> Value:
    """Characters (code points)."""
    counted = sa.func.length(text, type_=BIG)
    return counted if env.sqlite else sa.cast(counted, sa.BigInteger())
