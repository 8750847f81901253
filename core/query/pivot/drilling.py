"""The expressions that find the records of a row or a column: said with AND they give those of a cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
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
    placed = [
        _Placed(key=key, value=value, place=start + index, ways=key.place.ways)
        for index, (key, value) in enumerate(zip(keys, group, strict=True))
    ]
    return _all_of(placed, labels) or EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A key with its value, its place among all keys, and the lists that still lead to it."""

    key: Key
    value: Any
    place: int
    ways: tuple[Way, ...]


def _all_of(placed: Sequence[_Placed], labels: Labels) -> str:
    """Conditions on a record itself, and on one of those that each list of it leads to."""
    parts = [_condition(each, labels) for each in placed if not each.ways]
    by_way: dict[str, list[_Placed]] = {}
    for each in placed:
        if each.ways:
            by_way.setdefault(each.ways[0].label, []).append(replace(each, ways=each.ways[1:]))
    for label, several in by_way.items():
        found = f"EXISTS({label} WHERE {_all_of(several, labels)})"
        if all(each.value is None for each in several):
            found = f"(NOT EXISTS({label} WHERE id IS NOT NULL) OR {found})"
        parts.append(found)
    return " AND ".join(parts)


def _condition(placed: _Placed, labels: Labels) -> str:
    key, value, place = placed.key, placed.value, placed.place
    ways = key.place.ways
    itself = bool(ways) and key.place.steps == ((ways[-1].entity, "id"),)
    name = "id" if itself else key.last
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
        case "number":
            return _numbers(name, value, key.by)
        case "time":
            return f"{name} = {_text(value.isoformat('seconds'))}"
        case "link_any":
            return f"{name} = {_text(labels.referred(value, place))}"
        case "duration":
            return f"{name} = PT{value.total}S"
        case _:
            return f"{name} = {value}"


def _numbers(name: str, value: Any, by: str | None) -> str:
    if by is None:
        return f"{name} = {Decimal(value):f}"
    return f"{name} >= {Decimal(value):f} AND {name} < {Decimal(following(value, by)):f}"


def _hidden(name: str, place: int, labels: Labels) -> str:
    seen = labels.links[place]
    there = f"{name} IS NOT NULL"
    if not seen:
        return there
    if labels.keys[place].kind == "link_any":
        if len(seen) > MOST_NAMED:
            return " AND ".join(
                (there, *(f"{name} AS {each}.id IS NULL" for each in sorted(labels.led[place].values())))
            )
        named = ", ".join(_text(labels.referred(link, place)) for link in sorted(seen, key=str))
        return f"{there} AND NOT {name} IN ({named})"
    if len(seen) > MOST_NAMED:
        return f"{there} AND {name}.id IS NULL"
    return f"{there} AND NOT {name} IN ({', '.join(map(str, sorted(seen)))})"


def _days(name: str, value: Any, key: Key) -> str:
    first: dt.date = value
    if key.by is None:
        return f"{name} = date '{first}'"
    end = following(first, key.by if key.by in DATE_STEPS else "day")
    return f"{name} >= date '{first}' AND {name} < date '{end}'"


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
