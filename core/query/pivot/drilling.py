"""The expressions that find the records of a row or a column: said with AND they give those of a cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from core.query.pivot.labels import Labels
from core.query.pivot.reading import HIDDEN, Group
from core.query.pivot.resolving import Key, Way
from metamodel.value_steps import DATE_STEPS, following

EVERYTHING = "true"

MOST_NAMED = 500
"""Linked records that are named to say which ones are not meant."""


def drill(keys: Sequence[Key], group: Group, start: int, labels: Labels) -> str:
    """The expression of a row or a column with these keys; keys reached by the same list are about one of its records."""
    parts: list[str] = []
    placed = [(key, value, start + index) for index, (key, value) in enumerate(zip(keys, group, strict=True))]
    for _, several in groupby(sorted(placed, key=_way_of), key=_way_of):
        parts.append(_through(list(several), labels))
    return " AND ".join(parts) or EVERYTHING


def _way_of(placed: tuple[Key, Any, int]) -> tuple[str, ...]:
    key = placed[0]
    ways: tuple[Way, ...] = key.place.ways
    return tuple(way.label for way in ways)


def _through(placed: Sequence[tuple[Key, Any, int]], labels: Labels) -> str:
    """Conditions on the record itself, or on one of those that a list leads to."""
    conditions = [_condition(key, value, place, labels) for key, value, place in placed]
    ways = placed[0][0].place.ways
    made = " AND ".join(conditions)
    for way in reversed(ways):
        made = f"EXISTS({way.label} WHERE {made})"
    if ways and all(value is None for _, value, _ in placed):
        none = ways[0].label
        made = f"(NOT EXISTS({none} WHERE id IS NOT NULL) OR {made})"
    return made


def _condition(key: Key, value: Any, place: int, labels: Labels) -> str:
    name = (
        key.last if not (key.place.ways and key.place.steps == ((key.place.ways[-1].entity, "id"),)) else "id"
    )
    if value is None:
        return f"{name} IS NULL"
    if value == (HIDDEN,):
        return _hidden(name, place, labels)
    match key.kind:
        case "choices":
            return f"{name} CONTAINS {_text(labels.shown((value,), place)[0])}"
        case "choice" | "text":
            return f"{name} = {_text(labels.shown((value,), place)[0])}"
        case "boolean":
            return f"{name} = {'true' if value else 'false'}"
        case "date" | "datetime":
            return _days(name, value, key)
        case "number" if key.by is not None:
            end = following(value, key.by)
            return f"{name} >= {value} AND {name} < {end}"
        case "time":
            return f"{name} = {_text(value.isoformat('seconds'))}"
        case "duration":
            return f"{name} = PT{value.total}S"
        case _:
            return f"{name} = {value}"


def _hidden(name: str, place: int, labels: Labels) -> str:
    seen = sorted(labels.links[place])
    there = f"{name} IS NOT NULL"
    if not seen:
        return there
    if len(seen) > MOST_NAMED:
        return f"{there} AND {name}.id IS NULL"
    return f"{there} AND NOT {name} IN ({', '.join(map(str, seen))})"


def _days(name: str, value: Any, key: Key) -> str:
    first: dt.date = value
    if key.by is None:
        return f"{name} = date '{first}'"
    end = following(first, key.by if key.by in DATE_STEPS else "day")
    return f"{name} >= date '{first}' AND {name} < date '{end}'"


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
