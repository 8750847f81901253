"""What will be stored: sent values over what is there, defaults, positions; and the faults that need no database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.records.asking import ask_once, fitted, parameters
from core.records.follow import follows
from core.records.moves import keep_since
from core.records.shapes import Row
from core.records.statements import prepared
from core.records.values import pointer_to, refuse_empty
from core.records.work import Work
from metamodel.expression.tree import Call, Constant, Expression, Me
from metamodel.messages import message
from metamodel.model import Entity, Field, Model

UNKNOWN = object()


def fill(work: Work) -> None:
    """Complete ``values`` of every row that is created or updated, and refuse what can be refused at once."""
    for row in work.rows():
        if row.action == "create":
            _fill_new(work, row)
        elif row.action in ("update", "keep"):
            row.values |= row.sent
            if row.in_list:
                row.values["position"] = row.position
        if row.action in ("create", "update"):
            keep_since(work, row)
            _judge(work, row)


def required_now(work: Work) -> None:
    """Name the required fields that were not sent at all, so that they stand in the same answer as other faults."""
    if work.incomplete:
        return
    refused = {problem.pointer for problem in (*work.told, *work.problems)}
    for rows in work.by_entity("create", "update").values():
        entity = rows[0].entity
        required = [f for f in entity.fields if f.required and f.writable and f.uid != entity.parent]
        for row in rows:
            for field in required:
                if _is_missing(row, field) and pointer_to(row, field.name) not in refused:
                    refuse_empty(work, row, field)


def _is_missing(row: Row, field: Field) -> bool:
    """Whether a required field was sent empty, or not sent for a record that has nothing of its own for it yet."""
    new = row.action == "create" and field.default is None and field.copy is None
    if field.type.name == "children":
        rows = row.lists.get(field.uid)
        return new if rows is None else not rows
    return row.sent.get(field.uid) is None and (field.uid in row.sent or new)


def _fill_new(work: Work, row: Row) -> None:
    entity, now = row.entity, work.tx.now
    values: dict[str, Any] = {
        "created_at": now, "created_by": work.actor.person, "updated_at": now, "updated_by": work.actor.person,
        "version": 1, "deleted_at": None, **row.stamps,
    }  # fmt: skip
    for uid, field in defaulted(work.model, entity).items():
        if uid in row.sent:
            values[uid] = row.sent[uid]
        else:
            values[uid] = None if field is None else default_of(work, field)
    if entity.stages is not None and values.get(entity.stages.field) is None:
        values[entity.stages.field] = entity.stages.first.uid
    if entity.parent is not None:
        if not row.in_list and values.get(entity.parent) is None:
            refuse_empty(work, row, entity.by_uid[entity.parent])
        if row.parent is not None and row.in_list:
            values["position"] = row.position
        elif isinstance(row.sent.get(entity.parent), int):
            values["position"] = _next_position(work, row)
        else:
            values["position"] = 1
    row.values = values


def defaulted(model: Model, entity: Entity) -> Mapping[str, Field | None]:
    """The stored fields of an entity by uid, with the field where it has a default that follows nothing."""
    kept: dict[str, dict[str, Field | None]] = model.derived.setdefault("defaulted", {})
    if entity.uid not in kept:
        kept[entity.uid] = {
            f.uid: f if f.default is not None and not follows(f) else None
            for f in entity.fields
            if f.valued and not f.system
        }
    return kept[entity.uid]


def default_of(work: Work, field: Field) -> Any:
    """The default's value, the same for every row of the write."""
    if field.uid not in work.defaults:
        assert field.default is not None
        value = _simple(work, field.default)
        if value is UNKNOWN:
            value = ask_once(work, ("default", field.uid), field.default)
        work.defaults[field.uid] = fitted(field, value)
    return work.defaults[field.uid]


def _simple(work: Work, expression: Expression) -> Any:
    """Constants, `me`, `today()` and `now()` without a statement."""
    node = expression.root
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Me):
        return work.actor.user
    if isinstance(node, Call) and not node.arguments and node.function in ("TODAY", "NOW"):
        return parameters(work)[node.function.lower()]
    return UNKNOWN


def _judge(work: Work, row: Row) -> None:
    entity = row.entity
    if work.returning:
        return
    for uid, value in row.sent.items():
        field = entity.by_uid[uid]
        if row.action == "update" and value == row.before.get(uid):
            continue
        if field.read_only and not _swept(work, row):
            work.refuse(
                pointer_to(row, field.name), "KBK3004", message("“{field}” is read-only", field=field.label)
            )
        elif uid == entity.parent and row.action == "update":
            work.refuse(
                pointer_to(row, field.name), "KBK3004", message("a row stays with the record it belongs to")
            )
        elif (
            entity.stages is not None
            and uid == entity.stages.field
            and value is None
            and row.action == "update"
        ):
            refuse_empty(work, row, field)
        elif field.choices and value is not None:
            several = isinstance(value, tuple)
            before = (row.before.get(uid) or ()) if several else ()
            for one in value if several else (value,):
                choice = field.choice(one)
                if one in before or choice is not None and not choice.archived:
                    continue
                why = (
                    message("“{choice}” is archived: choose another", choice=choice.label)
                    if choice is not None
                    else message("“{field}”: this choice is no more", field=field.label)
                )
                work.refuse(pointer_to(row, field.name), "KBK3003", why)


def _swept(work: Work, row: Row) -> bool:
    return any(row is each for each in work.swept)


def _next_position(work: Work, row: Row) -> int:
    """The position behind the last row beside this one, those of the same write included."""
    assert row.entity.parent is not None
    link, parent = row.entity.parent, row.sent[row.entity.parent]

    def make() -> sa.Select[Any]:
        place = work.tx.tables[row.entity.uid]
        return sa.select(sa.func.max(place.table.c.position)).where(
            place.columns[link].value == sa.bindparam("parent"), place.table.c.deleted_at.is_(None)
        )

    key = row.entity.uid, parent
    if key not in work.positions:
        statement = prepared(work.tx, ("last position", row.entity.uid), make)
        work.positions[key] = work.tx.connection.execute(statement, {"parent": parent}).scalar_one() or 0
    work.positions[key] += 1
    return work.positions[key]
