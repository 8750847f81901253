"""Records that lead to some records by one link: of many records at once, by one statement, under the reader's rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.execute import parameters, reader_of, run
from core.query.matching import among, id_list
from core.query.query import Query
from core.storage.any_links import record_of
from core.storage.prepared import Prepared
from core.storage.types import BIG
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field

if TYPE_CHECKING:
    from core.query.compile import Compiler


def leading_ids(
    tx: Transaction, actor: Actor, entity: Entity, link: Field, target: Entity, ids: Sequence[int], most: int
) -> dict[int, list[int]]:
    """Of each of the records (``ids`` of ``target``) the ids of the live records of ``entity`` whose ``link`` leads to it,
    as the actor sees both row and cell, in the order of ids; ``most`` of them in all, the rest is left out.
    """
    grants = grants_of(tx.model, actor)
    if not ids or link.uid not in grants.readable(entity.uid):
        return {}
    reader = reader_of(tx, actor, Query(entity=entity.name, fields=()))
    kept: dict[Any, Prepared] = tx.model.derived.setdefault("inverses", {})
    database = tx.workspace.database
    key = (grants.key, actor.language, link.uid, target.uid, database.dialect, database.schema)
    if key not in kept:
        kept[key] = Prepared(_select(reader.compiler, link, target), database)
    values = {**parameters(tx, actor), "parents": id_list(tx.dialect, ids), "limit": most}
    columns = run(kept[key], tx.connection, values)
    found: dict[int, list[int]] = {}
    for owner, record in zip(*columns, strict=True) if columns else ():
        found.setdefault(owner, []).append(record)
    return found


def _select(compiler: Compiler, link: Field, target: Entity) -> sa.Select[Any]:
    """Pairs of a record that is led to and one that leads to it."""
    row = compiler.fresh()
    relations = compiler.relations
    source: Any = row.alias
    lists = relations.tables[row.entity.uid].lists
    conditions = compiler.limits(row)
    if link.uid in lists:
        table = lists[link.uid].alias()
        source = row.alias.join(table, table.c.record == row.alias.c.id)
        owner: sa.ColumnElement[Any] = table.c.target
        if row.sometimes(link.uid):
            conditions.append(row.mask(link.uid))
    elif link.type.column_type(link).storage == "link_any":
        owner = record_of(row.cell(link.uid).value, target.uid, BIG)
    else:
        owner = row.cell(link.uid).value
    select = sa.select(owner.label("owner"), row.alias.c.id).select_from(source)
    select = select.where(among(relations.dialect, owner, "parents"), *conditions)
    return select.order_by(owner, row.alias.c.id).limit(sa.bindparam("limit", type_=sa.Integer()))
