"""The history of a record: rows of the journal, with the fields the reader may read and the titles of today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.cursor import read_cursor, write_cursor
from core.query.history_links import with_titles
from core.query.names import readable_entity
from core.query.plan import page_limit
from core.query.query import A_SECRET, NO_SECRET
from core.query.read import record
from core.query.relations import choices_of
from core.storage.workspace import Transaction
from metamodel.expression.durations import read_span
from metamodel.fields.link_any import read_any
from metamodel.json_text import JsonValue
from metamodel.model import Entity, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Changes of a record, the newest first: ``seq, at, by, kind, version, action`` and ``changes``, which maps the names of
    fields to ``from`` and ``to``, values as a page has them."""

    items: list[dict[str, Any]]
    next: str | None


def history(
    tx: Transaction, actor: Actor, entity: str, id: int, cursor: str | None = None, limit: int = 50
) -> HistoryPage:
    """What happened to a record that the actor may see, in the bin or not; KBK2006 when they may not."""
    limit = page_limit(limit)
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    bound = ("history", found.uid, id, actor.user)
    before = read_cursor(tx.workspace.secret_key, bound, cursor, 1)[0] if cursor else None
    items = changes_before(tx, actor, found, id, before, limit + 1)
    more, items = len(items) > limit, items[:limit]
    after = write_cursor(tx.workspace.secret_key, bound, (items[-1]["seq"],)) if more else None
    return HistoryPage(items=items, next=after)


def changes_before(
    tx: Transaction, actor: Actor, entity: Entity, id: int, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """The newest changes of a record below a place in the journal; KBK2006 when the actor does not see the record."""
    readable = _readable(tx, actor, entity, id)
    journal = tx.tables.own.journal
    select = sa.select(journal).where(journal.c.entity == entity.uid, journal.c.record == id)
    if before is not None:
        select = select.where(journal.c.seq < before)
    rows = tx.connection.execute(select.order_by(journal.c.seq.desc()).limit(limit)).all()
    items = [
        {
            "seq": row.seq, "at": row.at, "by": row.by, "kind": row.kind, "version": row.version,
            "action": _action(tx, row.action),
            "changes": changed_values(tx, readable, row.diff or {}),
        }
        for row in rows
    ]  # fmt: skip
    with_titles(tx, actor, readable, items)
    return items


def _action(tx: Transaction, uid: str | None) -> str | None:
    """The name of the action that did it, as long as it is there."""
    found = tx.model.action_by_uid.get(uid) if uid else None
    return found.name if found else None


def changed_values(tx: Transaction, readable: Mapping[str, Field], diff: Mapping[str, Any]) -> dict[str, Any]:
    """The readable part of a difference by names of fields, links still as ids."""
    return {
        readable[uid].name: {
            "from": read_neutral(tx, readable[uid], old), "to": read_neutral(tx, readable[uid], new),
        }
        for uid, (old, new) in diff.items()
        if uid in readable
    }  # fmt: skip


def read_neutral(tx: Transaction, field: Field, value: Any, *, keep_uids: bool = False) -> Any:
    """A value of the journal as a page has it, links as ids; with ``keep_uids`` as the engine has it."""
    match field.result.kind:
        case "secret" if not keep_uids:
            return NO_SECRET if value is None else A_SECRET
        case _ if value is None:
            return None
        case "link_any":
            return read_any(value)
        case "link" if field.listed:
            return tuple(value)
        case "number" if field.result.scale:
            return Decimal(value)
        case "date":
            return dt.date.fromisoformat(value)
        case "datetime":
            return dt.datetime.fromisoformat(value)
        case "time":
            return dt.time.fromisoformat(value)
        case "duration":
            return read_span(value)
        case "json":
            return JsonValue.of_text(value)
        case "choices":
            names = {c.uid: c.name for c in choices_of(tx.model, field)}
            return tuple(uid if keep_uids else names.get(uid, uid) for uid in value)
        case "choice" if not keep_uids:
            return next((c.name for c in choices_of(tx.model, field) if c.uid == value), value)
        case _:
            return value


def _readable(tx: Transaction, actor: Actor, entity: Entity, id: int) -> dict[str, Field]:
    """The fields of this very record that the actor may read, by uid."""
    coverage = grants_of(tx.model, actor).readable(entity.uid)
    masked = tuple(f.name for f in entity.fields if coverage.get(f.uid) == "sometimes" and f.valued)
    item, _ = record(tx, actor, entity.name, id, masked, deleted=True)
    hidden = item.get("_hidden", ())
    return {f.uid: f for f in entity.fields if f.uid in coverage and f.name not in hidden}
