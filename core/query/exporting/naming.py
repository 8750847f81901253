"""Titles that name no record for sure: a table that holds one would be read back as another record, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.query.compile import Compiler
from core.query.title import title_of
from core.storage.prepared import Prepared
from core.storage.workspace import Transaction


def ambiguous_titles(
    tx: Transaction, compiler: Compiler, values: Mapping[str, Any], target: str
) -> frozenset[str]:
    """The folded titles of an entity (uid) that several live records have, or that another one has as a unique text.

    Asked once of everything the reader sees of the entity: a title costs nothing then, however often it stands there.
    """
    relations = compiler.relations
    entity = tx.model.entity_by_uid[target]
    row = relations.visible.open(target, reached=True)
    title = title_of(row, compiler.language)
    folded = title.whole if title.whole is not None else title.key
    assert folded is not None
    limits = [] if row.condition is None else [row.condition]
    twice = sa.select(folded.label("folded")).where(*limits).group_by(folded).having(sa.func.count() > 1)
    selects: list[sa.Select[Any]] = [twice]
    readable = relations.grants.readable(target)
    for field in entity.fields:
        text = field.unique and field.uid in readable and field.type.column_type(field).storage == "text"
        if not text or [part.field for part in entity.title] == [field.uid]:
            continue
        other = relations.all.open(target)
        key = other.cell(field.uid).key
        if key is not None:
            taken: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
                key == folded, other.alias.c.id != row.alias.c.id, other.alias.c.deleted_at.is_(None)
            )
            selects.append(
                sa.select(folded.label("folded")).where(
                    *limits, sa.exists(taken.correlate_except(other.alias))
                )
            )
    found: set[str] = set()
    for select in selects:
        for rows in Prepared(select, tx.workspace.database).pieces(tx.connection, values, 10_000):
            found.update(each[0] for each in rows)
    return frozenset(found)
