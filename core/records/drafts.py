"""Drafts of forms: what a person typed and did not save, for that person alone, for thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.query.read import visible_ids
from core.records.erasing.holding import while_keeping
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity

KEPT = timedelta(days=30)
MOST = 100
"""Drafts of one person; beyond it the oldest go."""
LARGEST = 32 * 1024 * 1024
"""Characters of all drafts of one person together; beyond it the oldest go, never the one just kept."""
KEY = 64
"""The longest key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Something typed: of a record of the entity (its name) or of a new one, on top of a version of it."""

    key: str
    entity: str
    record: int | None
    version: int | None
    at: datetime
    content: Mapping[str, Any]


def keep_draft(
    tx: Transaction,
    actor: Actor,
    key: str,
    entity: str,
    record: int | None,
    version: int | None,
    content: Mapping[str, Any],
) -> None:
    """Keep it in the place of what was kept under that key; the key of somebody else is refused as unknown. A form that
    was opened before an erasure of its record is not kept any more (KBK3009): it has what is gone."""
    while_keeping(tx)
    user, found = _person(actor), tx.model.entities.get(entity)
    if found is None or not 0 < len(key) <= KEY:
        raise KubikError("KBK2006")
    grants = grants_of(tx.model, actor)
    if not grants.may(found.uid, "create" if record is None else "read"):
        raise KubikError("KBK4002" if grants.may(found.uid, "read") else "KBK2006")
    if record is not None and version is not None and _is_erased(tx, actor, found, record, version):
        refusal = message("{entity}: the record was changed by somebody else", entity=found.label)
        raise KubikError("KBK3009", refusal)
    table = tx.tables.own.draft
    held = tx.connection.execute(sa.select(table.c.user).where(table.c.key == key)).scalar_one_or_none()
    if held is not None and held != user:
        raise KubikError("KBK2006")
    tx.connection.execute(table.delete().where(sa.or_(table.c.key == key, table.c.at < tx.now - KEPT)))
    tx.connection.execute(
        table.insert().values(
            key=key,
            user=user,
            entity=found.uid,
            record=record,
            version=version,
            at=tx.now,
            content=dict(content),
        )
    )
    _limit(tx, user, key)


def drafts_of(
    tx: Transaction, actor: Actor, entity: str | None = None, record: int | None = None
) -> list[Draft]:
    """One's own drafts, the latest first: all of them, or those of an entity for that record (None: new ones)."""
    if actor.person is None:
        return []
    table = tx.tables.own.draft
    limits = [table.c.user == actor.person, table.c.at >= tx.now - KEPT]
    if entity is not None:
        found = tx.model.entities.get(entity)
        limits += [
            table.c.entity == (found.uid if found else ""),
            table.c.record.is_not_distinct_from(record),
        ]
    rows = tx.connection.execute(sa.select(table).where(*limits).order_by(table.c.at.desc(), table.c.key))
    known = tx.model.entity_by_uid
    return [
        Draft(
            key=row.key, entity=known[row.entity].name, record=row.record, version=row.version, at=row.at,
            content=row.content,
        )
        for row in rows if row.entity in known
    ]  # fmt: skip


def draft(tx: Transaction, actor: Actor, key: str) -> Draft | None:
    """One's own draft of that key."""
    return next((each for each in drafts_of(tx, actor) if each.key == key), None)


def drop_draft(tx: Transaction, actor: Actor, key: str) -> None:
    """End one's own draft of that key; one that is not there is ended already."""
    table = tx.tables.own.draft
    tx.connection.execute(table.delete().where(table.c.key == key, table.c.user == _person(actor)))


def _person(actor: Actor) -> int:
    if actor.person is None:
        raise KubikError("KBK4002", message("Drafts are kept for people."))
    return actor.person


def _is_erased(tx: Transaction, actor: Actor, entity: Entity, record: int, version: int) -> bool:
    """Whether personal data was erased of the record behind that version; never of one that the actor does not see."""
    journal = tx.tables.own.journal
    behind = sa.select(journal.c.seq).where(
        journal.c.entity == entity.uid, journal.c.record == record, journal.c.kind == "erased",
        journal.c.version > version,
    ).limit(1)  # fmt: skip
    erased = tx.connection.execute(behind).first() is not None
    return erased and record in visible_ids(tx, actor, entity, (record,))


def _limit(tx: Transaction, user: int, kept: str) -> None:
    table = tx.tables.own.draft
    mine = (
        sa.select(table.c.key, sa.func.length(table.c.content, type_=sa.Integer()))
        .where(table.c.user == user)
        .order_by(sa.case((table.c.key == kept, 0), else_=1), table.c.at.desc(), table.c.key)
    )
    over, size = [], 0
    for number, (key, length) in enumerate(tx.connection.execute(mine)):
        size += length
        if number >= MOST or (number and size > LARGEST):
            over.append(key)
    if over:
        tx.connection.execute(table.delete().where(table.c.key.in_(over)))
