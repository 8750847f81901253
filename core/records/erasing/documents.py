"""Issued documents that hold what is erased: their files go, their numbers stay, since accounts would not be whole."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from core.i18n import texts
from core.query.issued import Source, read_sources
from core.query.noting import personal_fields
from core.records.erasing.targets import Targets
from core.storage.workspace import Transaction

CHUNK = 500


def empty_documents(tx: Transaction, targets: Targets, after: int) -> tuple[int, list[str], int | None]:
    """Take the files of the next documents behind an id, as far as they were made from what goes; how many, the hashes
    of contents that may now be nobody's, and the id to go on behind (None: all were looked at)."""
    own = tx.tables.own
    table = own.document
    select = sa.select(
        table.c.id, table.c.type, table.c.entity, table.c.record, table.c.number, table.c.made_of
    )
    rows = tx.connection.execute(
        select.where(table.c.id > after, table.c.erased.is_(None)).order_by(table.c.id).limit(CHUNK)
    ).all()
    holding = [row for row in rows if _holds(tx, targets, row.entity, row.record, read_sources(row.made_of))]
    ids = [row.id for row in holding]
    hashes = _hashes(tx, ids)
    tx.connection.execute(own.document_file.delete().where(own.document_file.c.document.in_(ids)))
    for row in holding:
        name = _plain_name(tx, row.type, row.number)
        tx.connection.execute(
            table.update()
            .where(table.c.id == row.id)
            .values(erased=tx.now, made_of=[], name=name, data=None, templates=None)
        )
    return len(holding), hashes, rows[-1].id if len(rows) == CHUNK else None


def _holds(tx: Transaction, targets: Targets, entity: str, record: int, sources: Sequence[Source]) -> bool:
    """Whether a document has a cell of those that are erased, or one computed from them."""
    for source in sources:
        of = tx.model.entity_by_uid.get(source.entity)
        if any(source.fields & targets.cells.get((source.entity, id), frozenset()) for id in source.ids):
            return True
        if of is None or not source.fields & personal_fields(tx.model, of):
            continue
        linked = targets.linking.get(source.entity, ())
        if not source.ids and record in targets.linking.get(entity, ()):
            return True
        if any(id in linked for id in source.ids):
            return True
    return False


def _hashes(tx: Transaction, ids: Sequence[int]) -> list[str]:
    table = tx.tables.own.document_file
    return list(tx.connection.execute(sa.select(table.c.hash).where(table.c.document.in_(ids))).scalars())


def _plain_name(tx: Transaction, type_: str, number: str | None) -> str:
    """What such a document is called: nothing of the record stands in it."""
    known = tx.model.document_by_uid.get(type_)
    label = texts(tx.workspace.settings.language).render(known.label) if known else ""
    return " ".join(part for part in (label, number) if part) or "—"
