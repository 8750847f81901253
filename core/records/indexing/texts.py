"""The searched texts of records: their own, and the titles of the records that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.matching import among, id_list
from core.records.statements import AT_ONCE, chunks, load, one
from core.storage.search.layout import Column, joined_all, texts_of
from core.storage.search.places import Place
from core.storage.search.words import Part, line
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


PartsOf = Callable[[str], Sequence[Part | None]]
"""The parts of the texts of a field (uid), one for each record."""

TextsOf = Callable[[tuple[Column, tuple[str, ...]]], list[str] | None]
"""The texts of a column that hold something of these fields (uids), if they were made ahead."""


def search_columns(
    tx: Transaction,
    entity: Entity,
    place: Place,
    count: int,
    values: Mapping[str, Sequence[Any]],
    parts: PartsOf,
    texts: TextsOf,
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
        own = (uid for uid in column.fields if uid in values and uid in entity.by_uid)
        uids = tuple(uid for uid in own if values[uid].count(None) < count)
        if uids:
            found.append(texts((column, uids)) or joined_all(column, [parts(uid) for uid in uids]))
        else:
            found.append([line([column.literal], title=column.title)] * count)
    return found


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


def keep_lines(made: Mapping[tuple[str, ...], str]) -> None:
    """Keep searched texts of titles that another process made."""
    if len(_lines) + len(made) > _LINES_KEPT:
        _lines.clear()
    _lines.update(made)


def lines_of_titles(tx: Transaction, entity: Entity, link: str, ids: set[int]) -> dict[tuple[str, ...], str]:
    """The searched texts of the titles of records that a link leads to, by the texts of the titles."""
    place = tx.searched.get(entity.uid)
    made: dict[tuple[str, ...], str] = {}
    for column in place.layout.columns if place is not None else ():
        if column.link == link:
            _titles(tx, entity, column, ids, made)
    return made


def _line_of_title(texts: tuple[str, ...]) -> str:
    found = _lines.get(texts)
    if found is None:
        found = line(texts)
        if sum(map(len, texts)) <= KEY_LENGTH:
            if len(_lines) >= _LINES_KEPT:
                _lines.clear()
            _lines[texts] = found
    return found


def _titles(
    tx: Transaction, entity: Entity, column: Column, ids: set[int],
    made: dict[tuple[str, ...], str] | None = None,
) -> dict[int, str]:  # fmt: skip
    """The searched titles of these records, to which a link leads, as far as the column goes; ``made`` gets them, too, by
    the texts of the titles."""
    link = entity.by_uid.get(column.link or "")
    target = tx.model.entity_by_uid.get(link.target or "") if link is not None else None
    if link is None or target is None:
        return {}
    place = tx.tables[target.uid]
    uids = tuple(uid for uid in column.fields if uid in place.columns)

    def make() -> sa.Select[Any]:
        chosen = sa.select(place.table.c.id, *(place.columns[uid].value for uid in uids))
        return chosen.where(among(tx.dialect, place.table.c.id, "ids"))

    found: dict[int, str] = {}
    plain = all(uid in target.plain_texts for uid in uids)
    for some in chunks(ids, AT_ONCE):
        for record, *values in one(
            tx, ("titles", target.uid, uids), make, {"ids": id_list(tx.dialect, some)}
        ):
            texts = (
                filter(None, values)
                if plain
                else texts_of(target, uids, dict(zip(uids, values, strict=True)))
            )
            title = tuple(texts)
            found[record] = _line_of_title(title)
            if made is not None:
                made[title] = found[record]
    return found
