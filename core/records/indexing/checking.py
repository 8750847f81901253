"""Whether the search index is what the records say; for `kubik check`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core.records.indexing.asking import has_failed
from core.records.indexing.texts import search_rows
from core.records.statements import load
from core.storage.search.layout import layout_of
from core.storage.search.places import Place
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message, message
from metamodel.model import Entity

BATCH = 500

SAMPLE = 20_000
"""Records of an entity whose words are compared, the newest ones, unless the check is to be whole."""


def check_search(workspace: Workspace, *, whole: bool = False) -> Iterator[Message]:
    """Entities whose index is missing or of another configuration, records that it does not know or knows wrongly."""
    with workspace.read() as tx:
        coming = not has_failed(tx)
        for entity in tx.model.entities.values():
            layout, place = layout_of(tx.model, entity), tx.searched.get(entity.uid)
            if not layout.columns or (coming and place is not None and not place.ready):
                continue  # the next worker makes it, until then records are read through: nothing is wrong
            if place is None or not place.ready:
                yield message(
                    "{entity}: the search index is not made yet: let `kubik serve` or `kubik worker` run, or run "
                    "`kubik search rebuild`",
                    entity=entity.name,
                )
            elif place.layout.key != layout.key:
                yield message(
                    "{entity}: the search index holds another configuration: run `kubik search rebuild`",
                    entity=entity.name,
                )
            else:
                yield from _records(tx, entity, place, whole)


def _records(tx: Transaction, entity: Entity, place: Place, whole: bool) -> Iterator[Message]:
    missing, wrong = [], []
    for ids in _chunks(tx, entity, whole):
        stored = load(tx, entity, ids)
        rows = tx.connection.execute(sa.select(place.table).where(place.table.c.id.in_(ids)))
        known = {row.id: tuple(getattr(row, c.name) or "" for c in place.texts) for row in rows}
        for record, texts in search_rows(tx, entity, place, sorted(stored.items())):
            if record not in known:
                missing.append(record)
            elif known[record] != tuple(texts):
                wrong.append(record)
    if missing:
        yield message(
            "{entity}: records that the search does not know: {count} (the first: {first}); run `kubik search rebuild`",
            entity=entity.name, count=len(missing), first=missing[0],
        )  # fmt: skip
    if wrong:
        yield message(
            "{entity}: records that the search knows by other words than theirs: {count} (the first: {first}); run "
            "`kubik search rebuild`",
            entity=entity.name, count=len(wrong), first=wrong[0],
        )  # fmt: skip


def _chunks(tx: Transaction, entity: Entity, whole: bool) -> Iterator[list[int]]:
    records = tx.tables[entity.uid].table
    before, left = None, SAMPLE
    while whole or left > 0:
        asked: sa.Select[Any] = sa.select(records.c.id).order_by(records.c.id.desc()).limit(BATCH)
        found = list(
            tx.connection.execute(asked if before is None else asked.where(records.c.id < before)).scalars()
        )
        if not found:
            return
        yield found
        before, left = found[-1], left - len(found)
