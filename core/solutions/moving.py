"""Values on their way from one column of a field to another, or to its list of links and back: which records,
converted how, written where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from core.solutions.plans import Move
from core.storage.catalog import Catalog
from core.storage.lists import read_lists, write_lists
from core.storage.tables import EntityTable, FieldColumns
from core.storage.types import TEXT
from core.storage.workspace import Transaction
from metamodel.convert import Conversion, convert
from metamodel.model import Field

AT_ONCE = 500
"""Records of one step."""


def converted(old: Field, new: Field, move: Move, value: Any, zone: str) -> Conversion:
    """The value in its new column; a choice that goes away is the one that the map puts in its place."""
    if isinstance(value, tuple) and move.mapped:
        value = tuple(dict.fromkeys(move.mapped.get(each, each) for each in value))
    elif value in move.mapped:
        return Conversion(move.mapped[value])
    return convert(old, new, value, zone=zone)


def with_choices(place: EntityTable, field: Field, uids: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a value of the field is one of these choices, or holds one of them."""
    column = place.columns[field.uid].value
    if field.type.column_type(field).storage != "choices":
        return column.in_(uids)
    text = sa.type_coerce(column, TEXT)
    return sa.or_(*(text.contains(f"|{uid}|", autoescape=True) for uid in uids))


def journal_end(tx: Transaction) -> int:
    """The last row of the journal; exact in an exclusive transaction, where nobody else is writing."""
    journal = tx.tables.own.journal
    return int(tx.connection.execute(sa.select(sa.func.coalesce(sa.func.max(journal.c.seq), 0))).scalar_one())


def written_since(
    tx: Transaction, entity: str, field: str | None, after: int, to: int | None = None
) -> list[int]:
    """The records of an entity that were written after a row of the journal (in a field, or at all)."""
    journal = tx.tables.own.journal
    statement = sa.select(journal.c.record, journal.c.diff).where(
        journal.c.entity == entity, journal.c.seq > after
    )
    if to is not None:
        statement = statement.where(journal.c.seq <= to)
    rows = tx.connection.execute(statement)
    return sorted({record for record, diff in rows if field is None or field in (diff or {})})


def moved_values(tx: Transaction, place: EntityTable, move: Move) -> Iterator[tuple[int, Any]]:
    """The records and values that the move is about: all of them, or those written since the old column was left."""
    if move.since is not None:
        for some in chunks(written_since(tx, place.entity.uid, move.field, move.since)):
            yield from ((id, value) for id, value in read_some(tx, place, move, some) if value is not None)
        return
    pairs = place.lists.get(move.field)
    if pairs is not None:
        for some in chunks(list(tx.connection.execute(_with_list(pairs)).scalars())):
            yield from read_lists(tx.connection, pairs, some).items()
        return
    column = place.columns[move.field].value
    held = sa.select(place.table.c.id, column).where(column.is_not(None))
    yield from ((record, value) for record, value in tx.connection.execute(held))


def _with_list(pairs: sa.Table) -> sa.Select[Any]:
    return sa.select(pairs.c.record).distinct().order_by(pairs.c.record)


def is_there(catalog: Catalog, place: EntityTable, uid: str) -> bool:
    """Whether the column of a field, or the table of its lists, has been made."""
    if uid in place.lists:
        return place.lists[uid].name in catalog.tables
    return place.columns[uid].value.name in catalog.tables.get(place.table.name, {})


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, so many at once."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def write_moved(
    tx: Transaction, old: EntityTable, new: EntityTable, move: Move, rows: Iterable[tuple[int, Any]]
) -> None:
    """Put the converted values of these records into the new column, with the keys of texts, or into their lists."""
    before, after = old.entity.by_uid[move.field], new.entity.by_uid[move.field]
    zone = str(tx.workspace.zone)
    made = {record: converted(before, after, move, value, zone).value for record, value in rows}
    if move.field in new.lists:
        write_lists(tx.connection, new.lists[move.field], made)
        return
    columns = new.columns[move.field]
    values = [{"record": record, **_stored(columns, now)} for record, now in made.items()]
    if values:
        tx.connection.execute(_update(new, columns), values)


def _stored(columns: FieldColumns, value: Any) -> dict[str, Any]:
    found = {"new_value": value}
    if columns.key is not None:
        found["new_key"], found["new_whole"] = columns.keys(value)
    return found


def _update(place: EntityTable, columns: FieldColumns) -> sa.Update:
    values = {columns.value: sa.bindparam("new_value", type_=columns.value.type)}
    if columns.key is not None and columns.whole is not None:
        values[columns.key] = sa.bindparam("new_key", type_=columns.key.type)
        values[columns.whole] = sa.bindparam("new_whole", type_=columns.whole.type)
    return sa.update(place.table).where(place.table.c.id == sa.bindparam("record")).values(values)


def read_some(tx: Transaction, place: EntityTable, move: Move, ids: Sequence[int]) -> list[tuple[int, Any]]:
    """The present values of these records, empty ones too."""
    if move.field in place.lists:
        held = read_lists(tx.connection, place.lists[move.field], ids)
        return [(record, held.get(record)) for record in ids]
    column = place.columns[move.field].value
    rows = tx.connection.execute(sa.select(place.table.c.id, column).where(place.table.c.id.in_(ids)))
    return [(record, value) for record, value in rows]


def last_record(tx: Transaction, place: EntityTable) -> int:
    """The newest record: later ones are found in the journal."""
    return int(
        tx.connection.execute(sa.select(sa.func.coalesce(sa.func.max(place.table.c.id), 0))).scalar_one()
    )


def read_next(
    tx: Transaction, place: EntityTable, move: Move, after: int, last: int
) -> list[tuple[int, Any]]:
    """The next values behind the record ``after``, up to ``last``, in the order of ids."""
    pairs = place.lists.get(move.field)
    if pairs is not None:
        among = _with_list(pairs).where(pairs.c.record > after, pairs.c.record <= last).limit(AT_ONCE)
        return read_some(tx, place, move, list(tx.connection.execute(among).scalars()))
    column = place.columns[move.field].value
    rows = tx.connection.execute(
        sa.select(place.table.c.id, column)
        .where(place.table.c.id > after, place.table.c.id <= last, column.is_not(None))
        .order_by(place.table.c.id)
        .limit(AT_ONCE)
    )
    return [(record, value) for record, value in rows]
