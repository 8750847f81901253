"""What Kubik's own tables are made with."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.types import BIG

OWN = "kubik_"


def table(
    metadata: sa.MetaData, name: str, *parts: sa.schema.SchemaItem, sequence: bool = False, rowid: bool = True
) -> sa.Table:
    """A table of Kubik's own; ``sequence``: no key is given twice, whatever is deleted."""
    return sa.Table(OWN + name, metadata, *parts, sqlite_autoincrement=sequence, sqlite_with_rowid=rowid)


def identity(name: str = "id") -> sa.Column[int]:
    """A key that is given in order and never given twice."""
    return sa.Column(name, BIG, sa.Identity(), primary_key=True)
