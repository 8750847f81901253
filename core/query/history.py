"""The history of a record: rows of the journal, with the fields the reader may read and the titles of today."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.query.cells_read import cells_read
from core.query.cursor import read_cursor, write_cursor
from core.query.history_links import with_titles
from core.query.issued import Issued, documents, documents_among
from core.query.matching import among, id_list
from core.query.names import readable_entity, readable_field, readable_fields
from core.query.neutral import read_neutral
from core.query.noting import Seen, note, personal_fields
from core.query.plan import page_limit
from core.query.read import titles, visible_ids
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field

MOST_ROWS = 5000
"""Child rows, the newest, whose changes are told with those of their record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Changes of a record, the newest first: ``seq, at, by, kind, version, action``, ``job`` (the import or change of many that did it: ``id, kind, mine``), ``behalf``
    (in whose name, None for one's own), ``document`` (of a document that was issued: ``id, type, number, name``), and ``changes``, which maps the names of fields to ``from`` and ``to``, values as a page has them.
    Those of child rows say of which one: ``entity, id, title``."""

    items: list[dict[str, Any]]
    next: str | None


def history(
    tx: Transaction,
    actor: Actor,
    entity: str,
    id: int,
    cursor: str | None = None,
    limit: int = 50,
    *,
    field: str | None = None,
    by: int | None = None,
    rows: bool = False,
) -> HistoryPage:
    """What happened to a record that the actor may see, in the bin or not; KBK2006 when they may not.

    Of one ``field`` only (KBK2003 when they may not read it), ``by`` one person only (nothing, when they may not know
    of them), with ``rows`` also what happened to child rows.
    """
    limit = page_limit(limit)
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    bound = ("history", found.uid, id, actor.user, *((field, by, rows) if field or by or rows else ()))
    before = read_cursor(tx.workspace.secret_key, bound, cursor, 1)[0] if cursor else None
    narrowed = _narrowed(tx, actor, found, field, by, rows=rows)
    items = changes_before(tx, actor, found, id, before, limit + 1, narrowed)
    more, items = len(items) > limit, items[:limit]
    after = write_cursor(tx.workspace.secret_key, bound, (items[-1]["seq"],)) if more else None
    return HistoryPage(items=items, next=after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What of a history is wanted: of one field (uid), of a person, with child rows of these children fields."""

    field: str | None = None
    by: int | None = None
    rows: tuple[Field, ...] = ()


EVERYTHING = Narrowed()


def _narrowed(
    tx: Transaction, actor: Actor, entity: Entity, name: str | None, by: int | None, *, rows: bool
) -> Narrowed:
    grants = grants_of(tx.model, actor)
    field = readable_field(grants, entity, name, "/field") if name else None
    if by not in (None, actor.person) and not visible_ids(
        tx, actor, tx.model.entities["user"], (by or 0,), "any"
    ):
        by = 0  # the deeds of somebody out of sight are not told apart from others'
    if field is not None and field.type.name == "children":
        return Narrowed(field="", by=by, rows=(field,))
    lists = (f for f in readable_fields(grants, entity) if f.type.name == "children" and f.through)
    return Narrowed(
        field=field.uid if field else None, by=by, rows=tuple(lists) if rows and not field else ()
    )


def changes_before(
    tx: Transaction,
    actor: Actor,
    entity: Entity,
    id: int,
    before: int | None,
    limit: int,
    narrowed: Narrowed = EVERYTHING,
) -> list[dict[str, Any]]:
    """The newest changes of a record below a place in the journal; KBK2006 when the actor does not see the record."""
    cells = cells_read(tx, actor, entity, (id,))
    if id not in cells:
        raise KubikError("KBK2006")
    told = {(entity.uid, id): cells[id]}
    below = _child_cells(tx, actor, id, narrowed.rows)
    told |= below
    journal = tx.tables.own.journal
    own = sa.and_(journal.c.entity == entity.uid, journal.c.record == id)
    told_of = (
        narrowed.field is None or narrowed.field in cells[id]
    )  # when a hidden cell changed is hidden, too
    of = [own] if told_of else []
    lists: dict[str, Any] = {}
    for uid in dict.fromkeys(uid for uid, _ in below):
        lists[f"ids_{uid}"] = id_list(tx.dialect, [record for each, record in below if each == uid])
        of.append(sa.and_(journal.c.entity == uid, among(tx.dialect, journal.c.record, f"ids_{uid}")))
    seen = [each.id for each in documents_among(tx, actor, told)]
    lists["documents"] = id_list(tx.dialect, seen)
    issued = sa.or_(journal.c.document.is_(None), among(tx.dialect, journal.c.document, "documents"))
    select = sa.select(journal).where(sa.or_(sa.false(), *of), issued)
    if narrowed.by is not None:
        select = select.where(journal.c.by == narrowed.by)
    if narrowed.field:
        select = select.where(
            sa.cast(journal.c.diff, sa.Text()).contains(f'"{narrowed.field}"', autoescape=True)
        )
    if before is not None:
        select = select.where(journal.c.seq < before)
    found = tx.connection.execute(select.order_by(journal.c.seq.desc()).limit(limit), lists).all()
    return told_changes(tx, actor, found, told, {(entity.uid, id)}, narrowed.field)


Cells = Mapping[tuple[str, int], Mapping[str, Field]]
"""By entity (uid) and id of a record, the fields (by uid) whose cells may be told."""


def told_changes(
    tx: Transaction,
    actor: Actor,
    rows: Sequence[Any],
    cells: Cells,
    unnamed: Container[tuple[str, int]] = (),
    only: str | None = None,
) -> list[dict[str, Any]]:
    """Rows of the journal as they are told: cells that may be read, links with the titles of today.

    Each says which record it is about, unless that is among ``unnamed``; with ``only`` the changes of one field (uid).
    """
    items: list[dict[str, Any]] = []
    of: dict[str, list[dict[str, Any]]] = {}
    seen: Seen = {}
    jobs = _jobs(tx, actor, {row.job for row in rows if row.job is not None})
    issued = documents(tx, actor, {row.document for row in rows if row.document is not None})
    for row in rows:
        if row.document is not None and row.document not in issued:
            continue
        readable = cells[row.entity, row.record]
        if only:
            readable = {uid: f for uid, f in readable.items() if uid == only}
        entity = tx.model.entity_by_uid[row.entity]
        item: dict[str, Any] = {
            "seq": row.seq, "at": row.at, "by": row.by, "behalf": row.behalf, "kind": row.kind, "version": row.version,
            "action": _action(tx, row.action), "job": jobs.get(row.job), "changes": changed_values(tx, readable, row.diff or {}),
        }  # fmt: skip
        if row.document is not None:
            item["document"] = _document(tx, issued[row.document])
        if (row.entity, row.record) not in unnamed:
            item |= {"entity": entity.name, "id": row.record}
        items.append(item)
        of.setdefault(row.entity, []).append(item)
        _note_changes(tx, entity, row, readable, seen)
    for uid, told in of.items():
        entity = tx.model.entity_by_uid[uid]
        with_titles(tx, actor, {f.uid: f for f in entity.fields}, told)
        named = [item["id"] for item in told if "id" in item]
        known = titles(tx, actor, entity, named) if named else {}
        for item in told:
            if "id" in item:
                item["title"] = known[item["id"]].title
    note(tx, actor, seen)
    return items


def _jobs(tx: Transaction, actor: Actor, ids: set[int]) -> dict[int, dict[str, Any]]:
    """What jobs are: ``id``, ``kind``, and ``mine`` for who may look at it, its starter; those that are forgotten are absent."""
    if not ids:
        return {}
    table = tx.tables.own.job
    rows = tx.connection.execute(sa.select(table.c.id, table.c.kind, table.c.by).where(table.c.id.in_(ids)))
    return {id: {"id": id, "kind": kind, "mine": by == actor.person} for id, kind, by in rows}


def _document(tx: Transaction, found: Issued) -> dict[str, Any]:
    """A document as its line in a history tells it; ``type`` is the name of its definition, None when that is no more."""
    known = tx.model.document_by_uid.get(found.type)
    return {
        "id": found.id, "type": known.name if known else None, "number": found.number, "name": found.name,
    }  # fmt: skip


def _note_changes(
    tx: Transaction, entity: Entity, row: Any, readable: Mapping[str, Field], seen: Seen
) -> None:
    marked = personal_fields(tx.model, entity)
    shown = [uid for uid in row.diff or () if uid in marked and uid in readable] if marked else []
    if shown:
        known = seen.setdefault(entity.uid, ({}, {}))
        known[0].update(dict.fromkeys(shown))
        known[1][row.record] = None


def _child_cells(
    tx: Transaction, actor: Actor, id: int, fields: Sequence[Field]
) -> dict[tuple[str, int], Mapping[str, Field]]:
    """The cells of child rows that the actor may read, of rows in use and of those in the bin, to any depth."""
    found: dict[tuple[str, int], Mapping[str, Field]] = {}
    waiting = [(field, [id]) for field in fields]
    while waiting:
        field, parents = waiting.pop()
        child = tx.model.entity_by_uid[field.target or ""]
        place = tx.tables[child.uid]
        link = place.columns[field.through or ""].value
        select = sa.select(place.table.c.id).where(among(tx.dialect, link, "parents"))
        select = select.order_by(place.table.c.id.desc()).limit(MOST_ROWS)
        ids = list(tx.connection.execute(select, {"parents": id_list(tx.dialect, parents)}).scalars())
        cells = cells_read(tx, actor, child, ids)
        found |= {(child.uid, record): each for record, each in cells.items()}
        known = grants_of(tx.model, actor)
        below = (f for f in readable_fields(known, child) if f.type.name == "children" and f.through)
        if cells:
            waiting += [(each, list(cells)) for each in below]
    return found


def _action(tx: Transaction, uid: str | None) -> str | None:
    """The name of the action that did it, as long as it is there."""
    found = tx.model.action_by_uid.get(uid) if uid else None
    return found.name if found else None


def changed_values(tx: Transaction, readable: Mapping[str, Field], diff: Mapping[str, Any]) -> dict[str, Any]:
    """The readable part of a difference by names of fields, links still as ids."""
    return {
        readable[uid].name: {
            "from": read_neutral(tx, readable[uid], old), "to": read_neutral(tx, readable[uid], new),
        }
        for uid, (old, new) in diff.items()
        if uid in readable and readable[uid].of_stage is None
    }  # fmt: skip
