"""Records that look like the one being typed: the same values in the fields that `duplicates` of an entity names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.execute import parameters, relations_of, run
from core.query.query import Link
from core.query.title import title_of
from core.storage.expressions.sight import record_in_sight
from core.storage.prepared import Prepared
from core.storage.types import sql_type
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field
from metamodel.text import KEY_LENGTH, fold

SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """The records with the same values in all of these fields."""

    fields: tuple[Field, ...]
    links: tuple[Link, ...]


def similar(
    tx: Transaction, actor: Actor, entity: Entity, values: Mapping[str, Any], but: int | None
) -> list[Similar]:
    """Records the actor sees that share a whole set of values, by uid and as the engine has them; ``but`` is left out.

    Texts are compared folded, a link to a record out of sight with none; a set with an empty value is not asked, nor one whose fields the actor may not read.
    """
    grants = grants_of(tx.model, actor)
    readable = grants.readable(entity.uid)
    found = []
    for uids in entity.duplicates:
        fields = tuple(entity.by_uid[uid] for uid in uids)
        keys = [_compared(each, values.get(each.uid)) for each in fields]
        if None in keys or any(uid not in readable for uid in uids):
            continue
        given = {f"v{n}": key for n, key in enumerate(keys)}
        rows = run(
            _statement(tx, actor, entity, fields), tx.connection,
            {**parameters(tx, actor), **given, "but": but or 0, "limit": SHOWN},
        )  # fmt: skip
        links = tuple(Link(id=i, title=t) for i, t in zip(*rows, strict=True))
        if links:
            found.append(Similar(fields=fields, links=links))
    return found


def _statement(tx: Transaction, actor: Actor, entity: Entity, fields: Sequence[Field]) -> Prepared:
    """Made once for a model, these grants and this language."""
    grants = grants_of(tx.model, actor)
    kept: dict[Any, Prepared] = tx.model.derived.setdefault("similar", {})
    database = tx.workspace.database
    uids = tuple(f.uid for f in fields)
    key = (entity.uid, uids, grants.key, actor.language, database.dialect, database.schema)
    if key not in kept:
        relations = relations_of(tx, grants)
        row = relations.visible.open(entity.uid)
        env = relations.environment(row, relations.visible)
        title = title_of(row, actor.language)
        limits = [] if row.condition is None else [row.condition]
        for number, field in enumerate(fields):
            cell = row.cell(field.uid)
            seen = record_in_sight(field.result, cell.value, env)
            column = seen if cell.key is None else cell.key
            kind = sa.Text() if cell.key is not None else sql_type(field.type.column_type(field))
            limits.append(column == sa.bindparam(f"v{number}", type_=kind))
        select = (
            sa.select(row.alias.c.id, title.value)
            .where(*limits, row.alias.c.id != sa.bindparam("but", type_=sa.BigInteger()))
            .order_by(row.alias.c.id)
            .limit(sa.bindparam("limit", type_=sa.Integer()))
        )
        kept[key] = Prepared(select, database)
    return kept[key]


def _compared(field: Field, value: Any) -> Any:
    if isinstance(value, str) and field.type.column_type(field).storage == "text":
        return fold(value.strip())[:KEY_LENGTH] or None
    return value
