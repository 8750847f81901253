"""Who may open a file: its uploader while it stands nowhere, then whoever reads a field of a record that holds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.query import FileLink, Link
from core.storage.types import BIG
from metamodel.fields.file import file_url
from metamodel.model import Entity, Field, Model

if TYPE_CHECKING:
    from core.query.relations import Relations
    from core.storage.workspace import Transaction

FILE = "file"
"""The system's entity of files; everybody may read it as far as `held` goes."""


def is_file(entity: Entity) -> bool:
    """Whether the entity is the system's own of files."""
    return entity.name == FILE


def holders(model: Model) -> tuple[tuple[Entity, Field], ...]:
    """Every field that holds files, with its entity."""
    file = model.entities.get(FILE)
    if file is None:
        return ()
    return tuple(
        (entity, field)
        for entity in model.entities.values()
        for field in entity.fields
        if field.target == file.uid
        and field.computed is None
        and not field.system
        and not _round(entity, file)
    )


def _round(entity: Entity, file: Entity) -> bool:
    """Whether records of the entity have the rights of files themselves: they would lead in a circle."""
    return entity.follows is not None and file.uid in entity.by_uid[entity.follows].targets


def held(relations: Relations, file: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether the reader may open the row ``file`` of the files, whatever way they came to it."""
    ways: list[sa.ColumnElement[bool]] = [
        sa.and_(file.c.created_by == sa.bindparam("me", type_=BIG), _attached_at(relations, file).is_(None))
    ]
    for entity, field in holders(relations.model):
        if field.uid in relations.grants.readable(entity.uid):
            ways.append(_holds(relations, entity, field, file))
    return sa.or_(*ways)


def file_links(tx: Transaction, ids: Iterable[int]) -> dict[int, Link | FileLink]:
    """Files that stood in a cell which the reader may read, whether they may still be opened or not."""
    place = tx.tables[tx.model.entities[FILE].uid]
    fields = tx.model.entities[FILE].by_name
    columns = [place.columns[fields[name].uid].value for name in ("name", "size", "type")]
    wanted = list(ids)
    found: dict[int, Link | FileLink] = dict.fromkeys(wanted, Link(id=None, hidden=True))
    select = sa.select(place.table.c.id, *columns).where(place.table.c.id.in_(wanted))
    for file, name, size, kind in tx.connection.execute(select):
        found[file] = FileLink(file, name, size, kind, file_url(file, name))
    return found


def _attached_at(relations: Relations, file: sa.FromClause) -> sa.ColumnElement[Any]:
    entity = relations.model.entities[FILE]
    column = relations.tables[entity.uid].columns[entity.by_name["attached_at"].uid].value
    found: sa.ColumnElement[Any] = file.c[column.name]
    return found


def _holds(relations: Relations, entity: Entity, field: Field, file: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a record that the reader sees, in the bin or not, holds the file in a cell that they may read."""
    row = relations.visible.open(entity.uid, "any")
    limits = [] if row.condition is None else [row.condition]
    if row.sometimes(field.uid):
        limits.append(row.mask(field.uid))
    if field.stored:
        found = sa.select(sa.literal(1)).where(row.column(field.uid) == file.c.id, *limits)
        return found.correlate_except(row.alias).exists()
    pairs = relations.tables[entity.uid].lists[field.uid].alias()
    found = sa.select(sa.literal(1)).where(
        pairs.c.target == file.c.id, pairs.c.record == row.alias.c.id, *limits
    )
    return found.correlate_except(row.alias, pairs).exists()
