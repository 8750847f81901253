"""What operators ask of their operands, and the type of what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from metamodel.expression.convert import (
    as_boolean,
    as_length,
    as_text,
    call,
    convert,
    together,
    words,
    written,
)
from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.money import guarded
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Constant, Node, Path
from metamodel.expression.types import BOOLEAN, DATE, DURATION, INTEGER, TEXT, Type
from metamodel.messages import message

QUOTIENT_SCALE = 6
"""Digits after the point of a quotient, and of a product that its operands do not ask more for."""

ORDERED = ("null", "text", "number", "date", "datetime", "time", "duration", "choice")
"""Kinds that stand before and after each other."""


def product_scale(left: int, right: int) -> int:
    """Digits after the point of a product: the sum up to 6, or the larger operand's."""
    return min(left + right, max(QUOTIENT_SCALE, left, right))


def typed(operator: str, operands: Sequence[Node], model: ModelNames, at: int) -> Node:
    """The node of an operator on checked operands; raises `Fault` when their types do not fit it."""
    return _RULES[operator](operator, operands, model, at)


def _logic(operator: str, operands: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(operator, BOOLEAN, *(as_boolean(o) for o in operands), at=at)


def _compare(operator: str, operands: Sequence[Node], model: ModelNames, at: int) -> Node:
    both = together(operands, model, comparing=True)
    if operator in ("<", "<=", ">", ">=", "BETWEEN"):
        for operand in both:
            if operand.type.kind not in ORDERED:
                why = message("{given} is not before or after another", given=words(operand.type))
                raise Fault(MIXED, operand.at, why)
    return guarded(call(operator, BOOLEAN, *both, at=at), both, model)


def _in(operator: str, operands: Sequence[Node], model: ModelNames, at: int) -> Node:
    value, *items = operands
    if len(items) == 1 and items[0].type.kind == "link" and items[0].type.many:
        if isinstance(items[0], Path):
            return has(items[0], value, at)
        return call(operator, BOOLEAN, convert(value, replace(items[0].type, many=False)), items[0], at=at)
    return _compare(operator, operands, model, at)


def _match(operator: str, operands: Sequence[Node], model: ModelNames, at: int) -> Node:
    if operator == "CONTAINS" and operands[0].type.kind == "link" and operands[0].type.many:
        return has(operands[0], operands[1], at)
    if operator == "CONTAINS" and operands[0].type.kind == "choices":
        held, sought = operands
        return call(operator, BOOLEAN, held, convert(sought, replace(held.type, kind="choice"), model), at=at)
    return call(operator, BOOLEAN, *(as_text(o) for o in operands), at=at)


def has(many: Node, one: Node, at: int) -> Node:
    """Whether a list of links, or a set of the reader's, has a record."""
    record = convert(one, replace(many.type, many=False))
    if isinstance(many, Path):
        return call("CONTAINS", BOOLEAN, many, record, at=at)
    return call("IN", BOOLEAN, record, many, at=at)


def _is_null(operator: str, operands: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(operator, BOOLEAN, *operands, at=at)


def _join(operator: str, operands: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(operator, TEXT, *(written(o) for o in operands), at=at)


def _negate(operator: str, operands: Sequence[Node], _model: ModelNames, at: int) -> Node:
    (operand,) = operands
    if (
        isinstance(operand, Constant)
        and operand.value is not None
        and operand.type.kind in ("number", "duration")
    ):
        return replace(operand, value=-operand.value, at=at)
    if operand.type.kind == "duration":
        return call(operator, DURATION, operand, at=at)
    return call(operator, operand.type, _number(operand), at=at)


def _add(operator: str, operands: Sequence[Node], model: ModelNames, at: int) -> Node:
    left, right = operands
    if left.type.kind == right.type.kind == "duration":
        return call(operator, DURATION, *(as_length(o) for o in operands), at=at)
    if right.type.kind == "duration" or (operator == "+" and left.type.kind == "duration"):
        moment, by = (left, right) if right.type.kind == "duration" else (right, left)
        return _shift(operator, moment, by, at)
    if operator == "-" and {left.type.kind, right.type.kind} == {"date"}:
        return call("DAYS", INTEGER, left, right, at=at)
    if operator == "-" and left.type.kind == right.type.kind == "datetime":
        return call("ELAPSED", DURATION, left, right, at=at)
    if operator == "+" and "text" in (left.type.kind, right.type.kind):
        raise Fault(MIXED, at, message("texts are joined by ||"))
    both = (_number(left), _number(right))
    scale = max(n.type.scale for n in both)
    type_ = replace(_money_type(both), scale=scale, percent=all(n.type.percent for n in both))
    return guarded(call(operator, type_, *both, at=at), both, model)


def _shift(operator: str, moment: Node, by: Node, at: int) -> Node:
    if moment.type.kind == "null":
        moment = convert(moment, DATE)
    if moment.type.kind not in ("date", "datetime"):
        why = message("a duration is added to a date or a moment, this is {given}", given=words(moment.type))
        raise Fault(MIXED, moment.at, why)
    if moment.type.kind == "date" and isinstance(by, Constant) and by.value is not None and by.value.seconds:
        raise Fault(MIXED, by.at, message("a date has no hours: add days"))
    return call("SHIFT+" if operator == "+" else "SHIFT-", moment.type, moment, by, at=at)


def _times(operator: str, operands: Sequence[Node], _model: ModelNames, at: int) -> Node:
    both = tuple(_number(o) for o in operands)
    scale = product_scale(*(n.type.scale for n in both)) if operator == "*" else QUOTIENT_SCALE
    currencies = [n.type.currency for n in both if n.type.currency is not None]
    currency = currencies[0] if len(currencies) == 1 and (operator == "*" or both[0].type.currency) else None
    return call(operator, Type(kind="number", scale=scale, currency=currency), *both, at=at)


def _number(node: Node) -> Node:
    if node.type.kind == "number" and not node.type.many:
        return node
    return convert(node, INTEGER)


def _money_type(numbers: Sequence[Node]) -> Type:
    currency = next((n.type.currency for n in numbers if n.type.currency is not None), None)
    return Type(kind="number", currency=currency)


_Rule = Callable[[str, Sequence[Node], ModelNames, int], Node]
_RULES: Mapping[str, _Rule] = {
    "AND": _logic, "OR": _logic, "NOT": _logic,
    "=": _compare, "<>": _compare, "<": _compare, "<=": _compare, ">": _compare, ">=": _compare,
    "BETWEEN": _compare, "IS_DISTINCT": _compare, "IN": _in,
    "LIKE": _match, "CONTAINS": _match, "IS_NULL": _is_null,
    "||": _join, "NEGATE": _negate, "+": _add, "-": _add, "*": _times, "/": _times,
}  # fmt: skip

__all__ = ["ORDERED", "QUOTIENT_SCALE", "product_scale", "typed"]
