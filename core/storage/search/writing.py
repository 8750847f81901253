"""Search rows as they are written: with the record, in its transaction; the trigrams of what is indexed go along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.storage.loading import Column, load_columns
from core.storage.prepared import Prepared
from core.storage.search.latin import latin, latins
from core.storage.search.places import Place, trigrams_name

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

CHUNK = 500

SearchRow = tuple[int, Sequence[str]]
"""The id of a record and its texts, in the order of the layout's columns."""


def insert_rows(tx: Transaction, place: Place, rows: Sequence[SearchRow], *, again: bool = False) -> None:
    """The rows of new records, whose ids are above all others; ``again`` passes over those that are there already."""
    if not rows:
        return
    values = [_values(tx, place, row) for row in rows]
    if len(rows) == 1 and not again:
        _one(tx, place, "insert", lambda: place.table.insert().values(_parameters(place.table)), values[0])
    elif again:
        make = postgresql_insert if tx.dialect == "postgresql" else sqlite_insert
        tx.connection.execute(make(place.table).on_conflict_do_nothing(), values)
    else:
        tx.connection.execute(place.table.insert().inline(), values)


def insert_columns(tx: Transaction, place: Place, ids: Sequence[int], texts: Sequence[Sequence[str]]) -> None:
    """The rows of new records, whose ids are above all others: a list of texts for each column of the layout."""
    columns: list[Column] = [(place.table.c.id, ids), *zip(place.texts, texts, strict=True)]
    if tx.dialect == "postgresql":
        columns.append((place.table.c.key, latins(list(map("".join, zip(*texts, strict=True))))))
    load_columns(tx, place.table, columns)


def replace_rows(tx: Transaction, place: Place, rows: Sequence[SearchRow]) -> None:
    """The rows of records that were changed, whether they have one yet or not."""
    if not rows:
        return
    indexed = [row for row in rows if tx.dialect == "sqlite" and row[0] <= place.indexed]
    _unindex(tx, place, [record for record, _ in indexed])
    make: Any = postgresql_insert if tx.dialect == "postgresql" else sqlite_insert

    def statement() -> Any:
        made = make(place.table).values(_parameters(place.table))
        texts = {c.name: made.excluded[c.name] for c in place.table.c if c.name != "id"}
        return made.on_conflict_do_update(index_elements=[place.table.c.id], set_=texts)

    values = [_values(tx, place, row) for row in rows]
    if len(rows) == 1:
        _one(tx, place, "replace", statement, values[0])
    else:
        tx.connection.execute(statement(), values)
    _index(tx, place, indexed)


def forget_rows(tx: Transaction, place: Place, ids: Iterable[int]) -> None:
    """Remove the rows of records that are no more."""
    gone = sorted(set(ids))
    if tx.dialect == "sqlite":
        _unindex(tx, place, [record for record in gone if record <= place.indexed])
    for start in range(0, len(gone), CHUNK):
        tx.connection.execute(place.table.delete().where(place.table.c.id.in_(gone[start : start + CHUNK])))


def _values(tx: Transaction, place: Place, row: SearchRow) -> dict[str, Any]:
    record, texts = row
    values: dict[str, Any] = {"id": record}
    for at, text in enumerate(texts):
        values[f"t{at}"] = text
    if tx.dialect == "postgresql":
        values["key"] = latin("".join(texts))
    return values


def _parameters(table: sa.Table) -> dict[str, Any]:
    return {c.name: sa.bindparam(c.name, type_=c.type) for c in table.c}


def _one(
    tx: Transaction, place: Place, name: str, make: Callable[[], Any], values: Mapping[str, Any]
) -> None:
    kept: dict[Any, Any] = tx.model.derived.setdefault("search writes", {})
    key = (tx.dialect, tx.tables.schema, place.table.name, len(place.layout.columns), name)
    if key not in kept:
        kept[key] = Prepared(make(), tx.workspace.database)
    kept[key].run(tx.connection, values)


# --- SQLite's index of trigrams, whose text stands in the table of the rows


def _index(tx: Transaction, place: Place, rows: Sequence[SearchRow]) -> None:
    if rows:
        names, marks = _columns(place)
        tx.connection.connection.executemany(
            f'INSERT INTO "{trigrams_name(place.table.name)}"(rowid, {names}) VALUES (?, {marks})',  # noqa: S608
            [(record, *texts) for record, texts in rows],
        )


def _unindex(tx: Transaction, place: Place, ids: Sequence[int]) -> None:
    """Take the trigrams of these rows out, which takes the texts that they were made of."""
    if not ids:
        return
    names, marks = _columns(place)
    name = trigrams_name(place.table.name)
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        rows = tx.connection.execute(sa.select(place.table).where(place.table.c.id.in_(some))).all()
        tx.connection.connection.executemany(
            f'INSERT INTO "{name}"("{name}", rowid, {names}) VALUES (\'delete\', ?, {marks})',  # noqa: S608
            [tuple(row) for row in rows],
        )


def _columns(place: Place) -> tuple[str, str]:
    return ", ".join(c.name for c in place.texts), ", ".join("?" for _ in place.texts)
