"""What changed, under the rights of who asks: the journal from a position, rows they may not see left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.history.journal import BESIDE
from core.history.positions import BEGINNING, Position, read_journal
from core.query.cursor import read_cursor, write_cursor
from core.query.execute import parameters, relations_of
from core.query.names import readable_entity
from core.query.neutral import read_neutral
from core.query.plan import page_limit
from core.query.read import visible_ids
from core.storage.expressions import BoundRow, compile_condition
from core.storage.lists import read_lists
from core.storage.workspace import Transaction
from metamodel.expression.tree import Aggregate, Expression, Path, walk
from metamodel.model import Entity, Model

PORTION = 500
"""Rows of the journal looked at together."""

MOST_SILENT = 20
"""Portions passed over in one answer when none of their rows may be seen."""

BOUND = ("changes",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Changes in their order: ``seq, at, entity, id, change, version``; ``next`` is where to go on."""

    items: list[dict[str, Any]]
    next: str


def changes(
    tx: Transaction, actor: Actor, after: str | None, entities: Sequence[str] | None = None, limit: int = 1000
) -> Changes:
    """The changes behind a position (None: from the beginning) of records that the actor may see.

    A record that is not in their sight any more is ``deleted`` by the change that took it away. KBK2004 for a
    position that was not given here, KBK2006 for an entity that is not there.
    """
    limit = page_limit(limit)
    grants = grants_of(tx.model, actor)
    wanted = _entities(tx.model, grants, entities)
    position = read_position(tx, after) if after else BEGINNING
    items: list[dict[str, Any]] = []
    for _ in range(MOST_SILENT):
        portion = read_journal(tx, position, min(PORTION, limit - len(items)), list(wanted))
        items.extend(_seen(tx, actor, wanted, portion.rows))
        position = portion.next
        if not portion.more or len(items) >= limit:
            break
    return Changes(items=items, next=write_position(tx, position))


def write_position(tx: Transaction, position: Position) -> str:
    """A position as people outside keep it: opaque, safe in an address."""
    return write_cursor(tx.workspace.secret_key, BOUND, position.values())


def read_position(tx: Transaction, written: str) -> Position:
    """The position that was written; KBK2004 when it was not given here."""
    seq, since, to = read_cursor(tx.workspace.secret_key, BOUND, written, 3)
    return Position(seq=seq, since=since, to=to)


def _entities(model: Model, grants: Grants, names: Sequence[str] | None) -> dict[str, Entity]:
    """By uid, the entities asked for, or all that may be read."""
    if names is not None:
        return {e.uid: e for e in (readable_entity(model, grants, name) for name in names)}
    return {e.uid: e for e in model.entities.values() if grants.may(e.uid, "read")}


def _seen(
    tx: Transaction, actor: Actor, entities: dict[str, Entity], rows: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    by_entity: dict[str, set[int]] = {}
    for row in rows:
        by_entity.setdefault(row.entity, set()).add(row.record)
    visible = {uid: visible_ids(tx, actor, entities[uid], ids, "any") for uid, ids in by_entity.items()}
    for row in rows:
        if row.kind in BESIDE:
            continue  # nothing has changed
        if row.record in visible[row.entity]:
            change = row.kind
        elif left_sight(tx, actor, entities[row.entity], row):
            change = "deleted"
        else:
            continue
        yield {
            "seq": row.seq, "at": row.at, "entity": entities[row.entity].name, "id": row.record,
            "change": change, "version": row.version,
        }  # fmt: skip


def left_sight(tx: Transaction, actor: Actor, entity: Entity, row: Any) -> bool:
    """Whether a record that the actor does not see now was theirs to see before this change of the journal.

    Only a change of what the grants ask of a row can take it away; the row before is the present one with this
    change and all later ones undone.
    """
    grants = grants_of(tx.model, actor)
    branches = grants.branches(entity.uid, "read")
    rules = [grant.rows for grant in branches if grant.rows is not None]
    moved = entity.follows is not None and entity.follows in (row.diff or ())
    gone = row.kind == "deleted" and not _is_stored(tx, entity, row.record)
    asked = moved or gone or set(row.diff or ()) & asked_of(tx.model, entity, rules)
    if row.kind == "created" or not asked:
        return False
    before = _as_it_went(tx, entity, row) if gone else _before(tx, entity, row)
    if before is None or not _led_in_sight(tx, actor, entity, before):
        return False
    if any(grant.rows is None for grant in branches):
        return True
    relations = relations_of(tx, grants)
    everything = relations.environment(None, relations.all)
    environment = everything.about(BoundRow(entity=entity, values=before, env=everything))
    condition = sa.or_(sa.false(), *(compile_condition(rule, environment) for rule in rules))
    matched = sa.select(sa.case((condition, 1), else_=0))
    return bool(tx.connection.execute(matched, parameters(tx, actor)).scalar())


def _is_stored(tx: Transaction, entity: Entity, record: int) -> bool:
    table = tx.tables[entity.uid].table
    return tx.connection.execute(sa.select(table.c.id).where(table.c.id == record)).first() is not None


def _as_it_went(tx: Transaction, entity: Entity, change: Any) -> dict[str, Any]:
    """What the journal keeps of a record that is removed for ever: the values that rights ask of it."""
    place = tx.tables[entity.uid]
    values: dict[str, Any] = dict.fromkeys((*place.columns, *place.lists))
    for uid, (old, _) in (change.diff or {}).items():
        if uid in values:
            values[uid] = read_neutral(tx, entity.by_uid[uid], old, keep_uids=True)
    return values | {"id": change.record}


def _led_in_sight(tx: Transaction, actor: Actor, entity: Entity, before: Mapping[str, Any]) -> bool:
    """Whether the record whose rights a row followed before a change is in the actor's sight."""
    if entity.follows is None or grants_of(tx.model, actor).everything:
        return True
    link = before.get(entity.follows)
    target = tx.model.entity_by_uid.get(link.entity) if link is not None else None
    if link is None or target is None:
        return False
    return bool(visible_ids(tx, actor, target, [link.id], "any"))


def asked_of(model: Model, entity: Entity, rules: Sequence[Expression]) -> set[str]:
    """The stored fields (uids) of the entity that the rules look at, through computed ones too."""
    found: set[str] = set()
    waiting = [rule.root for rule in rules]
    while waiting:
        for node in walk(waiting.pop()):
            named = node.steps if isinstance(node, Path) else ()
            if isinstance(node, Aggregate) and node.owner is not None:
                named = ((node.owner, node.through),)
            for owner, uid in named:
                field = model.entity_by_uid[owner].by_uid[uid]
                if owner == entity.uid and uid not in found:
                    found.add(uid)
                    if field.computed is not None:
                        waiting.append(field.computed.root)
    return found


def _before(tx: Transaction, entity: Entity, change: Any) -> dict[str, Any] | None:
    """The stored values (by uid) of a record before a change; None when nothing is left of it."""
    place = tx.tables[entity.uid]
    select = sa.select(*(c.value.label(f"v{i}") for i, c in enumerate(place.columns.values())))
    present = tx.connection.execute(select.where(place.table.c.id == change.record)).first()
    if present is None:
        return None
    values = dict(zip(place.columns, present, strict=True))
    for uid, pairs in place.lists.items():
        values[uid] = read_lists(tx.connection, pairs, (change.record,)).get(change.record)
    journal = tx.tables.own.journal
    later = (
        sa.select(journal.c.diff)
        .where(journal.c.entity == entity.uid, journal.c.record == change.record, journal.c.seq >= change.seq)
        .order_by(journal.c.seq.desc())
    )
    for (diff,) in tx.connection.execute(later):
        for uid, (old, _) in (diff or {}).items():
            if uid in values:
                values[uid] = read_neutral(tx, entity.by_uid[uid], old, keep_uids=True)
    return values
