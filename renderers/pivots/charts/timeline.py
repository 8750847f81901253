"""Categories that are steps of time: one after the other, those in which nothing happened among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.query.pivot.pivot import Values
from core.query.pivot.resolving import Key
from metamodel.value_steps import following
from renderers.pivots.counted import Counted

MOST_STEPS = 400
"""A year of days, and some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A category before it is drawn; without ``values`` nothing happened in it."""

    key: Any
    name: str
    values: Values | None
    drills: tuple[str, ...]


def timeline(
    made: Counted, axis: Key, groups: Sequence[Group], *, by_time: bool
) -> tuple[list[Group], int] | None:
    """The groups with all steps between the first and the last; how many have records where these are too many to be drawn.

    A table that runs backwards has a chart that does. One that is ordered by its figures ranks: None, unless its chart is
    to be of time all the same.
    """
    known = {group.key: group for group in groups if isinstance(group.key, dt.date)}
    others = [group for group in groups if group.key not in known]
    days = list(known)
    backwards = len(days) > 1 and days == sorted(days, reverse=True)
    if not (by_time or backwards or days == sorted(days)):
        return None
    filled = _filled(made, axis, known) if days else []
    full = 0
    if len(filled) > MOST_STEPS:
        filled = [known[day] for day in sorted(known)][-MOST_STEPS:]
        full = len(filled)
    return [*(reversed(filled) if backwards else filled), *others], full


def _filled(made: Counted, axis: Key, known: dict[dt.date, Group]) -> list[Group]:
    """All steps, at most one more than can be drawn."""
    name = made.names[1 if made.asked.columns else 0][0]
    filled: list[Group] = []
    day, last = min(known), max(known)
    while day <= last and len(filled) <= MOST_STEPS:
        filled.append(known.get(day) or Group(key=day, name=name(day), values=None, drills=()))
        day = following(day, str(axis.by))
    return filled
