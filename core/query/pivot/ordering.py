"""The order of rows and columns: of their keys, or by a figure of theirs, each level of groups by its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from core.query.pivot.reading import Group
from core.query.query import Link, LinkAny
from metamodel.expression.durations import Span
from metamodel.reports import ReportSort
from metamodel.text import fold

T = TypeVar("T")

Figure = Callable[[Group, int], Any]
"""The figure of a group that is the value at that place."""


def by_figures(groups: Sequence[Group], sort: ReportSort, figure: Figure, depth: int = 1) -> list[Group]:
    """Groups that stand in the order of their keys, sorted by figures, at each level by that of all that have their first keys
    in common. Equal ones stay in the order of their keys, those without a figure are last."""
    if not groups or depth > len(groups[0]):
        return list(groups)
    runs = [(key, list(run)) for key, run in groupby(groups, key=lambda group: group[:depth])]
    return [
        group
        for run in _sorted([(compared(figure(key, sort.value)), run) for key, run in runs], sort)
        for group in by_figures(run, sort, figure, depth + 1)
    ]


def by_last_figures(groups: Sequence[Group], sort: ReportSort, figure: Figure) -> list[Group]:
    """The same of the last level alone: those that have all keys but the last in common."""
    return [
        group
        for _, run in groupby(groups, key=lambda group: group[:-1])
        for group in _sorted([(compared(figure(each, sort.value)), each) for each in run], sort)
    ]


def _sorted(told: list[tuple[Any, T]], sort: ReportSort) -> list[T]:
    some = [each for each in told if each[0] is not None]
    ordered = sorted(some, key=lambda each: each[0], reverse=sort.descending)
    return [found for _, found in (*ordered, *(each for each in told if each[0] is None))]


def compared(value: Any) -> Any:
    """What a figure is sorted by; None of nothing, and of amounts in several currencies, which have no common measure."""
    match value:
        case list():
            return compared(value[0]["value"]) if len(value) == 1 else None
        case Link() | LinkAny():
            return None if value.hidden else fold(value.title)
        case Span():
            return value.total
        case str():
            return fold(value)
        case bool() | int() | Decimal() | dt.date() | dt.time():
            return value
        case _:
            return None
