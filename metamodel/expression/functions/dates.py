"""Functions of dates and moments: TODAY NOW YEAR QUARTER MONTH DAY WEEKDAY START_OF DATE_DIFF.

A moment's date is its date in the workspace's zone; weeks are those of ISO 8601, which begin on Monday.
"""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.errors import unknown
from metamodel.expression.convert import as_day, call, convert, together
from metamodel.expression.faults import MIXED, UNKNOWN, Fault
from metamodel.expression.functions.base import Function, constant_of
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Constant, Node
from metamodel.expression.types import DATE, DATETIME, INTEGER
from metamodel.messages import message

DAY_UNITS = ("year", "quarter", "month", "week", "day")
TIME_UNITS = ("hour", "minute", "second")


def _today(name: str, _arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(name, DATE, at=at)


def _now(name: str, _arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(name, DATETIME, at=at)


def _part(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(name, INTEGER, as_day(arguments[0]), at=at)


def _start_of(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    (value,), unit = _unit(arguments, DAY_UNITS)
    return call(name, DATE, as_day(value), unit, at=at)


def _date_diff(name: str, arguments: Sequence[Node], model: ModelNames, at: int) -> Node:
    both, unit = _unit(arguments, (*DAY_UNITS, *TIME_UNITS))
    both = together(both, model, comparing=True)
    if unit.value in DAY_UNITS:
        return call(name, INTEGER, *(as_day(b) for b in both), unit, at=at)
    for value in both:
        if value.type.kind == "date":
            raise Fault(
                MIXED, value.at, message("a date has no hours: {unit} is for moments", unit=unit.value)
            )
    return call(name, INTEGER, *(convert(b, DATETIME) for b in both), unit, at=at)


def _unit(arguments: Sequence[Node], units: Sequence[str]) -> tuple[Sequence[Node], Constant]:
    """The unit may be said first or last; the rest of the arguments as they stand."""
    first = arguments[0]
    said_first = isinstance(first, Constant) and first.type.kind == "text"
    node, rest = (first, arguments[1:]) if said_first else (arguments[-1], arguments[:-1])
    unit = constant_of(node, "text", message("the unit is a constant text, as 'month'"))
    if unit.value not in units:
        raise Fault(UNKNOWN, unit.at, unknown("there is no unit “{name}”", str(unit.value), units))
    return rest, unit


FUNCTIONS = (
    Function(name="TODAY", least=0, most=0, usage="today()", check=_today),
    Function(name="NOW", least=0, most=0, usage="now()", check=_now),
    *(
        Function(name=name, least=1, most=1, usage=f"{name}(date)", check=_part)
        for name in ("YEAR", "QUARTER", "MONTH", "DAY", "WEEKDAY")
    ),
    Function(name="START_OF", least=2, most=2, usage="START_OF(date, 'month')", check=_start_of),
    Function(name="DATE_DIFF", least=3, most=3, usage="DATE_DIFF(from, to, 'day')", check=_date_diff),
)
