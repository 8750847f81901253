"""Are the issued documents sound? Their files against the store, their numbers against the series."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message, message


def check_documents(workspace: Workspace, *, whole: bool = False) -> Iterator[Message]:
    """Every fault found: documents without files and files without a document, contents that are missing, of another
    size or (``whole``) of another hash, numbers that no document has."""
    with workspace.read() as tx:
        own = tx.tables.own
        document, file = own.document, own.document_file
        files = tx.connection.execute(sa.select(document.c.id, document.c.name, file.c.format, file.c.hash, file.c.size)
            .select_from(file.outerjoin(document, document.c.id == file.c.document))).all()  # fmt: skip
        has_file = sa.exists().where(file.c.document == document.c.id)
        bare = tx.connection.execute(
            sa.select(document.c.id, document.c.name).where(document.c.erased.is_(None), ~has_file)
        ).all()
        numbers = list(_numbers(tx))
    for id, name in bare:
        yield message("document {id} ({name}) has no files", id=id, name=name)
    for id, name, format, hash, size in files:
        if id is None:
            yield message("a file ({format}) belongs to a document that is not there", format=format)
            continue
        there = workspace.files.size(hash)
        if there is None:
            yield message("document {id} ({name}): its {format} is missing", id=id, name=name, format=format)
        elif there != size or whole and workspace.files.hashed(hash) != hash:
            yield message("document {id} ({name}): its {format} is damaged", id=id, name=name, format=format)
    yield from numbers


def _numbers(tx: Transaction) -> Iterator[Message]:
    """Series whose numbers are not consecutive: as many as were taken must stand on documents."""
    own = tx.tables.own
    rows = tx.connection.execute(
        sa.select(own.document.c.type, sa.func.count(), sa.func.count(own.document.c.number.distinct()))
        .where(own.document.c.number.is_not(None))
        .group_by(own.document.c.type)
    )
    issued = {uid: (count, apart) for uid, count, apart in rows}
    for uid, type_ in sorted(tx.model.document_by_uid.items()):
        select = sa.select(sa.func.coalesce(sa.func.sum(own.number.c.last), 0))
        taken = int(tx.connection.execute(select.where(own.number.c.series == uid)).scalar_one())
        count, apart = issued.get(uid, (0, 0))
        if taken != count:
            yield message(
                "document {name}: numbers that were taken: {taken}, documents that bear one: {there}",
                name=type_.name, taken=taken, there=count,
            )  # fmt: skip
        elif apart != count and type_.number is not None and type_.number.restart == "never":
            yield message("document {name}: a number stands on two documents", name=type_.name)
