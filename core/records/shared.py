"""Shares in the order of lists (`core.storage.sharing`), kept with every write of shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.records.work import Work
from core.storage.sharing import keep_shared, share_table
from metamodel.expression.sharing import SHARE, WHOM

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def keep_shares(work: Work) -> None:
    """Bring what is kept of shares up to what was written."""
    entity = work.model.entities.get(SHARE)
    if entity is None:
        return
    every = work.by_entity("create", "update", "delete", "restore").get(entity.uid, [])
    written = sorted({row.id for row in every if row.touched})
    if written:
        bring_shares(work.tx, written)


def bring_shares(tx: Transaction, ids: Sequence[int] | None = None) -> None:
    """The same for shares that were written otherwise: these, or all there are."""
    entity = tx.model.entities[SHARE]
    columns = {
        name: tx.tables[entity.uid].columns[entity.by_name[name].uid].value for name in ("about", *WHOM)
    }
    whom = {kind: columns[kind].name for kind in WHOM}
    table = share_table(tx.tables.schema, entity.uid, columns["about"].name, whom)
    keep_shared(tx.connection, tx.tables.own, table, ids)
