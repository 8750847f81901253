"""Rules that are new: values that must be there, that must differ, that an expression checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.solutions.effects.counter import EXAMPLES, Counted, Counter, shown
from core.storage.expressions import AllRows, compile_value
from core.storage.tables import EntityTable
from metamodel.diff import Change
from metamodel.expression import uses
from metamodel.messages import Message, message
from metamodel.model import Constraint


def now_required(counter: Counter, change: Change) -> Counted:
    """A field that is required now: the records without it."""
    return lacking(_empty(counter, change), change.message)


def _empty(counter: Counter, change: Change) -> int | None:
    place = counter.place(change.entity)
    if place is None or change.uid not in place.columns:
        return None
    table, column = place.table, place.columns[change.uid].value
    return counter.count(sa.select(table.c.id).where(table.c.deleted_at.is_(None), column.is_(None)))


def now_unique(counter: Counter, entity: str | None, fields: Sequence[str], words: Message) -> Counted:
    """How many records have values equal to others' in these fields: any forbids a unique rule."""
    place = counter.place(entity)
    if place is None or any(uid not in place.columns for uid in fields):
        return None, None, words, None
    columns = [c.key if (c := place.columns[uid]).key is not None else c.value for uid in fields]
    same = (
        sa.select(sa.func.count().label("n"))
        .where(place.table.c.deleted_at.is_(None), *(c.is_not(None) for c in columns))
        .group_by(*columns)
        .having(sa.func.count() > 1)
    ).subquery()
    rows = int(
        counter.tx.connection.execute(sa.select(sa.func.coalesce(sa.func.sum(same.c.n), 0))).scalar_one()
    )
    if not rows:
        return rows, None, words, None
    why = message(
        "{entity}: {count} records have equal values of {fields} ({examples})",
        entity=place.entity.name,
        count=rows,
        fields=", ".join(place.entity.by_uid[uid].name for uid in fields),
        examples="; ".join(_repeated(counter, place, fields, columns)),
    )
    return rows, None, words, why


def _repeated(
    counter: Counter, place: EntityTable, fields: Sequence[str], columns: Sequence[sa.ColumnElement[Any]]
) -> list[str]:
    """Some of the values that repeat, as one of their records has them."""
    first = sa.func.min(place.table.c.id)
    groups = (
        sa.select(first)
        .where(place.table.c.deleted_at.is_(None), *(c.is_not(None) for c in columns))
        .group_by(*columns)
        .having(sa.func.count() > 1)
        .order_by(first)
        .limit(EXAMPLES)
    )
    ids = list(counter.tx.connection.execute(groups).scalars())
    statement = sa.select(*(place.columns[uid].value for uid in fields)).where(place.table.c.id.in_(ids))
    entity = place.entity
    return [
        ", ".join(shown(entity.by_uid[uid], value) for uid, value in zip(fields, row, strict=True))
        for row in counter.tx.connection.execute(statement.order_by(place.table.c.id))
    ]


def constraint(counter: Counter, change: Change) -> Counted:
    """A rule that is new or another: records that do not keep it."""
    words = change.message
    rule: Constraint = change.after
    if rule.unique:
        return now_unique(counter, change.entity, rule.unique, words)
    if rule.check is None or not _askable(counter, rule):
        return None, None, words, None
    entity = counter.new.entity_by_uid[change.entity or ""]
    rows = AllRows(tables=counter.tables, dialect=counter.tx.dialect, zone=counter.tx.workspace.zone)
    row = rows.open(entity.uid)
    kept = compile_value(rule.check.root, rows.environment(row)).value
    statement = sa.select(row.alias.c.id).where(sa.not_(kept))
    if row.condition is not None:
        statement = statement.where(row.condition)
    local = counter.tx.now.astimezone(counter.tx.workspace.zone)
    values = {"me": None, "today": local.date(), "now": counter.tx.now}
    counted = sa.select(sa.func.count()).select_from(statement.subquery())
    return _breaking(int(counter.tx.connection.execute(counted, values).scalar_one()), words)


def _askable(counter: Counter, rule: Constraint) -> bool:
    """Whether all that the rule names is there already, in the columns it will be in."""
    assert rule.check is not None
    for entity, uid in uses(rule.check):
        before, after = counter.old.entity_by_uid.get(entity), counter.new.entity_by_uid[entity].by_uid[uid]
        was = before.by_uid.get(uid) if before else None
        if was is None or was.column != after.column or after.computed is not None:
            return False
    return True


def lacking(rows: int | None, words: Message) -> Counted:
    """Of a field that must be there: the records without it stay."""
    told = message("{effect}; records without it stay and ask for it when they are saved", effect=words)
    return rows, None, told if rows else words, None


def _breaking(rows: int, words: Message) -> Counted:
    told = message(
        "{effect}; records that do not keep it stay and are refused when they are saved", effect=words
    )
    return rows, None, told if rows else words, None
