"""Files that nobody put anywhere: their records go after a day, and contents that no record has go with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from core.access.actor import system_actor
from core.query.held import FILE
from core.records.api import batch
from core.records.shapes import Batch
from core.storage.files import DAY
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message, message

MOST = 500
"""Files of one transaction."""

KEPT = timedelta(seconds=DAY)


def sweep_files(workspace: Workspace) -> int:
    """Take away what was sent a day ago and stands in no record; how many contents went. Safe to do at any time.

    The record of a file that once stood in one stays, and its contents with it: history may lead there.
    """
    while len(workspace.write(_forget)) == MOST:
        pass
    workspace.files.tidy(DAY)
    with workspace.read() as tx:
        if FILE not in tx.model.entities:
            return 0
        known = set(_hashes(tx))
    gone = 0
    for hash, age in workspace.files.all():
        if hash not in known and age > DAY and not is_known(workspace, hash):
            gone += workspace.files.remove(hash, unless_younger=DAY)
    return gone


def check_contents(workspace: Workspace, *, whole: bool = False) -> Iterator[Message]:
    """What is wrong with the contents of files: missing, of another size, or (``whole``) of another hash."""
    with workspace.read() as tx:
        if FILE not in tx.model.entities:
            return
        entity = tx.model.entities[FILE]
        place = tx.tables[entity.uid]
        columns = [place.columns[entity.by_name[name].uid].value for name in ("name", "hash", "size")]
        rows = tx.connection.execute(
            sa.select(place.table.c.id, *columns).where(place.table.c.deleted_at.is_(None))
        ).all()
    for number, name, hash, size in rows:
        there = workspace.files.size(hash)
        if there is None:
            yield message("file {id} ({name}): its contents are missing", id=number, name=name)
        elif there != size or whole and workspace.files.hashed(hash) != hash:
            yield message("file {id} ({name}): its contents are damaged", id=number, name=name)


def _forget(tx: Transaction) -> list[int]:
    """Put into the bin the records of files that stand nowhere; one that is being attached now is locked and stays."""
    entity = tx.model.entities.get(FILE)
    if entity is None:
        return []
    place = tx.tables[entity.uid]
    attached_at = place.columns[entity.by_name["attached_at"].uid].value
    select = sa.select(place.table.c.id).where(
        place.table.c.deleted_at.is_(None), attached_at.is_(None), place.table.c.created_at < tx.now - KEPT
    )
    select = select.order_by(place.table.c.id).limit(MOST).with_for_update(skip_locked=True)
    found = list(tx.connection.execute(select).scalars())
    if found:
        batch(tx, system_actor(), FILE, Batch(delete=found))
    return found


def _hashes(tx: Transaction, only: str | None = None) -> Iterator[str]:
    entity = tx.model.entities[FILE]
    place = tx.tables[entity.uid]
    column = place.columns[entity.by_name["hash"].uid].value
    select = sa.select(column).where(place.table.c.deleted_at.is_(None))
    yield from tx.connection.execute(select if only is None else select.where(column == only)).scalars()
    issued = tx.tables.own.document_file.c.hash
    of_documents = sa.select(issued)
    yield from tx.connection.execute(
        of_documents if only is None else of_documents.where(issued == only)
    ).scalars()


def is_known(workspace: Workspace, hash: str) -> bool:
    """Whether a record has come to have the contents since they were looked for."""
    with workspace.read() as tx:
        return any(_hashes(tx, hash))
