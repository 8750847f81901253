"""Keeping a document that was rendered: its contents in the store of files, its row, its line in the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.access.actor import Actor
from core.documents.issuing.preparing import Draft
from core.documents.keeping.data import write_data
from core.history.journal import Change, write
from core.query.issued import Issued, by_id, write_sources
from core.storage.workspace import Transaction, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """Contents in the store of files: their hash and bytes, and the SHA-256 of the template they were made from."""

    hash: str
    size: int
    template: str


def store(workspace: Workspace, draft: Draft, files: Mapping[str, bytes]) -> dict[str, KeptFile]:
    """Put contents durably into the store; those that no row comes to name are swept after a day."""
    return {
        format: store_one(workspace, content, draft.templates[format][0].sha256)
        for format, content in files.items()
    }


def store_one(workspace: Workspace, content: bytes, template: str) -> KeptFile:
    """The same of one file, made from the template of that SHA-256."""
    incoming = workspace.files.receive()
    try:
        incoming.write(content)
        stored = incoming.keep()
    finally:
        incoming.drop()
    return KeptFile(hash=stored.hash, size=stored.size, template=template)


def keep(
    tx: Transaction, actor: Actor, draft: Draft, files: Mapping[str, KeptFile], job: int | None
) -> Issued:
    """Write the row of a document, and into the history of its record that it was issued."""
    own, entity = tx.tables.own, tx.model.entity_by_uid[draft.type.entity]
    values = {
        "type": draft.type.uid, "entity": entity.uid, "record": draft.record, "number": draft.number, "date": draft.date,
        "name": draft.name, "language": draft.language, "at": tx.now, "by": actor.person, "behalf": actor.behalf, "job": job,
        "model": draft.model, "made_of": write_sources(draft.made_of), "label": draft.label,
        "templates": {format: [each.file, each.sha256, each.format] for format, each in draft.others.items()},
        "data": write_data(draft.data),
    }  # fmt: skip
    inserted = tx.connection.execute(own.document.insert().values(**values).returning(own.document.c.id))
    id = int(inserted.scalar_one())
    rows = [
        {"document": id, "format": format, "hash": each.hash, "size": each.size, "template": each.template}
        for format, each in files.items()
    ]
    tx.connection.execute(own.document_file.insert(), rows)
    change = Change(
        entity=entity.uid, record=draft.record, kind="issued", version=None, by=actor.person, behalf=actor.behalf,
        action=actor.action, document=id,
    )  # fmt: skip
    write(tx, [change])
    issued = by_id(tx, id)
    assert issued is not None
    return issued
