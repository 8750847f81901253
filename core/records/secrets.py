"""Secrets of a write: what was sent is encrypted for its own place before any statement sees it."""

from __future__ import annotations

from core.records.shapes import Row
from core.records.statements import update
from core.records.work import Work
from core.storage.sealing import Place
from metamodel.fields.secret import Plain
from metamodel.model import Entity


def seal_stored(work: Work) -> None:
    """Encrypt the secrets of records that are there; those of new ones wait until their ids are known."""
    for row in work.rows():
        for uid in _secrets(row.entity):
            value = row.values.get(uid)
            if isinstance(value, Plain):
                if row.action == "create":
                    row.waiting[uid], row.values[uid] = value, None
                else:
                    row.values[uid] = _sealed(work, row, uid, value)
            elif value is not None and value != row.before.get(uid):
                raise ValueError("a ciphertext belongs to one record and is never written into another")


def seal_new(work: Work) -> None:
    """Encrypt and store the secrets of the records that have just been made."""
    for uid, rows in work.by_entity("create").items():
        waiting = [row for row in rows if row.waiting]
        for row in waiting:
            row.values |= {field: _sealed(work, row, field, value) for field, value in row.waiting.items()}
        if waiting:
            entity = work.model.entity_by_uid[uid]
            update(work.tx, entity, [(row.id, {f: row.values[f] for f in row.waiting}) for row in waiting])
        for row in waiting:
            row.waiting.clear()


def _sealed(work: Work, row: Row, uid: str, value: Plain) -> str:
    place = Place(entity=row.entity.uid, record=row.id, field=uid)
    return work.tx.workspace.sealing.seal(value.text, place)


def _secrets(entity: Entity) -> tuple[str, ...]:
    return tuple(f.uid for f in entity.fields if f.type.name == "secret")
