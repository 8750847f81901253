"""What an actor may do with one record that they see: so that a screen offers only what will not be refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import READING, Grants, grants_of, narrows
from core.query.execute import parameters, relations_of, run
from core.query.matching import among, id_list
from core.query.names import readable_entity
from core.storage.prepared import Prepared
from core.storage.types import BIG
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field, Grant

ACTIONS = ("update", "move", "delete", "share")


def allowed(tx: Transaction, actor: Actor, entity: str, id: int) -> frozenset[str]:
    """Those of `ACTIONS` that some grant of the actor gives on this record, by its ``rows`` and ``stages``.

    A grant's ``check`` is about the record after a write and is not asked; the last word is `core.records`'. What
    follows another record's rights is not shared apart from it.
    """
    grants = grants_of(tx.model, actor)
    found = readable_entity(tx.model, grants, entity)
    given = _allowed(tx, actor, grants, found, id)
    return given - {"share"} if narrows(found) else given


def _allowed(tx: Transaction, actor: Actor, grants: Grants, found: Entity, id: int) -> frozenset[str]:
    if grants.everything or found.parent is not None:
        return frozenset(action for action in ACTIONS if grants.may(found.uid, action))
    values = {**parameters(tx, actor), "record": id}
    if found.follows is not None and not _followed(tx, actor, grants, found, id):
        return frozenset()
    columns = run(_prepared(tx, grants, found), tx.connection, values)
    return (
        frozenset(a for a, column in zip(ACTIONS, columns, strict=True) if column[0])
        if columns
        else frozenset()
    )


def movable(
    tx: Transaction, actor: Actor, entity: Entity, ids: Sequence[int], field: Field
) -> frozenset[int]:
    """Those of these records whose field the actor may change by some grant: what can be lifted from a board.

    The stage is changed by ``move``, any other field by ``update``. The last word is `core.records`'.
    """
    moves = entity.stages is not None and entity.stages.field == field.uid
    if field.read_only or not field.writable:
        return frozenset()
    return granted(tx, actor, entity, ids, "move" if moves else "update", None if moves else field)


def granted(
    tx: Transaction, actor: Actor, entity: Entity, ids: Sequence[int], action: str, field: Field | None = None
) -> frozenset[int]:
    """Those of these records, all of which the actor sees, on which a grant of the action stands, covering the field
    when one is named. What follows another record's rights is asked as a whole; the last word is `core.records`'.
    """
    grants = grants_of(tx.model, actor)
    if not ids or not grants.may(entity.uid, action):
        return frozenset()
    if grants.everything or narrows(entity):
        return frozenset(ids)
    values = {**parameters(tx, actor), "ids": id_list(tx.dialect, ids)}
    columns = run(_standing(tx, grants, entity, field, action), tx.connection, values)
    return frozenset(columns[0]) if columns else frozenset()


def printable(
    tx: Transaction, actor: Actor, entity: Entity, ids: Iterable[int], *, staged: bool = True
) -> frozenset[int]:
    """Those of these records, all of which the actor sees, whose documents are theirs by a grant of printing: of child
    rows those whose parent is, of what follows another record's rights those where that record is. Not ``staged``: at
    whatever stage they are, of documents that are there already.
    """
    grants, wanted = grants_of(tx.model, actor), sorted(set(ids))
    if not wanted or not grants.may(entity.uid, "print"):
        return frozenset()
    if grants.everything:
        return frozenset(wanted)
    by_target: dict[str, dict[int, list[int]]] = {}
    for id, target, above in _above(tx, entity, wanted):
        by_target.setdefault(target, {}).setdefault(above, []).append(id)
    if narrows(entity):
        found = {
            id
            for target, above in by_target.items()
            for each in printable(tx, actor, tx.model.entity_by_uid[target], above, staged=staged)
            for id in above[each]
        }
        wanted = sorted(found)
        if not any("print" in grant.actions for grant in grants.own.get(entity.uid, ())):
            return frozenset(wanted)
    values = {**parameters(tx, actor), "ids": id_list(tx.dialect, wanted)}
    columns = run(_standing(tx, grants, entity, None, "print", staged=staged), tx.connection, values)
    return frozenset(columns[0]) if columns else frozenset()


def _above(tx: Transaction, entity: Entity, ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """The record that each of these follows: its id, and the uid of its entity; nothing for what follows none."""
    uid = entity.parent or entity.follows
    if uid is None:
        return []
    place = tx.tables[entity.uid]
    link = place.columns[uid].value
    rows = tx.connection.execute(
        sa.select(place.table.c.id, link).where(among(tx.dialect, place.table.c.id, "ids")),
        {"ids": id_list(tx.dialect, ids)},
    )
    target = entity.by_uid[uid].target
    led = ((id, to) for id, to in rows if to is not None)
    if entity.parent is not None:
        return [(id, target or "", to) for id, to in led]
    return [(id, to.entity, to.id) for id, to in led if to.entity in tx.model.entity_by_uid]


def _standing(
    tx: Transaction, grants: Grants, entity: Entity, field: Field | None, action: str, *, staged: bool = True
) -> Prepared:
    """The statement for these grants, made once for a model: those of the ids on whose records one of them stands."""
    database = tx.workspace.database
    kept: dict[tuple[object, ...], Prepared] = tx.model.derived.setdefault("standing", {})
    uid = None if field is None else field.uid
    key = (
        entity.uid,
        uid,
        action,
        staged,
        grants.key,
        database.dialect,
        database.schema,
        tx.workspace.zone.key,
    )
    if key not in kept:
        relations = relations_of(tx, grants)
        row = relations.visible.open(entity.uid, "any", unfiltered=True)
        given = [
            g
            for g in grants.branches(entity.uid, action)
            if uid is None or g.fields is None or uid in g.fields
        ]
        at_stage = staged and action not in READING
        standing = [
            (_stands(entity, row.alias, grant) if at_stage else sa.true()) & relations.rule(row, grant)
            for grant in given
        ]
        select = sa.select(row.alias.c.id).where(
            among(relations.dialect, row.alias.c.id, "ids"), sa.or_(sa.false(), *standing)
        )
        kept[key] = Prepared(select, database)
    return kept[key]


def _followed(tx: Transaction, actor: Actor, grants: Grants, entity: Entity, id: int) -> bool:
    """Whether the record that this one's rights follow lets it be written."""
    place = tx.tables[entity.uid]
    select = sa.select(place.columns[entity.follows or ""].value).where(place.table.c.id == id)
    link = tx.connection.execute(select).scalar()
    target = tx.model.entity_by_uid.get(link.entity) if link is not None else None
    if target is None or link is None or not grants.may(target.uid, "read"):
        return False
    asked = grants.asked_of_followed(entity.uid, "update")
    return asked == "read" or asked in allowed(tx, actor, target.name, link.id)


def _prepared(tx: Transaction, grants: Grants, entity: Entity) -> Prepared:
    """The statement for these grants, made once for a model: a row of the record, a column for each action."""
    database = tx.workspace.database
    kept: dict[tuple[object, ...], Prepared] = tx.model.derived.setdefault("allowed", {})
    key = (entity.uid, grants.key, database.dialect, database.schema, tx.workspace.zone.key)
    if key not in kept:
        relations = relations_of(tx, grants)
        row = relations.visible.open(entity.uid, "any", unfiltered=True)
        alias = row.alias
        columns = [
            sa.case(
                (
                    sa.or_(*[_stands(entity, alias, grant) & relations.rule(row, grant) for grant in given]),
                    sa.true(),
                ),
                else_=sa.false(),
            )
            if (given := grants.branches(entity.uid, action))
            else sa.false()
            for action in ACTIONS
        ]
        select = sa.select(*[column.label(f"a{n}") for n, column in enumerate(columns)]).select_from(alias)
        kept[key] = Prepared(select.where(alias.c.id == sa.bindparam("record", type_=BIG)), database)
    return kept[key]


def _stands(entity: Entity, alias: sa.FromClause, grant: Grant) -> sa.ColumnElement[bool]:
    """Whether the record is at a stage that the grant is about."""
    if grant.stages is None or entity.stages is None:
        return sa.true()
    column = alias.c[entity.by_uid[entity.stages.field].column]
    return sa.or_(*[column == stage for stage in sorted(grant.stages)])
