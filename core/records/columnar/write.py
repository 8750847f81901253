"""New records stored column by column: ids first, then rows, lists, journal and search rows, each by one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from core.history.journal import neutral
from core.records.columnar.checks import (
    ask_after,
    check_complete,
    check_links,
    check_narrowing,
    check_unique,
    permit,
)  # fmt: skip
from core.records.columnar.columns import Columns, Sent, gather_columns, judge_together
from core.records.indexing import index_new
from core.records.numbers import advance, series_of
from core.records.shapes import Saved
from core.records.work import Work
from core.storage.loading import Column, load_columns, take_ids, written_already
from core.storage.tables import FieldColumns
from metamodel.fields.number_series import number_text, period_of
from metamodel.model import Entity

_encode = msgspec.json.encode


def write_new(
    work: Work, entity: Entity, sent: Sent, count: int, stamps: Sequence[Mapping[str, Any]]
) -> list[Saved]:
    """Store so many new records; `Astray` when any of them may be refused: then nothing of it may stay."""
    columns = gather_columns(work, entity, sent, count, stamps)
    claims = permit(columns)
    check_links(columns)
    check_unique(columns)
    judge_together(columns)
    columns.settle()
    tx = work.tx
    _number(columns)
    columns.ids = take_ids(tx, tx.tables[entity.uid].table, columns.count)
    _store(columns)
    hand = ask_after(columns, claims)
    check_complete(columns)
    check_narrowing(columns)
    columns.settle()
    if hand:
        tx.connection.execute(tx.tables.own.hand.insert(), hand)
    index_new(tx, entity, columns.ids, columns.values)
    _write_journal(columns)
    return [
        Saved(id=record, version=1, created=True, lacking=tuple(columns.lacking.get(row, ())))
        for row, record in enumerate(columns.ids)
    ]


def _number(columns: Columns) -> None:
    """Take the numbers of all rows, those of one period together."""
    work, entity = columns.work, columns.entity
    zone = work.tx.workspace.zone
    today = work.tx.now.astimezone(zone).date()
    for found in series_of(entity):
        named = entity.by_name.get(str(found.options.get("by") or ""))
        source = [None] * columns.count if named is None else columns.values[named.uid]
        days = [_day(value, zone, today) for value in source]
        periods: dict[str, list[int]] = {}
        for row, day in enumerate(days):
            periods.setdefault(period_of(found, day), []).append(row)
        numbers: list[Any] = [None] * columns.count
        for period, rows in sorted(periods.items()):
            last = advance(work, found.uid, period, len(rows))
            for count, row in enumerate(rows, start=last - len(rows) + 1):
                numbers[row] = number_text(found, days[row], count)
        columns.values[found.uid] = numbers


def _day(value: Any, zone: Any, today: date) -> date:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else today


def _store(columns: Columns) -> None:
    tx, entity = columns.work.tx, columns.entity
    place = tx.tables[entity.uid]
    written: list[Column] = [(place.table.c.id, columns.ids)]
    for uid, values in columns.values.items():
        if uid not in place.lists:
            written += _with_keys(place.columns[uid], values)
    load_columns(tx, place.table, written)
    for uid, pairs in place.lists.items():
        rows = [
            (record, target, at)
            for record, targets in zip(columns.ids, columns.values.get(uid) or (), strict=False)
            for at, target in enumerate(targets or (), start=1)
        ]
        if rows:
            names = (pairs.c.record, pairs.c.target, pairs.c.position)
            load_columns(tx, pairs, list(zip(names, zip(*rows, strict=True), strict=True)))


def _with_keys(columns: FieldColumns, values: Sequence[Any]) -> list[Column]:
    if columns.key is None or columns.whole is None:
        return [(columns.value, values)]
    if not any(value is not None for value in values):
        return [(columns.value, values), (columns.key, values), (columns.whole, values)]
    keys = [columns.keys(value) for value in values]
    return [
        (columns.value, values),
        (columns.key, [key for key, _ in keys]),
        (columns.whole, [whole for _, whole in keys]),
    ]


def _write_journal(columns: Columns) -> None:
    """A row of the journal for each record, its difference written column by column."""
    work, entity, count = columns.work, columns.entity, columns.count
    parts: list[list[str]] = []
    for found in entity.fields:
        values = columns.values.get(found.uid)
        if found.system or values is None or not any(value is not None for value in values):
            continue
        parts.append(_written(f'"{found.uid}":[null,', values))
    diffs = ["{" + ",".join(filter(None, row)) + "}" for row in zip(*parts, strict=True)] or ["{}"] * count
    actor, table = work.actor, work.tx.tables.own.journal
    same = {
        "at": work.tx.now, "by": actor.person, "behalf": actor.behalf, "kind": "created", "entity": entity.uid,
        "version": 1, "action": actor.action, "job": actor.job,
    }  # fmt: skip
    written: list[Column] = [(table.c[name], [value] * count) for name, value in same.items()]
    load_columns(
        work.tx, table, [*written, (table.c.record, columns.ids), written_already(table.c.diff, diffs)]
    )


def _written(head: str, values: Sequence[Any]) -> list[str]:
    """The part of a difference that is of one field, for each record; equal values are written once."""
    first = values[0]
    if first is not None and all(value is first for value in values):
        return [f"{head}{_json(first)}]"] * len(values)
    known: dict[Any, str] = {None: ""}
    found = []
    for value in values:
        text = known.get(value)
        if text is None:
            text = known[value] = f"{head}{_json(value)}]"
        found.append(text)
    return found


def _json(value: Any) -> str:
    kind = value.__class__
    if kind is int:
        return str(value)
    return _encode(value if kind is str else neutral(value)).decode()
