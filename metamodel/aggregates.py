"""What may be grouped, added up and counted: the aggregates of reports and pivots, and which values each of them takes."""

from __future__ import annotations

from typing import Literal, get_args

from metamodel.expression.types import Type

Aggregate = Literal[
    "count", "count_distinct", "sum", "avg", "min", "max", "median", "first", "last",
    "share_of_row", "share_of_column", "share_of_total",
]  # fmt: skip

AGGREGATES: tuple[str, ...] = get_args(Aggregate)

SHARES = ("share_of_row", "share_of_column", "share_of_total")

MAX_AXES = 6
"""Fields in rows, and as many in columns."""

MAX_MEASURES = 12

KEYS = (
    "text", "number", "boolean", "date", "datetime", "time", "duration", "choice", "choices", "link", "link_any",
)  # fmt: skip
"""Kinds of values that records are gathered by."""

AMOUNTS = ("number", "duration")
ENDS = ("number", "date", "datetime", "time", "duration")
SINGLE = ("text", "number", "boolean", "date", "datetime", "time", "duration", "choice", "link", "link_any")


def groups_by(type: Type) -> bool:
    """Whether records can be gathered by values of a type."""
    return type.kind in KEYS and (not type.many or type.kind == "choices")


def fits(aggregate: str, type: Type) -> bool:
    """Whether values of a type have that aggregate."""
    if type.many:
        return False
    match aggregate:
        case "sum" | "avg" | "median" | "share_of_row" | "share_of_column" | "share_of_total":
            return type.kind in AMOUNTS
        case "min" | "max":
            return type.kind in ENDS
        case _:
            return type.kind in SINGLE
