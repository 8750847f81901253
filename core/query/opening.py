"""One file opened: the records that hold it are found by their indexes first, then those few are asked for rights.

The same answer as `core.query.held` gives, which asks every field that can hold files in one statement: at a hundred
entities PostgreSQL needs a tenth of a second to plan that, and a page of small pictures opens fifty files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.execute import run
from core.query.held import FILE, holders
from core.query.query import Query
from core.query.read import read, record
from core.storage.prepared import Prepared
from core.storage.types import BIG
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field

FIELDS = ("name", "size", "type", "hash")

TOGETHER = 100
"""Fields that one statement looks into; SQLite joins at most 500."""

MOST = 200
"""Records that hold a file and are asked one by one; of more of them `held` is asked."""


def open_file(tx: Transaction, actor: Actor, id: int) -> dict[str, Any]:
    """Name, size, type and hash of a file that the actor may open now; KBK2006 for any other, and for none."""
    grants = grants_of(tx.model, actor)
    if grants.everything:
        return record(tx, actor, FILE, id, FIELDS)[0]
    entity = tx.model.entities.get(FILE)
    if entity is None:
        raise KubikError("KBK2006")
    place = tx.tables[entity.uid]
    named = {name: place.columns[entity.by_name[name].uid].value for name in (*FIELDS, "attached_at")}
    select = sa.select(place.table.c.created_by, *named.values())
    found = tx.connection.execute(
        select.where(place.table.c.id == id, place.table.c.deleted_at.is_(None))
    ).one_or_none()
    if found is None:
        raise KubikError("KBK2006")
    sender, values = found[0], dict(zip(named, found[1:], strict=True))
    if values.pop("attached_at") is None:
        if actor.person is None or sender != actor.person:
            raise KubikError("KBK2006")
    elif not _is_held(tx, actor, grants, id):
        raise KubikError("KBK2006")
    return {**values, "id": id}


def _is_held(tx: Transaction, actor: Actor, grants: Grants, file: int) -> bool:
    """Whether the actor reads a cell that holds the file."""
    known = [(e, f) for e, f in holders(tx.model) if f.uid in grants.readable(e.uid)]
    for start in range(0, len(known), TOGETHER):
        some = known[start : start + TOGETHER]
        columns = run(_prepared(tx, grants, start, some), tx.connection, {"file": file})
        if columns and len(columns[0]) > MOST:
            return bool(_seen_at_once(tx, actor, file))
        by_field: dict[int, list[int]] = {}
        for at, holder in zip(*columns, strict=True) if columns else ():
            by_field.setdefault(int(at), []).append(holder)
        for at, records in by_field.items():
            entity, field = some[at]
            question = Query(entity=entity.name, fields=(field.name,), ids=tuple(records), limit=len(records))
            if any(item.get(field.name) for item in read(tx, actor, question, life="any").items):
                return True
    return False


def _seen_at_once(tx: Transaction, actor: Actor, file: int) -> bool:
    return bool(read(tx, actor, Query(entity=FILE, fields=(), ids=(file,), limit=1)).items)


def _prepared(tx: Transaction, grants: Grants, start: int, known: list[tuple[Entity, Field]]) -> Prepared:
    """The statement that finds the records: the number of the field in ``known``, and the id."""
    database = tx.workspace.database
    kept: dict[tuple[object, ...], Prepared] = tx.model.derived.setdefault("holders", {})
    key = (grants.key, start, database.dialect, database.schema)
    if key not in kept:
        found = sa.union_all(*_each(tx, known)).subquery()
        kept[key] = Prepared(sa.select(*found.c).limit(sa.literal_column(str(MOST + 1))), database)
    return kept[key]


def _each(tx: Transaction, known: list[tuple[Entity, Field]]) -> Iterator[sa.Select[Any]]:
    file = sa.bindparam("file", type_=BIG)
    for at, (entity, field) in enumerate(known):
        number: sa.Label[Any] = sa.literal_column(str(at)).label("field")
        if field.stored:
            table = tx.tables[entity.uid].table.alias()
            column = table.c[field.column]
            yield sa.select(number, table.c.id.label("record")).where(column == file)
        else:
            pairs = tx.tables[entity.uid].lists[field.uid].alias()
            yield sa.select(number, pairs.c.record.label("record")).where(pairs.c.target == file)
