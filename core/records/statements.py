"""The statements that read and write rows of entities, each built once a model and kept with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from core.storage.lists import read_lists, write_lists
from core.storage.prepared import Prepared
from core.storage.tables import encode_values
from core.storage.types import BIG
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

T = TypeVar("T")

KEPT = 2000
"""Statements kept for a model, the oldest go first: updates of any fields together can be very many."""

CHUNK = 500
"""Ids in one IN list: far below both databases' limits of parameters."""


def prepared(tx: Transaction, key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """What ``make`` gives, made once for this model, schema and kind of database."""
    kept: dict[Any, Any] = tx.model.derived.setdefault("records", {})
    whole = (tx.dialect, tx.tables.schema, *key)
    found = kept.get(whole)
    if found is None:
        found = kept[whole] = make()
        while len(kept) > KEPT:
            kept.pop(next(iter(list(kept))), None)
    made: T = found
    return made


def one(
    tx: Transaction, key: tuple[Any, ...], make: Callable[[], sa.Executable], parameters: Mapping[str, Any]
) -> list[Any]:
    """The rows of a statement without lists in its parameters, sent by the driver as it was prepared."""
    statement = prepared(tx, ("one", *key), lambda: Prepared(make(), tx.workspace.database))
    return statement.rows(tx.connection, parameters)


def one_run(
    tx: Transaction, key: tuple[Any, ...], make: Callable[[], sa.Executable], parameters: Mapping[str, Any]
) -> None:
    """The same for a statement that gives no rows."""
    prepared(tx, ("one", *key), lambda: Prepared(make(), tx.workspace.database)).run(
        tx.connection, parameters
    )


def given(table: sa.Table, names: Iterable[str]) -> dict[Any, Any]:
    """Columns set to parameters of their own names and types."""
    return {table.c[name]: sa.bindparam(name, type_=table.c[name].type) for name in names}


AT_ONCE = 5000
"""Ids in a list that is one parameter."""


def chunks(ids: Iterable[int], size: int = CHUNK) -> Iterable[list[int]]:
    """The ids in order, without doubles, in lists that one statement takes."""
    ordered = sorted(set(ids))
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def load(tx: Transaction, entity: Entity, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The stored values of these records, those in the bin too: id to {field uid: value}."""

    def make() -> tuple[sa.Select[Any], list[str]]:
        place = tx.tables[entity.uid]
        statement = sa.select(*(c.value for c in place.columns.values()))
        return statement.where(place.table.c.id.in_(sa.bindparam("ids", expanding=True))), list(place.columns)

    statement, uids = prepared(tx, ("load", entity.uid), make)
    found: dict[int, dict[str, Any]] = {}
    for some in chunks(ids):
        for row in tx.connection.execute(statement, {"ids": some}):
            values = dict(zip(uids, row, strict=True))
            found[values["id"]] = values
    for uid, table in tx.tables[entity.uid].lists.items():
        held = read_lists(tx.connection, table, found)
        for record, values in found.items():
            values[uid] = held.get(record)
    return found


def insert(tx: Transaction, entity: Entity, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows of {field uid: value}, all with the same uids; their new ids in the same order."""
    ids = _insert(tx, entity, rows)
    _write_lists(tx, entity, list(zip(ids, rows, strict=True)), new=True)
    return ids


def _write_lists(
    tx: Transaction, entity: Entity, rows: Sequence[tuple[int, Mapping[str, Any]]], *, new: bool = False
) -> None:
    for uid, table in tx.tables[entity.uid].lists.items():
        lists = {record: values[uid] for record, values in rows if uid in values}
        write_lists(tx.connection, table, lists, new=new)


def _insert(tx: Transaction, entity: Entity, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    def make() -> sa.Insert:
        return tx.tables[entity.uid].table.insert()

    encoded = [encode_values(tx.tables, entity, row) for row in rows]
    if len(encoded) == 1:
        table = tx.tables[entity.uid].table
        names = tuple(encoded[0])
        ((record,),) = one(tx, ("insert", entity.uid, names),
                           lambda: make().values(given(table, names)).returning(table.c.id), encoded[0])  # fmt: skip
        return [int(record)]
    if tx.dialect == "sqlite":
        # AUTOINCREMENT under the only writer's lock gives consecutive ids in the order of the rows.
        tx.connection.execute(prepared(tx, ("insert many", entity.uid), lambda: make().inline()), encoded)
        last = int(tx.connection.execute(sa.select(sa.func.last_insert_rowid())).scalar_one())
        return list(range(last - len(encoded) + 1, last + 1))
    id_column = tx.tables[entity.uid].table.c.id
    returning = prepared(tx, ("insert many", entity.uid),
                         lambda: make().returning(id_column, sort_by_parameter_order=True))  # fmt: skip
    return [int(row[0]) for row in tx.connection.execute(returning, encoded)]


def update(tx: Transaction, entity: Entity, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Set {field uid: value} of the records with these ids; records with the same uids go in one statement."""
    _write_lists(tx, entity, rows)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for record, values in rows:
        encoded = encode_values(tx.tables, entity, values)
        if encoded:
            groups.setdefault(tuple(encoded), []).append({"record_id": record, **encoded})
    for names, parameters in groups.items():

        def make(names: tuple[str, ...] = names) -> sa.Update:
            table = tx.tables[entity.uid].table
            return (
                table.update()
                .where(table.c.id == sa.bindparam("record_id", type_=BIG))
                .values(given(table, names))
            )

        if len(parameters) == 1:
            one_run(tx, ("update", entity.uid, names), make, parameters[0])
        else:
            tx.connection.execute(prepared(tx, ("update", entity.uid, names), make), parameters)
