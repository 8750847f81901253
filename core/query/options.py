"""What a drop-down of a link field offers: visible records that the field's own narrowing allows, by their title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.execute import parameters, relations_of, run
from core.query.matching import contains
from core.query.names import no_such_field, readable_entity
from core.query.plan import page_limit
from core.query.query import Link
from core.query.title import title_of
from core.storage.expressions import BoundRow, compile_condition
from core.storage.prepared import Prepared
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field
from metamodel.text import fold


def options(
    tx: Transaction,
    actor: Actor,
    entity: str,
    field: str,
    text: str,
    record_values: Mapping[str, Any],
    limit: int,
) -> list[Link]:
    """The records that may be chosen in a link field, those whose title holds ``text``, ordered by title.

    ``record_values`` are the values of the record being edited, by uid of the field, as the engine has them; they
    are what `record` means in the field's narrowing. KBK2003 for a field that is no link or may not be used.
    """
    owner, link = _link_field(tx, actor, entity, field)
    grants = grants_of(tx.model, actor)
    if not grants.may(link.target or "", "read"):
        return []
    relations = relations_of(tx, grants)
    row = relations.visible.open(link.target or "")
    title = title_of(row, actor.language)
    limits = [] if row.condition is None else [row.condition]
    if link.narrowing is not None:
        environment = relations.environment(row, relations.visible)
        bound = replace(environment, record=BoundRow(entity=owner, values=record_values, env=environment))
        limits.append(compile_condition(link.narrowing, bound))
    if text.strip():
        limits.append(contains(tx.dialect, title, "search"))
    key = title.value if title.key is None else title.key
    select = (
        sa.select(row.alias.c.id, title.value)
        .where(*limits)
        .order_by(key.asc().nulls_last(), row.alias.c.id)
        .limit(page_limit(limit))
    )
    values = {**parameters(tx, actor), "search": fold(text.strip())}
    rows = run(Prepared(select, tx.workspace.database), tx.connection, values)
    return [Link(id=i, title=t) for i, t in zip(*rows, strict=True)]


def _link_field(tx: Transaction, actor: Actor, entity: str, field: str) -> tuple[Entity, Field]:
    """The link field, when the actor may read or write it."""
    grants = grants_of(tx.model, actor)
    owner = tx.model.entities.get(entity)
    if owner is None or not any(grants.may(owner.uid, action) for action in ("read", "create", "update")):
        owner = readable_entity(tx.model, grants, entity)
    usable = [
        f
        for f in owner.fields
        if any(f.uid in grants.writable(owner.uid, action) for action in ("create", "update"))
        or f.uid in grants.readable(owner.uid)
    ]
    found = next((f for f in usable if f.name == field and f.stored and f.target is not None), None)
    if found is None:
        raise no_such_field(field, (f.name for f in usable if f.target is not None and f.stored), "/field")
    return owner, found
