"""Another format of a document that was issued: made once when somebody asks for it, from the data it was issued with."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.documents.keeping.data import read_data
from core.documents.keeping.writing import store_one
from core.documents.rendering import DocFacts, Renderers
from core.documents.rendering.pool import Format, Source
from core.errors import KubikError
from core.query.issued import Issued, IssuedFile, by_id
from core.records.erasing.holding import while_keeping
from core.storage.templates import template_bytes
from core.storage.turns import Turns
from core.storage.workspace import Transaction, Workspace


def file_of(workspace: Workspace, found: Issued, format: str) -> IssuedFile:
    """A file of a document, whoever may open it; KBK2006 for a format that it is not to be had in."""
    there = found.file(format)
    if there is not None:
        return there
    if format not in found.templates:
        raise KubikError("KBK2006")
    with workspace.companion(Turns).of(("document", found.id)):
        return _now(workspace, found.id, format) or _made(workspace, found, format)


def _now(workspace: Workspace, id: int, format: str) -> IssuedFile | None:
    """The file, when somebody has had it made meanwhile."""
    with workspace.read() as tx:
        found = by_id(tx, id)
        return None if found is None else found.file(format)


def _made(workspace: Workspace, found: Issued, format: str) -> IssuedFile:
    name, sha256, source = found.templates[format]
    with workspace.read() as tx:
        table = tx.tables.own.document
        row = tx.connection.execute(
            sa.select(table.c.data, table.c.label, table.c.model).where(table.c.id == found.id)
        ).one()
        if row.data is None:
            raise KubikError("KBK2006")
        template = template_bytes(tx, sha256)
    facts = DocFacts(number=found.number, date=found.date, name=row.label, version=row.model)
    content = workspace.companion(Renderers).render(
        read_data(row.data),
        template,
        cast(Format, format),
        facts,
        found.language,
        source=cast(Source, source),
        name=name,
    )
    kept = store_one(workspace, content, sha256)

    def write(tx: Transaction) -> None:
        while_keeping(tx)
        own = tx.tables.own
        erased = sa.select(own.document.c.erased).where(own.document.c.id == found.id).with_for_update()
        if tx.connection.execute(erased).scalar() is not None:
            raise KubikError("KBK2006")
        dialect = sqlite if tx.dialect == "sqlite" else postgresql
        values = {
            "document": found.id,
            "format": format,
            "hash": kept.hash,
            "size": kept.size,
            "template": sha256,
        }
        tx.connection.execute(dialect.insert(own.document_file).values(**values).on_conflict_do_nothing())

    workspace.write(write)
    made = _now(workspace, found.id, format)
    if made is None:
        raise KubikError("KBK2006")
    return made
