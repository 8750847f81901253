"""The calls that write records; each is a whole write in the transaction it is given."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa

from core.access.actor import Actor, system_actor
from core.errors import KubikError
from core.records.asking import visible_ids
from core.records.columnar import (
    MISSING,
    Astray,
    MadeAhead,
    Sent,
    Stored,
    fits,
    fits_columns,
    sent_of,
    write_new,
)
from core.records.engine import run
from core.records.links import records_with
from core.records.marks import drop_external, external_ids, set_external
from core.records.shapes import BATCH_LIMIT, Action, Batch, BatchSaved, Ready, Row, Saved, Values
from core.records.statements import load
from core.records.values import escaped, no_field, parse_row
from core.records.work import Work, start
from core.storage.workspace import Transaction
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.text import fold

JSON = Context()

Items = Sequence[tuple[int | None, Values]] | Mapping[int, tuple[int | None, Values]]
"""Rows of a file by their numbers."""


def create(tx: Transaction, actor: Actor, entity: str, values: Values, *, context: Context = JSON) -> Saved:
    """Create one record."""
    work = start(tx, actor, context)
    top = _add(work, Row(entity=find_entity(work, entity, "create"), action="create"), values)
    run(work)
    return _saved(top)


def update(
    tx: Transaction, actor: Actor, entity: str, id: int, values: Values, *,
    if_version: int | None = None, context: Context = JSON,
) -> Saved:  # fmt: skip
    """Change one record; ``if_version`` is the version it must still have."""
    work = start(tx, actor, context)
    top = _add(
        work, Row(entity=find_entity(work, entity), action="update", id=id, if_version=if_version), values
    )
    run(work)
    return _saved(top)


def delete(tx: Transaction, actor: Actor, entity: str, id: int, *, if_version: int | None = None) -> None:
    """Put one record into the bin, its child rows with it."""
    work = start(tx, actor, JSON)
    work.tops.append(Row(entity=find_entity(work, entity), action="delete", id=id, if_version=if_version))
    run(work)


def restore(tx: Transaction, actor: Actor, entity: str, id: int) -> Saved:
    """Bring a record back from the bin, and what went there with it."""
    work = start(tx, actor, JSON)
    top = Row(entity=find_entity(work, entity), action="restore", id=id)
    work.tops.append(top)
    run(work)
    return _saved(top)


def upsert(
    tx: Transaction, actor: Actor, entity: str, field: str, value: Any, values: Values, *,
    if_version: int | None = None, context: Context = JSON,
) -> Saved:  # fmt: skip
    """Change the record whose unique ``field`` has the value, or create it; `ext` is another system's identifier."""
    work = start(tx, actor, context)
    found = find_entity(work, entity)
    if field == "ext":
        return _upsert_external(work, found, str(value), values, if_version)
    key = key_field(work, found, field)
    parsed = _parsed(work, key, value)
    record = _by_key(work, found, key, [parsed]).get(_comparable(parsed))
    top = Row(entity=found, action="update" if record else "create", id=record or 0, if_version=if_version)
    named = record is not None or key.name in values
    _add(work, top, values if named else {key.name: Ready(parsed), **values})
    if record is None and key.uid in top.sent and _comparable(top.sent[key.uid]) != _comparable(parsed):
        work.refuse(f"/{escaped(key.name)}", "KBK3003", message(
            "“{field}”: a new record has the value of the address", field=key.label))  # fmt: skip
    run(work)
    return _saved(top, created=record is None)


def batch(tx: Transaction, actor: Actor, entity: str, items: Batch, *, context: Context = JSON) -> BatchSaved:
    """Many writes of one entity, all or nothing; faults point at ``/create/3/name``."""
    work = start(tx, actor, context)
    found = find_entity(work, entity)
    count = len(items.create) + len(items.update) + len(items.upsert) + len(items.delete)
    if count > BATCH_LIMIT:
        raise KubikError("KBK2005", message("at most {count} records in one batch", count=BATCH_LIMIT))
    created = [_item(work, found, "create", n, "create", each) for n, each in enumerate(items.create)]
    updated = [_item(work, found, "update", n, "update", each) for n, each in enumerate(items.update)]
    upserted = _upserts(work, found, items)
    deleted = [_item(work, found, "delete", n, "delete", {"id": each}) for n, each in enumerate(items.delete)]
    _no_doubles(work)
    run(work)
    return BatchSaved(
        create=tuple(map(_saved, created)), update=tuple(map(_saved, updated)), upsert=tuple(map(_saved, upserted)),
        delete=tuple(map(_saved, deleted)),
    )  # fmt: skip


def write_rows(
    tx: Transaction,
    actor: Actor,
    entity: str,
    items: Sequence[tuple[int | None, Values]],
    *,
    context: Context,
    brought: bool = False,
    incomplete: bool = False,
    stamps: Sequence[Mapping[str, Any]] = (),
) -> list[Saved]:
    """Rows of a file: with a record's id it is changed, without one created; faults point at ``/3/name``.

    ``brought`` are those that come with a solution. ``incomplete`` takes rows without what is required and notes it in
    what was saved. ``stamps`` say of each row who made and changed it and when: the caller has asked for that right.
    """
    work = start(tx, actor, context)
    work.brought, work.incomplete = brought, incomplete
    found = find_entity(work, entity)
    if fits(work, found, items):
        saved = _columnar(work, found, sent_of(found, items), len(items), lambda _: items, stamps)
        if saved is not None:
            return saved.saved()
    return _row_by_row(work, found, range(len(items)), items, stamps)


def write_columns(
    tx: Transaction, actor: Actor, entity: str, sent: Mapping[str, list[Any]], count: int, *, context: Context,
    incomplete: bool = False, made: MadeAhead | None = None,
) -> Stored | None:  # fmt: skip
    """So many new rows as columns: values by name of the field, parsed (stages as they are written), `MISSING` where
    there is none. ``made`` is what was made of them ahead. None when they have to be written as
    rows; otherwise as `write_rows`."""
    work = start(tx, actor, context)
    work.incomplete = incomplete
    found = find_entity(work, entity)
    if not fits_columns(work, found, sent, count):
        return None
    stage = found.by_uid[found.stages.field].name if found.stages is not None else None

    def items(rows: Sequence[int]) -> Mapping[int, tuple[int | None, Values]]:
        return {
            row: (None, {
                name: value if name == stage and isinstance(value, str) else Ready(value)
                for name, values in sent.items() if (value := values[row]) is not MISSING
            })
            for row in rows
        }  # fmt: skip

    by_uid = {found.by_name[name].uid: values for name, values in sent.items()}
    return _columnar(work, found, by_uid, count, items, (), made)


def _row_by_row(
    work: Work, entity: Entity, numbers: Sequence[int], items: Items,
    stamps: Sequence[Mapping[str, Any]],
) -> list[Saved]:  # fmt: skip
    """Write those of the rows by the general way."""
    rows = []
    for number in numbers:
        record, values = items[number]
        action: Action = "update" if record else "create"
        row = Row(entity=entity, action=action, id=record or 0, pointer=f"/{number}")
        if stamps:
            row.stamps = stamps[number]
        rows.append(_add(work, row, values))
    run(work)
    return [_saved(row) for row in rows]


def _columnar(
    work: Work, entity: Entity, sent: Sent, count: int,
    items: Callable[[Sequence[int]], Items], stamps: Sequence[Mapping[str, Any]],
    made: MadeAhead | None = None,
) -> Stored | None:  # fmt: skip
    """Write new rows column by column; None when they have to go the general way.

    Where some rows may be at fault, these alone are tried the general way, which says what is wrong.
    """
    whole = work.tx.connection.begin_nested()
    try:
        saved = write_new(work, entity, sent, count, stamps, made or MadeAhead())
    except Astray as astray:
        whole.rollback()
        if astray.rows is None or len(astray.rows) * 2 > count:
            return None
        suspects = work.tx.connection.begin_nested()
        try:
            again = start(work.tx, work.actor, work.context)
            again.incomplete = work.incomplete
            _row_by_row(again, entity, astray.rows, items(astray.rows), stamps)
        finally:
            suspects.rollback()
        return None
    except (sa.exc.DBAPIError, sqlite3.Error, psycopg.Error):
        whole.rollback()
        return None  # the general way knows the words for it
    whole.commit()
    return saved


def records_by_key(
    tx: Transaction, actor: Actor, entity: Entity, key: Field, values: list[Any], *, context: Context
) -> dict[Any, int]:
    """The records the actor sees under these values of a unique field, or of `id`; texts are folded."""
    work = start(tx, actor, context)
    if key.name == "id":
        return {record: record for record in visible_ids(work, entity, values)}
    return _by_key(work, entity, key, values)


def sync_roles(tx: Transaction) -> None:
    """Make the records of `role` follow the model's roles: new ones are created, renamed ones changed, others go."""
    entity = tx.model.entities["role"]
    place = tx.tables[entity.uid]
    definition = place.columns[entity.by_name["definition"].uid].value
    rows = tx.connection.execute(
        sa.select(definition, place.table.c.id).where(place.table.c.deleted_at.is_(None)))  # fmt: skip
    stored = {row[0]: row[1] for row in rows}
    wanted = {role.uid: {"name": role.name, "label": role.label.in_language("ru") or role.name} for role in
              tx.model.roles.values()}  # fmt: skip
    actor = system_actor()
    batch(tx, actor, "role", Batch(delete=[record for uid, record in stored.items() if uid not in wanted]))
    batch(tx, actor, "role", Batch(
        update=[{"id": stored[uid], **values} for uid, values in wanted.items() if uid in stored],
        create=[{"definition": uid, **values} for uid, values in wanted.items() if uid not in stored],
    ))  # fmt: skip


def key_field(work: Work, entity: Entity, name: str) -> Field:
    """The unique field of that name, which the actor may know."""
    field = entity.by_name.get(name)
    if field is None or not work.may_know(entity, field):
        raise KubikError("KBK2003", no_field(work, entity, name))
    if not field.unique:
        raise KubikError("KBK2003", message("“{field}” is not unique", field=field.label))
    return field


def find_entity(work: Work, name: str, action: str | None = None) -> Entity:
    """The entity of that name; one of which the actor may know nothing does not exist."""
    found = work.model.entities.get(name)
    if found is None or not any(
        work.grants.may(found.uid, each) for each in ("read", "create", "update", "delete")
    ):
        raise KubikError("KBK2006", message("there is no entity “{name}”", name=name[:100]))
    if action and not work.grants.may(found.uid, action):
        raise KubikError("KBK4002", message("{entity}: you may not create records", entity=found.label))
    return found


def _add(work: Work, top: Row, values: Values, *, passed_over: frozenset[str] = frozenset()) -> Row:
    work.tops.append(top)
    return parse_row(work, top, values, passed_over=passed_over)


def _saved(row: Row, created: bool | None = None) -> Saved:
    new = row.action == "create" if created is None else created
    return Saved(id=row.id, version=row.version, created=new, changed=row.touched, lacking=row.lacking)


def _item(work: Work, entity: Entity, kind: str, number: int, action: Any, raw: Any) -> Row:
    """One item of a batch; what is no object is refused, and still has its place in the answer."""
    row = Row(entity=entity, action=action, pointer=f"/{kind}/{number}")
    if not isinstance(raw, Mapping):
        work.refuse(row.pointer, "KBK3002", message("an object with the record's fields is expected"))
        return row
    if action != "create":
        row.id = _number(work, raw.get("id"), row.pointer if action == "delete" else f"{row.pointer}/id")
        if raw.get("version") is not None:
            row.if_version = _number(work, raw["version"], f"{row.pointer}/version")
    passed_over = frozenset() if action == "create" else frozenset(("id", "version"))
    return _add(work, row, raw, passed_over=passed_over)


def _number(work: Work, raw: Any, pointer: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**63:
        work.refuse(pointer, "KBK3002", message("a number above zero is expected"))
        return 0
    return raw


def _upserts(work: Work, entity: Entity, items: Batch) -> list[Row]:
    if not items.upsert:
        return []
    if items.key is None:
        raise KubikError("KBK2000", message("“upsert” needs “key”: the unique field that finds the records"))
    key = key_field(work, entity, items.key)
    parsed: list[Any] = []
    for number, each in enumerate(items.upsert):
        pointer = f"/upsert/{number}/{escaped(key.name)}"
        value = None
        try:
            value = key.type.parse(key, _named(each, key.name), work.context)
        except ValueRefused as refusal:
            work.refuse(pointer, refusal.code, refusal.message)
        else:
            if value is None:
                work.refuse(pointer, "KBK3001", message("“{field}” must be filled in", field=key.label))
        parsed.append(value)
    stored = _by_key(work, entity, key, [value for value in parsed if value is not None])
    rows = []
    for number, (each, value) in enumerate(zip(items.upsert, parsed, strict=True)):
        record = stored.get(_comparable(value)) if value is not None else None
        raw: Any = {**each, "id": record} if record else each
        rows.append(_item(work, entity, "upsert", number, "update" if record else "create", raw))
    return rows


def _named(item: Any, name: str) -> Any:
    """The value of that name in an item that may not be an object at all."""
    return item.get(name) if isinstance(item, Mapping) else None


def _no_doubles(work: Work) -> None:
    seen: set[int] = set()
    for row in work.tops:
        if row.id and row.id in seen:
            work.refuse(
                row.pointer, "KBK3002", message("the record {id} stands in the batch twice", id=row.id)
            )
        seen.add(row.id)


def _upsert_external(work: Work, entity: Entity, value: str, values: Values, if_version: int | None) -> Saved:
    record = external_ids(work.tx, entity.uid, [value]).get(value)
    if record is not None and load(work.tx, entity, [record])[record]["deleted_at"] is not None:
        drop_external(work.tx, entity.uid, value)
        record = None
    if record is not None and record not in visible_ids(work, entity, [record]):
        raise KubikError("KBK3007", message("the identifier {value} is taken", value=value))
    top = Row(entity=entity, action="update" if record else "create", id=record or 0, if_version=if_version)
    _add(work, top, values)
    run(work)
    if record is None:
        set_external(work.tx, entity.uid, top.id, value)
    return _saved(top, created=record is None)


def _by_key(work: Work, entity: Entity, key: Field, values: list[Any]) -> dict[Any, int]:
    """The records the actor sees under these values of a unique field; one out of sight answers as a taken value."""
    return {value: records[0] for value, records in records_with(work, entity, key, values).items()}


def _comparable(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _parsed(work: Work, key: Field, raw: Any) -> Any:
    try:
        value = key.type.parse(
            key, raw, Context(medium="csv", language="en") if isinstance(raw, str) else work.context
        )
    except ValueRefused as refusal:
        raise KubikError("KBK2006", message("there is no such record")) from refusal
    if value is None:
        raise KubikError("KBK2006", message("there is no such record"))
    return value
