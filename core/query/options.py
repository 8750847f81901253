"""What a drop-down of a link field offers: visible records that the field's own narrowing allows, by their title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.execute import parameters, relations_of, run
from core.query.matching import contains
from core.query.names import no_such_field, readable_entity
from core.query.noting import note_titles
from core.query.plan import page_limit
from core.query.query import Link
from core.query.relations import VisibleRow
from core.query.searching.condition import search_condition
from core.query.searching.deciding import titles_of
from core.query.title import title_of
from core.storage.expressions import BoundRow, compile_condition
from core.storage.prepared import Prepared
from core.storage.types import TEXT
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field
from metamodel.text import KEY_LENGTH, fold


def options(
    tx: Transaction,
    actor: Actor,
    entity: str,
    field: str,
    text: str,
    record_values: Mapping[str, Any],
    limit: int,
    to: str | None = None,
    *,
    form: Entity | None = None,
) -> list[Link]:
    """The records that may be chosen in a link field, those whose title holds ``text``, ordered by title;
    of these, those with a word that begins with it stand first.

    ``record_values`` are the values of the record being edited, by uid of the field, as the engine has them; they
    are what `record` means in the field's narrowing; ``to`` names the entity that a link to any record is to lead to,
    without it there is nothing to choose; ``form`` is what an action asks, when the field is one of that. KBK2003 for a field that is no link or may not be used.
    """
    offered = _offered(tx, actor, entity, field, record_values, to, form)
    if offered is None:
        return []
    row, limits = offered
    return _titled(tx, actor, row, limits, text, limit)


def records_titled(tx: Transaction, actor: Actor, entity: str, text: str, limit: int) -> list[Link]:
    """The records of an entity whose title holds ``text``, in the same order: what a condition may name. KBK2006 when
    the actor sees none of it."""
    relations = relations_of(tx, grants_of(tx.model, actor))
    row = relations.visible.open(readable_entity(tx.model, grants_of(tx.model, actor), entity).uid)
    return _titled(tx, actor, row, [] if row.condition is None else [row.condition], text, limit)


def _titled(
    tx: Transaction, actor: Actor, row: VisibleRow, limits: list[sa.ColumnElement[bool]], text: str, limit: int
) -> list[Link]:  # fmt: skip
    """Those of the rows whose title holds the text."""
    title = title_of(row, actor.language)
    how = titles_of(tx, row.entity, text) if text.strip() else None
    if how is not None:
        limits = [*limits, search_condition(row, how.how, actor.language, titles=True)]
    elif text.strip():
        limits = [*limits, contains(tx.dialect, title, "search")]
    key = title.value if title.key is None else title.key
    select = (
        sa.select(row.alias.c.id, title.value)
        .where(*limits)
        .order_by(key.asc().nulls_last(), row.alias.c.id)
        .limit(page_limit(limit))
    )
    values = {
        **parameters(tx, actor), "search": fold(text.strip()), **(how.values if how is not None else {}),
    }  # fmt: skip
    rows = run(Prepared(select, tx.workspace.database), tx.connection, values)
    found = [Link(id=i, title=t) for i, t in zip(*rows, strict=True)]
    note_titles(tx, actor, row.entity, [link.id for link in found if link.id is not None])
    begun = re.compile(rf"(?<!\w){re.escape(values['search'])}")
    return sorted(found, key=lambda link: begun.search(fold(link.title or "")) is None)


def named(
    tx: Transaction,
    actor: Actor,
    entity: str,
    field: str,
    texts: Iterable[str],
    record_values: Mapping[str, Any],
) -> dict[str, list[Link]]:
    """The records that may be chosen and that are called by one of the texts, folded: by their title, else by the
    value of a unique text that the actor may read. Every text stands in the answer, with none, one or several records.
    """
    wanted = {text: fold(text.strip())[:KEY_LENGTH] for text in texts}
    offered = _offered(tx, actor, entity, field, record_values)
    if offered is None or not any(wanted.values()):
        return {text: [] for text in wanted}
    row, limits = offered
    title = title_of(row, actor.language)
    cells = [title, *(row.cell(f.uid) for f in _keys(tx, actor, row.entity))]
    keys = [cell.value if cell.key is None else cell.key for cell in cells]
    among = sa.bindparam("texts", expanding=True, type_=TEXT)
    select = sa.select(row.alias.c.id, title.value, *keys).where(
        *limits, sa.or_(*(key.in_(among) for key in keys))
    )
    values = {**parameters(tx, actor), "texts": sorted(set(wanted.values()))}
    rows = tx.connection.execute(select.order_by(row.alias.c.id), values).all()
    return {text: _called(rows, key) for text, key in wanted.items()}


def _called(rows: Sequence[Any], key: str) -> list[Link]:
    """The rows whose title is that text, else those whose first of the other keys is."""
    for at in range(2, len(rows[0]) if rows else 0):
        found = [Link(id=row[0], title=row[1]) for row in rows if row[at] == key]
        if found:
            return found
    return []


def _keys(tx: Transaction, actor: Actor, entity: Entity) -> list[Field]:
    readable = grants_of(tx.model, actor).readable(entity.uid)
    return [
        f for f in entity.fields if f.unique and f.stored and f.uid in readable and f.result.kind == "text"
    ]


def _offered(
    tx: Transaction,
    actor: Actor,
    entity: str,
    field: str,
    record_values: Mapping[str, Any],
    to: str | None = None,
    form: Entity | None = None,
) -> tuple[VisibleRow, list[sa.ColumnElement[bool]]] | None:
    """The rows that a link field offers, and what limits them; None when the actor sees none of their entity."""
    owner, link = _link_field(tx, actor, entity, field) if form is None else (form, _asked(form, field))
    grants = grants_of(tx.model, actor)
    led = tx.model.entities.get(to or "")
    target = link.target or (led.uid if led is not None and led.uid in link.targets else None)
    if target is None or not grants.may(target, "read"):
        return None
    relations = relations_of(tx, grants)
    row = relations.visible.open(target)
    limits = [] if row.condition is None else [row.condition]
    if link.narrowing is not None:
        environment = relations.environment(row, relations.visible)
        bound = replace(environment, record=BoundRow(entity=owner, values=record_values, env=environment))
        limits.append(compile_condition(link.narrowing, bound))
    return row, limits


def _asked(form: Entity, name: str) -> Field:
    found = form.by_name.get(name)
    if found is None or not (found.target or found.targets):
        raise no_such_field(name, (f.name for f in form.fields if f.target is not None), "/field")
    return found


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
    found = next((f for f in usable if f.name == field and _leads(f)), None)
    if found is None:
        raise no_such_field(field, (f.name for f in usable if _leads(f)), "/field")
    return owner, found


def _leads(field: Field) -> bool:
    """Whether a field leads to records that people choose."""
    return bool(field.targets) or (field.target is not None and (field.stored or field.listed))
