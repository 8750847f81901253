"""Growing the physical schema: steps that are safe to repeat, and nothing that ever drops a column by itself."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.tables import Tables
from metamodel.model import Entity


def create_entity(connection: sa.Connection, tables: Tables, entity: Entity) -> None:
    """Whatever the table of ``entity`` lacks: itself, columns, indexes. For tables that are still small."""
    tables[entity.uid].table.create(connection, checkfirst=True)
