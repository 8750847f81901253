"""Documents that were issued for records: who may open them now, those of a record, one by its number.

A document is a copy of cells at one moment. It is opened by whom it was issued for, and by whoever has the right to print
its record and may now read every cell it was made from; for anybody else it is not there. With a record in the bin
nobody sees its documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of, unlimited
from core.errors import KubikError
from core.query.allowed import printable
from core.query.cells_read import CHUNK, cells_read
from core.query.noting import Seen, note, personal_fields
from core.query.read import visible_ids
from core.storage.workspace import Transaction
from metamodel.model import Field, Model

LEAST = 50
"""Documents that are looked at together, though fewer are wanted: of many none may be the reader's to open."""

Cells = Mapping[int, Mapping[str, Field]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Cells that a document was made from: of an entity (uid) these fields (uids) of these records; without records,
    of all of them (what was computed from records that nobody named)."""

    entity: str
    fields: frozenset[str]
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedFile:
    """A file of a document: the hash of its contents, its bytes, and the SHA-256 of its template."""

    format: str
    hash: str
    size: int
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A document as it was issued. ``type`` and ``entity`` are uids; ``name`` is that of its files, without an ending.

    ``by`` issued it, ``behalf`` is the person as whom they did. ``erased``: its files went with somebody's personal data.
    """

    id: int
    type: str
    entity: str
    record: int
    number: str | None
    date: date
    name: str
    language: str
    at: datetime
    by: int | None
    behalf: int | None
    job: int | None
    erased: datetime | None
    made_of: tuple[Source, ...]
    files: tuple[IssuedFile, ...]
    templates: Mapping[str, Sequence[str]]
    """By each format that it can be had in: file, SHA-256 and format of the template."""

    @property
    def formats(self) -> tuple[str, ...]:
        """What it can be had in: the formats that were made, and those that are made when somebody asks for them."""
        return tuple(sorted({*self.templates, *(each.format for each in self.files)}))

    @property
    def author(self) -> int | None:
        """As whom it was issued."""
        return self.by if self.behalf is None else self.behalf

    def file(self, format: str) -> IssuedFile | None:
        """Its file of that format."""
        return next((each for each in self.files if each.format == format), None)


def documents_of(
    tx: Transaction, actor: Actor, entity: str, record: int, before: int | None = None, limit: int = 50
) -> list[Issued]:
    """Documents of a record (entity by uid) that the actor may open, the newest first, those below the id ``before``."""
    table = tx.tables.own.document
    found: list[Issued] = []
    last, portion = before, max(limit, LEAST)
    while len(found) < limit:
        where = [table.c.entity == entity, table.c.record == record]
        if last is not None:
            where.append(table.c.id < last)
        some = _read(tx, where, portion)
        open_ = openable(tx, actor, some)
        found += [each for each in some if each.id in open_]
        if len(some) < portion:
            break
        last = some[-1].id
    return found[:limit]


def document(tx: Transaction, actor: Actor, id: int) -> Issued:
    """A document that the actor may open; KBK2006 for any other, and for none."""
    found = by_id(tx, id)
    if found is None or not openable(tx, actor, (found,)):
        raise KubikError("KBK2006")
    return found


def by_id(tx: Transaction, id: int) -> Issued | None:
    """A document, whoever may open it."""
    return next(iter(_read(tx, [tx.tables.own.document.c.id == id], 1)), None)


def documents_of_job(tx: Transaction, actor: Actor, job: int) -> list[Issued]:
    """The documents that a job issued, in their order, as far as the actor may open them."""
    table, found, last = tx.tables.own.document, [], None
    while True:
        where = [table.c.job == job] + ([] if last is None else [table.c.id < last])
        some = _read(tx, where, CHUNK)
        open_ = openable(tx, actor, some)
        found += [each for each in some if each.id in open_]
        if len(some) < CHUNK:
            return sorted(found, key=lambda each: each.id)
        last = some[-1].id


def documents_among(tx: Transaction, actor: Actor, of: Iterable[tuple[str, int]]) -> list[Issued]:
    """The documents that the actor may open of these records (uid of the entity, id), the oldest first."""
    table = tx.tables.own.document
    records: dict[str, set[int]] = {}
    for entity, record in of:
        records.setdefault(entity, set()).add(record)
    found: list[Issued] = []
    for entity, ids in records.items():
        for some in _chunks(ids):
            read = _read(tx, [table.c.entity == entity, table.c.record.in_(some)], None)
            open_ = openable(tx, actor, read)
            found += [each for each in read if each.id in open_]
    return sorted(found, key=lambda each: each.id)


def documents(tx: Transaction, actor: Actor, ids: Iterable[int]) -> dict[int, Issued]:
    """Those of these documents that the actor may open."""
    found: dict[int, Issued] = {}
    for some in _chunks(set(ids)):
        read = _read(tx, [tx.tables.own.document.c.id.in_(some)], None)
        open_ = openable(tx, actor, read)
        found |= {each.id: each for each in read if each.id in open_}
    return found


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


def openable(tx: Transaction, actor: Actor, found: Sequence[Issued]) -> set[int]:
    """Those (by id) of the documents that the actor may open now."""
    grants = grants_of(tx.model, actor)
    known = [each for each in found if _left(tx, actor, each)]
    live = _live(tx, known)
    open_, asked = set(), []
    for each in known:
        if each.record not in live.get(each.entity, ()):
            continue
        if actor.user is not None and each.author == actor.user:
            open_.add(each.id)
        elif grants.may(each.entity, "print"):
            asked.append(each)
    asked = _printable(tx, actor, asked)
    cells = _cells(tx, actor, asked)
    return open_ | {e.id for e in asked if all(_readable(grants, cells, source) for source in e.made_of)}


def note_opened(tx: Transaction, actor: Actor, found: Issued) -> None:
    """Note that somebody is shown the personal data that a document holds."""
    if tx.way is None or actor.system:
        return
    seen: Seen = {}
    for source in found.made_of:
        entity = tx.model.entity_by_uid.get(source.entity)
        marked = personal_fields(tx.model, entity) & source.fields if entity else frozenset()
        if marked:
            known = seen.setdefault(source.entity, ({}, {}))
            known[0].update(dict.fromkeys(sorted(marked)))
            known[1].update(dict.fromkeys(source.ids))
    note(tx, actor, seen, way=None if tx.way == "extract" else "document")


def entity_left(model: Model, actor: Actor, uid: str) -> bool:
    """Whether the entity is there and what narrows the actor leaves reading and printing it."""
    grants = grants_of(model, actor)
    return uid in model.entity_by_uid and grants.leaves(uid, "read") and grants.leaves(uid, "print")


def _left(tx: Transaction, actor: Actor, found: Issued) -> bool:
    """Whether a narrowing (of a token) leaves the document: its entity, and each that it was made from; what everybody
    knows of themselves is left always."""
    if not entity_left(tx.model, actor, found.entity):
        return False
    grants, user = grants_of(tx.model, actor), tx.model.entities["user"].uid
    return all(
        source.entity not in tx.model.entity_by_uid
        or grants.leaves(source.entity, "read")
        or (source.entity == user and source.ids == (actor.user,))
        for source in found.made_of
    )


def _live(tx: Transaction, found: Sequence[Issued]) -> dict[str, set[int]]:
    """The records of documents that are not in the bin, by uid of their entity."""
    return {
        uid: set(
            tx.connection.execute(
                sa.select((table := tx.tables[uid].table).c.id).where(
                    table.c.id.in_(sorted(ids)), table.c.deleted_at.is_(None)
                )
            ).scalars()
        )
        for uid, ids in _records(found).items()
    }


def _printable(tx: Transaction, actor: Actor, found: Sequence[Issued]) -> list[Issued]:
    """Those whose record the actor sees and may print."""
    may: dict[str, frozenset[int]] = {}
    for uid, ids in _records(found).items():
        entity = tx.model.entity_by_uid[uid]
        may[uid] = printable(tx, actor, entity, visible_ids(tx, actor, entity, ids), staged=False)
    return [each for each in found if each.record in may[each.entity]]


def _records(found: Iterable[Issued]) -> dict[str, set[int]]:
    records: dict[str, set[int]] = {}
    for each in found:
        records.setdefault(each.entity, set()).add(each.record)
    return records


def _cells(tx: Transaction, actor: Actor, found: Iterable[Issued]) -> dict[str, Cells]:
    """What the actor may read of everything these documents were made from; each entity is asked once."""
    wanted: dict[str, set[int]] = {}
    for each in found:
        for source in each.made_of:
            if source.entity in tx.model.entity_by_uid:
                wanted.setdefault(source.entity, set()).update(source.ids)
    return {uid: cells_read(tx, actor, tx.model.entity_by_uid[uid], ids) for uid, ids in wanted.items()}


def _readable(grants: Grants, cells: Mapping[str, Cells], source: Source) -> bool:
    """Whether all cells of a source may be read; those of fields that are no more by who may everything alone."""
    if grants.everything:
        return True
    if source.entity not in grants.model.entity_by_uid:
        return False
    if not source.ids:
        return _reads_all(grants, source.entity, source.fields)
    rows = cells[source.entity]
    return all(id in rows and source.fields <= rows[id].keys() for id in source.ids)


def _reads_all(grants: Grants, entity: str, fields: frozenset[str]) -> bool:
    """Whether these fields are read on every record there is."""
    known = grants.readable(entity)
    if grants.followed(entity) or any(known.get(uid) != "always" for uid in fields):
        return False
    link = grants.parent_link(entity)
    above = link is None or _reads_all(grants, link[0].uid, frozenset((link[1].uid,)))
    return above and any(unlimited(grant) for grant in grants.branches(entity, "read"))


def _read(tx: Transaction, where: Sequence[sa.ColumnElement[bool]], limit: int | None) -> list[Issued]:
    own = tx.tables.own
    names = tuple(n for n in Issued.__dataclass_fields__ if n not in ("made_of", "files", "templates"))
    more = own.document.c.made_of, own.document.c.templates
    select = sa.select(*(own.document.c[name] for name in names), *more).where(*where)
    rows = tx.connection.execute(select.order_by(own.document.c.id.desc()).limit(limit)).all()
    files: dict[int, list[IssuedFile]] = {}
    table = own.document_file
    for start in range(0, len(rows), CHUNK):
        some = [row.id for row in rows[start : start + CHUNK]]
        for document, *rest in tx.connection.execute(
            sa.select(table.c.document, table.c.format, table.c.hash, table.c.size, table.c.template)
            .where(table.c.document.in_(some))
            .order_by(table.c.document, table.c.format)
        ):
            files.setdefault(document, []).append(
                IssuedFile(format=rest[0], hash=rest[1], size=rest[2], template=rest[3])
            )
    return [
        Issued(
            **dict(zip(names, row[:-2], strict=True)),
            made_of=read_sources(row.made_of),
            templates=row.templates or {},
            files=tuple(files.get(row.id, ())),
        )
        for row in rows
    ]


def write_sources(sources: Iterable[Source]) -> list[Any]:
    """As JSON, to be stored with a document."""
    return [[each.entity, sorted(each.fields), sorted(set(each.ids))] for each in sources]


def read_sources(written: Iterable[Any]) -> tuple[Source, ...]:
    """What `write_sources` wrote down."""
    return tuple(Source(entity=uid, fields=frozenset(fields), ids=tuple(ids)) for uid, fields, ids in written)
