"""Acts of erasures, as far as who reads must know of them: what was read before one may hold what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

ENTITY = "erasure"


def last_act(tx: Transaction) -> int:
    """The id of the last act: where it is another one than before, something was erased meanwhile."""
    entity = tx.model.entities.get(ENTITY)
    if entity is None:
        return 0  # a configuration from before there were erasures
    table = tx.tables[entity.uid].table
    return tx.connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
