"""The searched texts of records: their own, and the titles of the records that they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.matching import among, id_list
from core.records.statements import chunks, load
from core.storage.search.layout import Column, texts_of
from core.storage.search.places import Place
from core.storage.search.words import line
from core.storage.search.writing import replace_rows
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.search.writing import SearchRow
    from core.storage.workspace import Transaction

Record = tuple[int, Mapping[str, Any]]
"""The id of a record and its stored values by uid of the field."""


def search_rows(tx: Transaction, entity: Entity, place: Place, records: Sequence[Record]) -> list[SearchRow]:
    """The search rows of these records."""
    if not records:
        return []
    linked = {
        column: _titles(tx, entity, column, records)
        for column in place.layout.columns
        if column.link is not None
    }
    return [
        (record, tuple(_text(entity, column, values, linked.get(column)) for column in place.layout.columns))
        for record, values in records
    ]


CHUNK = 500


def write_again(tx: Transaction, entity: Entity, ids: Sequence[int]) -> None:
    """The same without those that lead to them."""
    place = tx.searched.get(entity.uid)
    if place is None:
        return
    for start in range(0, len(ids), CHUNK):
        stored = load(tx, entity, ids[start : start + CHUNK])
        replace_rows(tx, place, search_rows(tx, entity, place, list(stored.items())))


def _text(entity: Entity, column: Column, values: Mapping[str, Any], linked: Mapping[int, str] | None) -> str:
    if column.link is not None:
        return (linked or {}).get(values.get(column.link) or 0, "")
    texts = texts_of(entity, column.fields, values)
    if column.literal:
        texts.append(column.literal)
    return line(texts, title=column.title)


def _titles(tx: Transaction, entity: Entity, column: Column, records: Iterable[Record]) -> dict[int, str]:
    """The searched titles of the records that a link of these leads to, as far as the column goes."""
    link = entity.by_uid.get(column.link or "")
    target = tx.model.entity_by_uid.get(link.target or "") if link is not None else None
    if link is None or target is None:
        return {}
    place = tx.tables[target.uid]
    uids = [uid for uid in column.fields if uid in place.columns]
    chosen = sa.select(place.table.c.id, *(place.columns[uid].value for uid in uids))
    chosen = chosen.where(among(tx.dialect, place.table.c.id, "ids"))
    found: dict[int, str] = {}
    for some in chunks(values[link.uid] for _, values in records if values.get(link.uid) is not None):
        for row in tx.connection.execute(chosen, {"ids": id_list(tx.dialect, some)}):
            found[row[0]] = line(texts_of(target, uids, dict(zip(uids, row[1:], strict=True))))
    return found
