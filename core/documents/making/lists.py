"""Filters of lists that Jinja has otherwise: sums are exact, what is empty adds nothing and stands last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, NamedTuple

from jinja2 import Environment, Undefined, pass_environment
from jinja2.filters import ignore_case, make_attrgetter, make_multi_attrgetter

from core.documents.making.arithmetic import calculated
from core.documents.making.faults import TemplateFault
from core.documents.making.nothing import EMPTY, Empty
from core.documents.making.values import Record
from metamodel.errors import unknown


class Group(NamedTuple):
    """One group: what its items have in common, and they."""

    grouper: Any
    list: list[Any]


def total(values: Iterable[Any], attribute: str | None = None, start: Any = 0) -> Any:
    """Of a list of numbers, or of one of their fields; what is empty adds nothing."""
    sum_: Any = start
    for each in values:
        found = each
        for step in attribute.split(".") if attribute else ():
            found = _step(found, step)
        if not isinstance(found, Empty) and found != "":
            sum_ = calculated("+", lambda a, b: a + b, sum_, found)
    return sum_


def _step(value: Any, name: str) -> Any:
    if isinstance(value, Record):
        found = value.values_of_record.get(name)
        if found is None:
            raise TemplateFault(unknown("there is no field “{name}” here", name, value.values_of_record))
        return found
    return value.get(name, EMPTY) if isinstance(value, dict) else EMPTY


def _placed(case_sensitive: bool, *, reverse: bool = False) -> Callable[[Any], Any]:
    """By what values are put in order: those that are empty stand last, in either direction, and together."""

    def key(value: Any) -> Any:
        if isinstance(value, Undefined):
            return (not reverse, 0)
        return (reverse, value if case_sensitive else ignore_case(value))

    return key


@pass_environment
def in_order(
    environment: Environment,
    value: Iterable[Any],
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: str | int | None = None,
) -> list[Any]:
    key = make_multi_attrgetter(
        environment, attribute, postprocess=_placed(case_sensitive, reverse=bool(reverse))
    )
    return sorted(value, key=key, reverse=bool(reverse))


@pass_environment
def grouped(
    environment: Environment,
    value: Iterable[Any],
    attribute: str | int,
    default: Any = None,
    case_sensitive: bool = False,
) -> list[Group]:
    named = make_attrgetter(environment, attribute, default=default)
    key = _placed(case_sensitive)
    runs = groupby(sorted(value, key=lambda each: key(named(each))), lambda each: key(named(each)))
    groups = (list(items) for _, items in runs)
    return [Group(named(items[0]), items) for items in groups]
