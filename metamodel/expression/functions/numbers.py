"""Functions of numbers, and the greatest and least of several: ROUND ABS GREATEST LEAST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamodel.expression.convert import call, convert, together, words
from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.functions.base import MANY, Function, constant_of
from metamodel.expression.money import guarded
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Node
from metamodel.expression.types import INTEGER, MAX_SCALE
from metamodel.messages import message


def _number(node: Node) -> Node:
    return node if node.type.kind == "number" else convert(node, INTEGER)


def _round(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    value = _number(arguments[0])
    digits = 0
    if len(arguments) == 2:
        why = message("the digits of ROUND are a number from 0 to 9")
        asked = constant_of(arguments[1], "number", why)
        if asked.type.scale or not 0 <= asked.value <= MAX_SCALE:
            raise Fault(MIXED, asked.at, why)
        digits = asked.value
    return call(name, replace(value.type, scale=min(digits, value.type.scale)), value, *arguments[1:], at=at)


def _abs(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    value = _number(arguments[0])
    return call(name, value.type, value, at=at)


def _extreme(name: str, arguments: Sequence[Node], model: ModelNames, at: int) -> Node:
    fitting = together(arguments, model, comparing=False)
    if fitting[0].type.kind not in ("number", "date", "datetime", "time", "duration", "null"):
        why = message(
            "{function} is of numbers or dates, this is {given}", function=name, given=words(fitting[0].type)
        )
        raise Fault(MIXED, fitting[0].at, why)
    return guarded(call(name, fitting[0].type, *fitting, at=at), arguments, model)


FUNCTIONS = (
    Function(name="ROUND", least=1, most=2, usage="ROUND(number, digits)", check=_round),
    Function(name="ABS", least=1, most=1, usage="ABS(number)", check=_abs),
    Function(name="GREATEST", least=2, most=MANY, usage="GREATEST(value, value)", check=_extreme),
    Function(name="LEAST", least=2, most=MANY, usage="LEAST(value, value)", check=_extreme),
)
