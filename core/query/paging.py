"""Paging by key: the order of a list, and the condition for what stands behind a row; pure SQL expressions.

Empty values stand last in both directions, so a list by a key that may be empty has two segments: the rows with a
value, then those without, which an index on (key, id) serves in either direction on both databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

Segment = Literal["values", "empty"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Key:
    """One key of an order: its expression, and whether that is a column as it stands (an index may serve it)."""

    expression: sa.ColumnElement[Any]
    descending: bool
    nullable: bool = True
    bare: bool = False

    def parameter(self, index: int) -> sa.BindParameter[Any]:
        """Where the value of the last row seen is put."""
        return sa.bindparam(f"after_{index}", type_=self.expression.type)

    def beyond(self, value: Any) -> sa.ColumnElement[bool]:
        condition: sa.ColumnElement[bool] = (
            self.expression < value if self.descending else self.expression > value
        )
        return condition

    def from_on(self, value: Any) -> sa.ColumnElement[bool]:
        condition: sa.ColumnElement[bool] = (
            self.expression <= value if self.descending else self.expression >= value
        )
        return condition

    def until(self, value: Any) -> sa.ColumnElement[bool]:
        condition: sa.ColumnElement[bool] = (
            self.expression >= value if self.descending else self.expression <= value
        )
        return condition


def segments(keys: Sequence[Key]) -> tuple[Segment, ...]:
    """The segments of a list with these keys, in order."""
    return ("values", "empty") if keys[0].nullable else ("values",)


def segment_condition(keys: Sequence[Key], segment: Segment) -> sa.ColumnElement[bool] | None:
    """What limits a list to one of its segments."""
    if not keys[0].nullable:
        return None
    first = keys[0].expression
    return first.is_not(None) if segment == "values" else first.is_(None)


def order_by(keys: Sequence[Key], segment: Segment) -> list[sa.ColumnElement[Any]]:
    """The ORDER BY of a segment; the first key says nothing of empty values, which are not in it."""
    ordered: list[sa.ColumnElement[Any]] = []
    for index, key in enumerate(keys):
        if index == 0 and segment == "empty":
            continue
        direction = key.expression.desc() if key.descending else key.expression.asc()
        ordered.append(direction.nulls_last() if index and key.nullable else direction)
    return ordered


def behind(keys: Sequence[Key], segment: Segment, empty: Sequence[bool]) -> sa.ColumnElement[bool]:
    """The rows of a segment that stand behind the row whose key values are the parameters ``after_0`` and on.

    ``empty`` says which of those values are null. One bare key before the id: a row value, which seeks in an index;
    else the lexicographic form behind a guard on the first key, which does too.
    """
    if segment == "empty":
        return _lexicographic(keys, empty, 1)
    first, value = keys[0], keys[0].parameter(0)
    if len(keys) == 1:
        return first.beyond(value)
    if len(keys) == 2 and first.bare and keys[1].bare and first.descending == keys[1].descending:
        pair = sa.tuple_(first.expression, keys[1].expression)
        last = sa.tuple_(value, keys[1].parameter(1))
        return pair < last if first.descending else pair > last
    return sa.and_(first.from_on(value), sa.or_(first.beyond(value), _lexicographic(keys, empty, 1)))


def _lexicographic(keys: Sequence[Key], empty: Sequence[bool], index: int) -> sa.ColumnElement[bool]:
    key, value = keys[index], keys[index].parameter(index)
    if index == len(keys) - 1:
        return key.beyond(value)
    rest = _lexicographic(keys, empty, index + 1)
    if empty[index]:
        return sa.and_(key.expression.is_(None), rest)
    further = [key.beyond(value), sa.and_(key.expression == value, rest)]
    if key.nullable:
        further.append(key.expression.is_(None))
    return sa.or_(*further)
