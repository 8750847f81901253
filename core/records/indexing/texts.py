"""The searched texts of records: their own, and the titles of the records that they lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.matching import among, id_list
from core.records.statements import chunks, load
from core.storage.search.layout import Column, text_of, texts_of
from core.storage.search.places import Place
from core.storage.search.words import line
from core.storage.search.writing import replace_rows
from metamodel.model import Entity
from metamodel.text import KEY_LENGTH

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
        column: _titles(tx, entity, column, {v[column.link] for _, v in records if v.get(column.link)})
        for column in place.layout.columns
        if column.link is not None
    }
    return [
        (record, tuple(_text(entity, column, values, linked.get(column)) for column in place.layout.columns))
        for record, values in records
    ]


def search_columns(
    tx: Transaction, entity: Entity, place: Place, count: int, values: Mapping[str, Sequence[Any]]
) -> list[list[str]]:
    """The texts of so many new records for each column of their search rows; ``values`` are lists by uid of the field."""
    nothing = [None] * count
    found = []
    for column in place.layout.columns:
        if column.link is not None:
            led = values.get(column.link, nothing)
            titles = _titles(tx, entity, column, {each for each in led if each is not None})
            found.append([titles.get(each, "") for each in led])
            continue
        uids = [uid for uid in column.fields if uid in values and any(v is not None for v in values[uid])]
        lists = [_spelled(entity, uid, values[uid]) for uid in uids]
        if column.literal:
            lists.append([column.literal] * count)
        if not lists:
            found.append([""] * count)
        else:
            title = column.title
            found.append([line(filter(None, texts), title=title) for texts in zip(*lists, strict=True)])
    return found


def _spelled(entity: Entity, uid: str, values: Sequence[Any]) -> Sequence[Any]:
    if uid in entity.plain_texts:
        return values
    of = entity.by_uid.get(uid)
    return [None if value is None or of is None else text_of(of, value) for value in values]


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


_lines: dict[tuple[str, ...], str] = {}
"""Texts of titles as they are searched."""

_LINES_KEPT = 20_000


def _line_of_title(texts: tuple[str, ...]) -> str:
    found = _lines.get(texts)
    if found is None:
        found = line(texts)
        if sum(map(len, texts)) <= KEY_LENGTH:
            if len(_lines) >= _LINES_KEPT:
                _lines.clear()
            _lines[texts] = found
    return found


def _titles(tx: Transaction, entity: Entity, column: Column, ids: set[int]) -> dict[int, str]:
    """The searched titles of these records, to which a link leads, as far as the column goes."""
    link = entity.by_uid.get(column.link or "")
    target = tx.model.entity_by_uid.get(link.target or "") if link is not None else None
    if link is None or target is None:
        return {}
    place = tx.tables[target.uid]
    uids = [uid for uid in column.fields if uid in place.columns]
    chosen = sa.select(place.table.c.id, *(place.columns[uid].value for uid in uids))
    chosen = chosen.where(among(tx.dialect, place.table.c.id, "ids"))
    found: dict[int, str] = {}
    if not ids:
        return found
    for some in chunks(ids):
        for row in tx.connection.execute(chosen, {"ids": id_list(tx.dialect, some)}):
            found[row[0]] = _line_of_title(
                tuple(texts_of(target, uids, dict(zip(uids, row[1:], strict=True))))
            )
    return found
