"""Uniqueness among live records: asked before the write, so that every fault has its place; the index is the belt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.records.shapes import Row
from core.records.statements import prepared
from core.records.values import escaped
from core.records.work import Work
from core.storage.indexes import indexes_of
from metamodel.errors import Problem
from metamodel.labels import Label
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from metamodel.text import KEY_LENGTH, fold

MANY = 200


def unique_sets(model: Model, entity: Entity) -> tuple[tuple[Field, ...], ...]:
    """The fields, alone or together, whose values no two live records share."""
    kept: dict[str, tuple[tuple[Field, ...], ...]] = model.derived.setdefault("unique sets", {})
    if entity.uid not in kept:
        alone = [(f,) for f in entity.fields if f.unique and f.stored]
        together = [tuple(entity.by_uid[uid] for uid in c.unique) for c in entity.constraints if c.unique]
        kept[entity.uid] = (*alone, *together)
    return kept[entity.uid]


def check_unique(work: Work) -> None:
    """Refuse values that another live record, or another row of the same write, has."""
    for rows in work.by_entity("create", "update", "restore").values():
        entity = rows[0].entity
        for fields in unique_sets(work.model, entity):
            _check_set(work, rows, fields)


def _check_set(work: Work, rows: list[Row], fields: tuple[Field, ...]) -> None:
    wanted: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        values = tuple(compared(f, row.values.get(f.uid)) for f in fields)
        moved = row.action != "update" or any(row.before.get(f.uid) != row.values.get(f.uid) for f in fields)
        if moved and None not in values:
            wanted.setdefault(values, []).append(row)
    if not wanted:
        return
    leaving = {row.id for row in work.rows() if row.action == "delete"}
    moving = {row.id for row in rows if row.action == "update"
              and any(row.before.get(f.uid) != row.values.get(f.uid) for f in fields)}  # fmt: skip
    taken = taken_by(work, rows[0].entity, fields, list(wanted))
    for values, claimants in wanted.items():
        others = {record for record in taken.get(values, ()) if record not in leaving | moving}
        for place, row in enumerate(claimants):
            if place or others - {row.id}:
                _refuse(work, row, fields)


def taken_by(
    work: Work, entity: Entity, fields: tuple[Field, ...], wanted: list[tuple[Any, ...]]
) -> dict[tuple[Any, ...], list[int]]:
    place = work.tx.tables[entity.uid]
    columns = [place.columns[f.uid].key if place.columns[f.uid].key is not None else place.columns[f.uid].value
               for f in fields]  # fmt: skip

    def make() -> sa.Select[Any]:
        what: Any = columns[0] if len(columns) == 1 else sa.tuple_(*columns)
        return sa.select(place.table.c.id, *columns).where(
            what.in_(sa.bindparam("values", expanding=True)), place.table.c.deleted_at.is_(None)
        )

    statement = prepared(work.tx, ("taken", *(f.uid for f in fields)), make)
    found: dict[tuple[Any, ...], list[int]] = {}
    for start in range(0, len(wanted), MANY):
        some = wanted[start : start + MANY]
        values = [v[0] for v in some] if len(fields) == 1 else some
        for record, *has in work.tx.connection.execute(statement, {"values": values}):
            found.setdefault(tuple(has), []).append(record)
    return found


def compared(field: Field, value: Any) -> Any:
    """A value as its unique index compares it."""
    if isinstance(value, str) and field.type.column_type(field).storage == "text":
        return fold(value)[:KEY_LENGTH]
    return value


def _refuse(work: Work, row: Row, fields: tuple[Field, ...]) -> None:
    code = "KBK3012" if row.action == "restore" else "KBK3007"
    place, why = _told(work, row, fields)
    work.refuse(place, code, why)


def _told(work: Work, row: Row, fields: Sequence[Field]) -> tuple[str, Message]:
    """The place and the words: the fields, never whose values they are, nor fields the actor may not know."""
    known = [field for field in fields if work.may_know(row.entity, field)]
    if not known:
        return row.pointer, message("{entity}: a value is taken", entity=row.entity.label)
    at = next((field for field in known if field.uid in row.sent), known[0])
    return f"{row.pointer}/{escaped(at.name)}", words(known, together=len(fields) > 1)


def words(fields: Sequence[Field], *, together: bool) -> Message:
    """What a caller is told of fields that they know."""
    if not together:
        return message("“{field}”: this value is taken", field=fields[0].label)
    known: Message | Label = fields[0].label
    for field in fields[1:]:
        known = message("{first}, {second}", first=known, second=field.label)
    return message("these values are taken together: {fields}", fields=known)


def broken_unique(work: Work, error: Exception) -> KubikError | None:
    """What the caller is told when another transaction took the value first; None when it is something else."""
    orig = getattr(error, "orig", None) or error
    name = getattr(getattr(orig, "diag", None), "constraint_name", None)
    text = str(orig)
    if name is None and "UNIQUE" not in text:
        return None
    for uid in work.by_entity("create", "update", "restore"):
        entity = work.model.entity_by_uid[uid]
        for index in indexes_of(work.tx.tables, uid):
            columns = ", ".join(f"{index.table}.{column}" for column in index.columns)
            if index.unique and (index.name == name or text.endswith(f"UNIQUE constraint failed: {columns}")):
                fields = tuple(entity.by_uid[u] for u in index.fields)
                row = work.by_entity("create", "update", "restore")[uid][0]
                place, why = _told(work, row, fields)
                return KubikError("KBK3007", why, [Problem(pointer=place, code="KBK3007", message=why)])
    return None
