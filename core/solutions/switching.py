"""What a switch of the model takes care of among the records: roles that return, values that came too late."""

from __future__ import annotations

import sqlalchemy as sa

from core.access.actor import system_actor
from core.errors import KubikError
from core.records import restore
from core.solutions.plans import Target
from core.storage.workspace import Transaction


def bring_back_roles(tx: Transaction) -> None:
    """Take the records of roles that are in the model again out of the bin, with the people who had them."""
    entity = tx.model.entities["role"]
    place = tx.tables[entity.uid]
    definition = place.columns[entity.by_name["definition"].uid].value
    rows = tx.connection.execute(
        sa.select(place.table.c.id, definition, place.table.c.deleted_at).order_by(place.table.c.id)
    ).all()
    live = {uid for _, uid, deleted in rows if deleted is None}
    binned = {
        uid: record for record, uid, deleted in rows if deleted is not None and uid in tx.model.role_by_uid
    }
    for uid, record in binned.items():
        if uid not in live:
            restore(tx, system_actor(), "role", record)


def refuse_new_losses(tx: Transaction, target: Target) -> None:
    """Refuse the switch when a choice that goes away was given to a record after the plan was made (KBK1102)."""
    moved = {move.field for move in target.moves}
    for entity in target.model.entities.values():
        before = tx.model.entity_by_uid.get(entity.uid)
        for field in entity.fields:
            was = before.by_uid.get(field.uid) if before else None
            if was is None or not was.choices or not was.stored or not field.stored or field.uid in moved:
                continue
            gone = [choice.uid for choice in was.choices if field.choice(choice.uid) is None]
            column = tx.tables[entity.uid].columns[field.uid].value
            if gone and tx.connection.execute(sa.select(column).where(column.in_(gone)).limit(1)).first():
                raise KubikError("KBK1102")
