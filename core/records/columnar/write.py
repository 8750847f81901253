"""New records stored column by column: ids first, then rows, lists, journal and search rows, each by one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.records.columnar.checks import (
    ask_after,
    check_complete,
    check_links,
    check_narrowing,
    check_unique,
    permit,
)  # fmt: skip
from core.records.columnar.columns import Columns, Sent, gather_columns, judge_together
from core.records.columnar.made import MadeAhead
from core.records.columnar.numbering import numbers_for
from core.records.indexing import index_new
from core.records.numbers import advance, series_of
from core.records.shapes import Saved
from core.records.work import Work
from core.storage.loading import Column, load_columns, take_ids, written_already
from core.storage.tables import FieldColumns
from metamodel.model import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """New records in the order of the rows, and the fields (uids) that some were taken without."""

    ids: Sequence[int]
    lacking: Mapping[int, tuple[str, ...]]

    def saved(self) -> list[Saved]:
        """Each as the general way tells it."""
        return [
            Saved(id=record, version=1, created=True, lacking=self.lacking.get(record, ()))
            for record in self.ids
        ]


def write_new(
    work: Work, entity: Entity, sent: Sent, count: int, stamps: Sequence[Mapping[str, Any]],
    made: MadeAhead,
) -> Stored:  # fmt: skip
    """Store so many new records; `Astray` when any of them may be refused: then nothing of it may stay.

    ``made`` is what was made ahead of the sent values.
    """
    columns = gather_columns(work, entity, sent, count, stamps, made)
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
        table = tx.tables.own.hand
        written: list[Column] = [(table.c.entity, [entity.uid] * len(hand)), (table.c.record, list(hand))]
        load_columns(tx, table, [*written, (table.c.fields, list(hand.values()))])
    index_new(tx, entity, columns.ids, columns.values, columns.parts_of, columns.texts_of)
    _write_journal(columns)
    lacking = {columns.ids[row]: tuple(uids) for row, uids in columns.lacking.items()}
    return Stored(ids=columns.ids, lacking=lacking)


def _number(columns: Columns) -> None:
    """Take the numbers of all rows, those of one period together."""
    work, entity = columns.work, columns.entity
    for found in series_of(entity):
        named = entity.by_name.get(str(found.options.get("by") or ""))
        source = [None] * columns.count if named is None else columns.values[named.uid]
        numbers: list[Any] = numbers_for(work.tx, found, source, partial(advance, work, found.uid))
        foreseen = columns.made.get(found.uid)
        right = foreseen is not None and foreseen.values == numbers
        columns.values[found.uid] = foreseen.values if foreseen is not None and right else numbers


def _store(columns: Columns) -> None:
    tx, entity = columns.work.tx, columns.entity
    place = tx.tables[entity.uid]
    written: list[Column] = [(place.table.c.id, columns.ids)]
    for uid, values in columns.values.items():
        if uid not in place.lists:
            written += _with_keys(columns, uid, place.columns[uid], values)
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


def _with_keys(columns: Columns, uid: str, stored: FieldColumns, values: Sequence[Any]) -> list[Column]:
    if stored.key is None or stored.whole is None:
        return [(stored.value, values)]
    if _empty(values):
        return [(stored.value, values), (stored.key, values), (stored.whole, values)]
    made = columns.made_of(columns.entity.by_uid[uid])
    return [(stored.value, values), (stored.key, made.keys), (stored.whole, made.wholes)]


def _empty(values: Sequence[Any]) -> bool:
    """Whether nothing stands in a column."""
    return values.count(None) == len(values)


def _write_journal(columns: Columns) -> None:
    """A row of the journal for each record, its difference written column by column."""
    work, entity, count = columns.work, columns.entity, columns.count
    parts = [
        columns.made_of(found).diffs
        for found in entity.fields
        if not found.system and found.uid in columns.values and not _empty(columns.values[found.uid])
    ]
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
