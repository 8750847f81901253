"""A record as it was in a version or at a moment, its child rows with it, under the rights on the record as it is now.

Computed fields are not kept and not told. Links have the titles of today: what a linked record was called then is told by
that record's own past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.history.journal import neutral
from core.query.cells_read import cells_read
from core.query.history_links import with_titles
from core.query.names import readable_entity, readable_fields
from core.query.neutral import read_neutral
from core.query.noting import note, personal_fields
from core.query.undone import Standpoint, Undone, standpoint, undone
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Field

MOST_ROWS = 10_000
"""Child rows of one field that are looked at."""


@dataclass(slots=True, kw_only=True)
class Past:
    """A record as it was: ``values`` by uid as the engine has them, ``item`` by name as a page has them.

    Both hold only what may be read; ``rows`` are child rows by uid of their field.
    """

    entity: Entity
    id: int
    values: dict[str, Any]
    item: dict[str, Any] = field(default_factory=dict)
    deleted: bool = False
    rows: dict[str, tuple[Past, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRecord:
    """The record and where in its history it stands; ``unknown`` are names of fields that are computed when read."""

    record: Past
    stand: Standpoint
    unknown: tuple[str, ...]


def past(
    tx: Transaction,
    actor: Actor,
    entity: str,
    id: int,
    *,
    version: int | None = None,
    moment: datetime | None = None,
) -> PastRecord:
    """The record as it was; KBK2006 when the actor does not see it, or when it was not there then."""
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    cells = cells_read(tx, actor, found, (id,))
    stand = standpoint(tx, found, id, version=version, moment=moment) if id in cells else None
    if stand is None:
        raise KubikError("KBK2006", message("There was no such record then.") if id in cells else None)
    record = _pasts(tx, actor, found, undone(tx, found, (id,), stand.boundary), cells, stand.boundary)[0]
    item = record.item
    item |= {"id": id, "version": stand.version, "updated_at": stand.at}
    hidden = [f.name for f in readable_fields(grants_of(tx.model, actor), found) if f.uid not in cells[id]]
    if hidden:
        item["_hidden"] = hidden
    _note(tx, actor, record)
    computed = tuple(f.name for f in found.fields if f.uid in cells[id] and f.computed is not None)
    return PastRecord(record=record, stand=stand, unknown=computed)


def _pasts(
    tx: Transaction,
    actor: Actor,
    entity: Entity,
    found: Mapping[int, Undone],
    cells: Mapping[int, Mapping[str, Field]],
    boundary: int,
) -> list[Past]:
    made = []
    for id, readable in cells.items():
        then = found.get(id)
        if then is None or not then.there:
            continue
        kept = {uid: v for uid, v in then.values.items() if uid in readable and _kept(entity.by_uid[uid])}
        record = Past(entity=entity, id=id, values=kept, deleted=then.deleted)
        record.item = {"id": id} | {
            entity.by_uid[uid].name: read_neutral(tx, entity.by_uid[uid], neutral_of(value))
            for uid, value in kept.items()
        }
        made.append(record)
    _titled(tx, actor, entity, made)
    for child in (f for f in entity.fields if f.type.name == "children" and f.through):
        _give_rows(tx, actor, child, [r for r in made if child.uid in cells[r.id]], boundary)
    return made


def _give_rows(tx: Transaction, actor: Actor, children: Field, owners: Sequence[Past], boundary: int) -> None:
    """The child rows that these records had then, and that the actor may see now."""
    grants = grants_of(tx.model, actor)
    if not owners or not grants.may(children.target or "", "read"):
        return
    child = tx.model.entity_by_uid[children.target or ""]
    place, link = tx.tables[child.uid], children.through or ""
    column = place.columns[link].value
    select = sa.select(place.table.c.id).where(column.in_([owner.id for owner in owners]))
    ids = list(
        tx.connection.execute(
            select.order_by(place.table.c.position, place.table.c.id).limit(MOST_ROWS)
        ).scalars()
    )
    cells = cells_read(tx, actor, child, ids)
    then = undone(tx, child, cells, boundary)
    ordered = {id: cells[id] for id in ids if id in cells and id in then and not then[id].deleted}
    rows = _pasts(tx, actor, child, then, ordered, boundary)
    for owner in owners:
        mine = tuple(row for row in rows if then[row.id].values.get(link) == owner.id)
        owner.rows[children.uid] = mine
        owner.item[children.name] = [_row_item(row) for row in mine]


def _row_item(row: Past) -> dict[str, Any]:
    """A child row within its record: what people set."""
    named = row.entity.by_name
    return {
        name: value
        for name, value in row.item.items()
        if name == "id" or not (named[name].system or named[name].uid == row.entity.parent)
    }


def _kept(field: Field) -> bool:
    """Whether history keeps a field: what people set, and when and by whom the record was made."""
    return field.valued and field.computed is None and (not field.system or field.name.startswith("created"))


def neutral_of(value: Any) -> Any:
    """A stored value as the journal has it."""
    return [neutral(each) for each in value] if isinstance(value, tuple) else neutral(value)


def _titled(tx: Transaction, actor: Actor, entity: Entity, records: Sequence[Past]) -> None:
    """Links in the places of ids."""
    every = {f.uid: f for f in entity.fields}
    items: list[dict[str, Any]] = [
        {"by": None, "changes": {name: {"to": v} for name, v in record.item.items() if name != "id"}}
        for record in records
    ]
    with_titles(tx, actor, every, items)
    for record, item in zip(records, items, strict=True):
        record.item |= {name: values["to"] for name, values in item["changes"].items()}


def _note(tx: Transaction, actor: Actor, record: Past) -> None:
    marked = personal_fields(tx.model, record.entity)
    shown = [uid for uid, value in record.values.items() if uid in marked and value is not None]
    if shown:
        note(tx, actor, {record.entity.uid: (dict.fromkeys(shown), {record.id: None})})
    for rows in record.rows.values():
        for row in rows:
            _note(tx, actor, row)
