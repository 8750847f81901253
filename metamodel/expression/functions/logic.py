"""Functions that choose: IF CASE COALESCE."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.expression.convert import as_boolean, call, together
from metamodel.expression.functions.base import MANY, Function
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Node


def _branches(name: str, arguments: Sequence[Node], model: ModelNames, at: int) -> Node:
    """IF and CASE: conditions and values by turns, at last what it is otherwise (null when left out)."""
    otherwise = len(arguments) % 2 == 1
    pairs = arguments[:-1] if otherwise else arguments
    values = [*pairs[1::2], *(arguments[-1:] if otherwise else ())]
    fitting = list(together(values, model, comparing=False))
    made: list[Node] = []
    for condition in pairs[::2]:
        made += [as_boolean(condition), fitting.pop(0)]
    return call(name, made[1].type, *made, *fitting, at=at)


def _coalesce(name: str, arguments: Sequence[Node], model: ModelNames, at: int) -> Node:
    fitting = together(arguments, model, comparing=False)
    return call(name, fitting[0].type, *fitting, at=at)


FUNCTIONS = (
    Function(name="IF", least=2, most=3, usage="IF(condition, value, otherwise)", check=_branches),
    Function(
        name="CASE",
        least=2,
        most=MANY,
        usage="CASE(condition, value, condition, value, otherwise)",
        check=_branches,
    ),
    Function(name="COALESCE", least=1, most=MANY, usage="COALESCE(value, value)", check=_coalesce),
)
