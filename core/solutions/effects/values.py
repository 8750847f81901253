"""Values that change their column, or that their field would no longer take."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.solutions.effects.counter import EXAMPLES, Counted, Counter, shown
from core.solutions.moving import converted, moved_values
from metamodel.diff import Change
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Field


def moves_values(counter: Counter, change: Change) -> Counted:
    """Values that are converted into another column: those that the new one cannot hold are lost."""
    counter.told.add(change.uid)
    move = counter.moves.get(change.uid)
    place = counter.place(change.entity)
    if move is None or place is None:
        return 0, None, change.message, None
    old, new = (
        place.entity.by_uid[change.uid],
        counter.new.entity_by_uid[place.entity.uid].by_uid[change.uid],
    )
    rows = lost = 0
    examples: list[str] = []
    for _, value in moved_values(counter.tx, place, move):
        rows += 1
        if converted(old, new, move, value, str(counter.tx.workspace.zone)).lost:
            lost += 1
            if len(examples) < EXAMPLES:
                examples.append(shown(old, value))
    words = change.message
    if lost and old.listed and not new.listed:
        words = message("{effect}; of several records the first one stays", effect=words)
    return rows, counter.loss(change, lost, examples), words, None


def _unfit(counter: Counter, change: Change) -> int | None:
    """How many values the field would now refuse; they stay until they are written again."""
    place = counter.place(change.entity)
    field = counter.new_field(change.uid)
    if place is None or field is None or change.uid not in place.columns or not field.writable:
        return None
    column, old = place.columns[change.uid].value, place.entity.by_uid[change.uid]
    statement = sa.select(column).where(column.is_not(None), place.table.c.deleted_at.is_(None))
    if old.type.column_type(old).storage == "link":
        return None
    return sum(1 for value in counter.tx.connection.execute(statement).scalars() if not _fits(field, value))


def options_change(counter: Counter, change: Change) -> Counted:
    """Options of a field: values that do not fit them."""
    rows = _unfit(counter, change)
    told = message(
        "{effect}; values that do not fit stay until they are written again", effect=change.message
    )
    return rows, None, told if rows else change.message, None


def _fits(field: Field, value: Any) -> bool:
    try:
        field.type.parse(field, field.type.format(field, value, Context()), Context())
    except ValueRefused:
        return False
    return True
