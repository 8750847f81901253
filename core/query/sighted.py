"""Who saw personal data, for who may ask: of one record, of a person who looked, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.managing import manages_anybody, may_everything
from core.errors import KubikError
from core.query.cells_read import cells_read
from core.query.cursor import read_cursor, write_cursor
from core.query.plan import page_limit
from core.query.query import Link
from core.query.read import titles
from core.storage.workspace import Transaction, unnoted
from metamodel.model import Entity, Field, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Somebody was shown ``fields`` of ``count`` records of an entity, by that way."""

    id: int
    at: datetime
    by: Link | None
    behalf: Link | None
    token: bool
    way: str
    entity: Entity
    fields: tuple[Field, ...]
    count: int
    record: int | None
    """The record, when it was one."""
    title: str = ""
    """What it is called, as far as the asker may see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SightPage:
    """Views, the newest first, and where to go on."""

    items: tuple[Sight, ...]
    next: str | None


def require_overseer(tx: Transaction, actor: Actor) -> None:
    """Refuse (KBK4002) who manages nobody: who saw what is for those who answer for people."""
    if actor.mode is not None or not manages_anybody(tx.model, actor):
        raise KubikError("KBK4002")


def sightings(
    tx: Transaction,
    actor: Actor,
    *,
    entity: str | None = None,
    record: int | None = None,
    by: int | None = None,
    way: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> SightPage:
    """Views of personal data; of one ``record`` with its child rows, which the actor must see (KBK2006).

    By who manages people (KBK4002). Of entities and fields that they may read themselves.
    """
    require_overseer(tx, actor)
    limit = page_limit(limit)
    sighting = tx.tables.own.sighting
    known = _known(tx, actor)
    bound = ("sightings", actor.user, entity, record, by, way)
    select = sa.select(sighting).where(sighting.c.entity.in_(sorted(known)))
    if cursor:
        select = select.where(sighting.c.id < read_cursor(tx.workspace.secret_key, bound, cursor, 1)[0])
    if entity is not None:
        select = select.where(_of(tx, actor, known, entity, record))
    if by is not None:
        select = select.where(sighting.c.by == by)
    if way is not None:
        select = select.where(sighting.c.way == way)
    rows = tx.connection.execute(select.order_by(sighting.c.id.desc()).limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    following = write_cursor(tx.workspace.secret_key, bound, (rows[-1].id,)) if more else None
    return SightPage(items=_told(tx, actor, known, rows), next=following)


def _known(tx: Transaction, actor: Actor) -> dict[str, Entity]:
    grants = grants_of(tx.model, actor)
    return {e.uid: e for e in tx.model.entities.values() if grants.may(e.uid, "read")}


def _of(
    tx: Transaction, actor: Actor, known: dict[str, Entity], name: str, record: int | None
) -> sa.ColumnElement[bool]:
    """What limits views to an entity, or to a record and its child rows."""
    sighting, sighted = tx.tables.own.sighting, tx.tables.own.sighted
    found = tx.model.entities.get(name)
    if found is None or found.uid not in known:
        raise KubikError("KBK2006")
    if record is None:
        return sighting.c.entity == found.uid
    with unnoted(tx):
        if record not in cells_read(tx, actor, found, (record,)):
            raise KubikError("KBK2006")
    wanted = [(found.uid, [record])]
    for child in (f for f in found.fields if f.type.name == "children" and f.through and f.target in known):
        place = tx.tables[child.target or ""]
        link = place.columns[child.through or ""].value
        rows = tx.connection.execute(sa.select(place.table.c.id).where(link == record).limit(1000)).scalars()
        wanted.append((child.target or "", list(rows)))
    return sa.or_(
        *(
            sa.and_(
                sighting.c.entity == uid,
                sighting.c.id.in_(sa.select(sighted.c.sighting).where(sighted.c.record.in_(ids))),
            )
            for uid, ids in wanted
            if ids
        )
    )


def _told(tx: Transaction, actor: Actor, known: dict[str, Entity], rows: Sequence[Any]) -> tuple[Sight, ...]:
    user = tx.model.entities["user"]
    people = {who for row in rows for who in (row.by, row.behalf) if who is not None}
    names = titles(tx, actor, user, people) if people else {}
    single = [row.id for row in rows if row.count == 1]
    sighted = tx.tables.own.sighted
    records: dict[int, int] = {}
    if single:
        found = sa.select(sighted.c.sighting, sighted.c.record).where(sighted.c.sighting.in_(single))
        records = {row.sighting: row.record for row in tx.connection.execute(found)}
    named: dict[tuple[str, int], str] = {}
    for uid in {row.entity for row in rows}:
        ids = [records[row.id] for row in rows if row.entity == uid and row.id in records]
        found_titles = titles(tx, actor, known[uid], ids) if ids else {}
        named |= {(uid, id): link.title for id, link in found_titles.items() if link.id is not None}
    return tuple(
        Sight(
            id=row.id, at=row.at, by=names.get(row.by), behalf=names.get(row.behalf), token=row.token is not None,
            way=row.way, entity=known[row.entity],
            fields=tuple(f for f in known[row.entity].fields if f.uid in row.fields),
            count=row.count, record=records.get(row.id),
            title=named.get((row.entity, records.get(row.id, 0)), ""),
        )
        for row in rows
    )  # fmt: skip


def may_erase(tx: Transaction, actor: Actor) -> bool:
    """Whether the actor may erase personal data: who may everything, as themselves."""
    return actor.mode is None and may_everything(tx.model, actor)


def oversees(model: Model, actor: Actor) -> bool:
    """Whether the actor may ask who saw personal data, where there is any at all."""
    marked = any(f.personal for e in model.entities.values() for f in e.fields)
    return marked and actor.mode is None and manages_anybody(model, actor)


def holds_personal(model: Model, entity: Entity) -> bool:
    """Whether records of an entity, or their child rows, have fields that are marked."""
    children = (f for f in entity.fields if f.type.name == "children" and f.through)
    return any(f.personal and f.valued for f in entity.fields) or any(
        holds_personal(model, model.entity_by_uid[f.target or ""]) for f in children
    )
