"""Who saw personal data, for who may ask: of one record, of a person who looked, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from core.query.noting import personal_fields, personal_title
from core.query.plan import page_limit
from core.query.query import Link
from core.query.read import titles, visible_ids
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
    """The record, when it was one and the asker sees it."""
    title: str = ""
    """What it is called."""


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

    By who manages people (KBK4002). Of entities and fields that they may read themselves; a record out of their sight is
    not named, and of a person (``by``) whom they do not see nothing is told.
    """
    require_overseer(tx, actor)
    limit = page_limit(limit)
    sighting = tx.tables.own.sighting
    known = _known(tx, actor)
    bound = ("sightings", actor.user, entity, record, by, way)
    select = sa.select(sighting).where(_told_of(tx, actor, known))
    if cursor:
        select = select.where(sighting.c.id < read_cursor(tx.workspace.secret_key, bound, cursor, 1)[0])
    if entity is not None:
        select = select.where(_of(tx, actor, known, entity, record))
    if by is not None:
        person = by == actor.user or visible_ids(tx, actor, tx.model.entities["user"], (by,), "any")
        select = select.where(sighting.c.by == by if person else sa.false())
    if way is not None:
        select = select.where(sighting.c.way == way)
    rows = tx.connection.execute(select.order_by(sighting.c.id.desc()).limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    following = write_cursor(tx.workspace.secret_key, bound, (rows[-1].id,)) if more else None
    return SightPage(items=_told(tx, actor, known, rows), next=following)


def _known(tx: Transaction, actor: Actor) -> dict[str, Entity]:
    grants = grants_of(tx.model, actor)
    return {e.uid: e for e in tx.model.entities.values() if grants.may(e.uid, "read")}


def _told_of(tx: Transaction, actor: Actor, known: Mapping[str, Entity]) -> sa.ColumnElement[bool]:
    """What limits views to those of fields that the actor may read."""
    sighting, grants = tx.tables.own.sighting, grants_of(tx.model, actor)
    if grants.everything:
        return sighting.c.entity.in_(sorted(known))
    found = [
        sa.and_(sighting.c.entity == uid, _names(tx, each, grants.readable(uid)))
        for uid, each in known.items()
    ]
    return sa.or_(sa.false(), *found)


def _names(tx: Transaction, entity: Entity, readable: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether a view names one of the fields (uids) that are readable."""
    noted = sorted({*personal_fields(tx.model, entity), *personal_title(tx.model, entity)} & {*readable})
    fields = sa.type_coerce(tx.tables.own.sighting.c.fields, sa.Text())
    return sa.or_(sa.false(), *(fields.contains(f'"{uid}"', autoescape=True) for uid in noted))


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
        cells = cells_read(tx, actor, found, (record,)).get(record)
    if cells is None:
        raise KubikError("KBK2006")
    named = sa.true() if grants_of(tx.model, actor).everything else _names(tx, found, cells)
    wanted = [sa.and_(sighting.c.entity == found.uid, named, _among(sighted, sighting, [record]))]
    for child in (f for f in found.fields if f.type.name == "children" and f.through and f.target in known):
        place = tx.tables[child.target or ""]
        link = place.columns[child.through or ""].value
        rows = tx.connection.execute(sa.select(place.table.c.id).where(link == record).limit(1000)).scalars()
        seen = visible_ids(tx, actor, known[child.target or ""], list(rows), "any")
        if seen:
            wanted.append(sa.and_(sighting.c.entity == child.target, _among(sighted, sighting, sorted(seen))))
    return sa.or_(*wanted)


def _among(sighted: sa.Table, sighting: sa.Table, ids: Sequence[int]) -> sa.ColumnElement[bool]:
    return sighting.c.id.in_(sa.select(sighted.c.sighting).where(sighted.c.record.in_(ids)))


def _told(tx: Transaction, actor: Actor, known: dict[str, Entity], rows: Sequence[Any]) -> tuple[Sight, ...]:
    user, grants = tx.model.entities["user"], grants_of(tx.model, actor)
    people = {who for row in rows for who in (row.by, row.behalf) if who is not None}
    names = titles(tx, actor, user, people) if people else {}
    records = _single(tx, rows)
    cells: dict[tuple[str, int], Collection[str]] = {}
    named: dict[tuple[str, int], str] = {}
    for uid in {row.entity for row in rows}:
        ids = [records[row.id] for row in rows if row.entity == uid and row.id in records]
        cells |= {(uid, id): each.keys() for id, each in cells_read(tx, actor, known[uid], ids).items()}
        found_titles = titles(tx, actor, known[uid], ids) if ids else {}
        named |= {(uid, id): link.title for id, link in found_titles.items() if link.id is not None}

    def told(row: Any) -> Sight:
        record = records.get(row.id)
        here = cells.get((row.entity, record or 0), ())
        if not grants.everything and not {*row.fields} & {*here}:
            record, here = None, grants.readable(row.entity)  # out of sight, or what was seen of it is
        return Sight(
            id=row.id, at=row.at, by=names.get(row.by), behalf=names.get(row.behalf), token=row.token is not None,
            way=row.way, entity=known[row.entity],
            fields=tuple(f for f in known[row.entity].fields if f.uid in row.fields and (grants.everything or f.uid in here)),
            count=row.count, record=record, title=named.get((row.entity, record or 0), ""),
        )  # fmt: skip

    return tuple(told(row) for row in rows)


def _single(tx: Transaction, rows: Sequence[Any]) -> dict[int, int]:
    """Of views of one record, which it was."""
    sighted, single = tx.tables.own.sighted, [row.id for row in rows if row.count == 1]
    if not single:
        return {}
    found = sa.select(sighted.c.sighting, sighted.c.record).where(sighted.c.sighting.in_(single))
    return {row.sighting: row.record for row in tx.connection.execute(found)}


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
