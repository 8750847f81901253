"""Documents that were issued, as their rows have them: what each was made of, and its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.query.cells_read import CHUNK
from core.storage.workspace import Transaction


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


def by_id(tx: Transaction, id: int) -> Issued | None:
    """A document, whoever may open it."""
    return next(iter(stored(tx, [tx.tables.own.document.c.id == id], 1)), None)


def stored(tx: Transaction, where: Sequence[sa.ColumnElement[bool]], limit: int | None) -> list[Issued]:
    """The documents of these conditions, the newest first, whoever may open them."""
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
