"""Records on their way out: the ids of all rows by the one compiled statement, in order and in one snapshot, then their
cells some thousand rows at a time; the memory stays the same however many there are.

The ids come first so that an order without an index is sorted once, and how many rows there are is known before the
first is written. They wait in a file when they are many.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from tempfile import SpooledTemporaryFile
from typing import Any

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.attached import attach, link_of, titles_select
from core.query.columns import Layout
from core.query.compile import Part
from core.query.execute import Reader, make_reader, parameters, reader_of
from core.query.exporting.forms import ExportColumn, column_of
from core.query.exporting.naming import ambiguous_titles
from core.query.exporting.rights import exported_freely, exporting
from core.query.exporting.seen import note_chunk
from core.query.matching import id_list
from core.query.names import readable_entity, readable_path
from core.query.noting import Watched, watch
from core.query.paged import Values
from core.query.plan import plan
from core.query.query import FileLink, Link, Query
from core.storage.prepared import Prepared
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity

ROWS = 5_000
"""Rows read at once."""

KEPT_TITLES = 200_000
"""Titles of linked records that are remembered from chunk to chunk, of each entity."""

IN_MEMORY = 4 * 1024 * 1024
"""Bytes of ids beyond which they wait in a file."""

NO_ROW_LIMIT = 2**31 - 1
NOT_EXPORTED = ("children", "secret")


@dataclass(slots=True, kw_only=True)
class Chunk:
    """Some rows: of each column its values in the column's form, and where masked cells are flagged, their flags."""

    ids: Sequence[int]
    columns: list[Sequence[Any]]
    hidden: list[Sequence[int] | None]


@dataclass(slots=True, kw_only=True, eq=False)
class Export:
    """What is exported, its columns settled; `chunks` reads it. Good for one transaction."""

    entity: Entity
    columns: tuple[ExportColumn, ...]
    left_out: tuple[str, ...]
    """Names that were asked for and may not be exported, or cannot."""
    total: int
    links: dict[str, dict[int, Link | FileLink]]
    """By uid of an entity: the links to those of its records that the chunk in hand leads to, hidden ones among them."""
    written: int = 0
    """Rows that came so far."""
    _tx: Transaction
    _actor: Actor
    _values: Values
    _reader: Reader
    _prepared: Prepared
    _layout: Layout
    _watched: Watched
    _ids: Any
    _titles: dict[str, Prepared] = field(default_factory=dict)
    _ambiguous: dict[str, frozenset[str]] = field(default_factory=dict)

    def chunks(self) -> Iterator[Chunk]:
        """All rows in order, once; views of personal data are noted as they pass."""
        self._ids.seek(0)
        while raw := self._ids.read(ROWS * 8):
            wanted = array("q")
            wanted.frombytes(raw)
            chunk = self._chunk(wanted)
            if chunk is not None:
                self.written += len(chunk.ids)
                note_chunk(self._tx, self._actor, self, self._watched, chunk)
                yield chunk
        self._ids.close()

    def _chunk(self, wanted: Sequence[int]) -> Chunk | None:
        given = {**self._values, "ids": id_list(self._tx.dialect, wanted)}
        raw = self._prepared.columns(self._tx.connection, given, raw_from=0)
        if not raw:
            return None
        found, at = raw[self._layout.id_at], {}
        if list(found) != list(wanted):
            at = {record: place for place, record in enumerate(found)}
            order = [at[record] for record in wanted if record in at]
            raw = [[column[place] for place in order] for column in raw]
        shown = self._layout.columns
        chunk = Chunk(
            ids=raw[self._layout.id_at],
            columns=[raw[each.value] for each in shown],
            hidden=[None if each.hidden is None else raw[each.hidden] for each in shown],
        )
        self._beside(chunk)
        return chunk

    def _beside(self, chunk: Chunk) -> None:
        """What is read beside the rows: titles of links, lists, links to any record; tuples of choices made of text."""
        for known in self.links.values():
            if len(known) > KEPT_TITLES:
                known.clear()
        for place, column in enumerate(self.columns):
            values = chunk.columns[place]
            match column.form:
                case "link":
                    self._read_titles(column.target, values)
                case "list" | "any":
                    items = [{column.name: self._engine(place, value)} for value in values]
                    layout = replace(self._layout, columns=(self._layout.columns[place],), masked={})
                    attach(self._reader, self._tx.connection, self._values, layout, items)
                    chunk.columns[place] = [item[column.name] for item in items]
                case "choices" | "value":
                    chunk.columns[place] = [self._engine(place, value) for value in values]
                case _:
                    pass

    def ambiguous(self, target: str) -> frozenset[str]:
        """The folded titles of an entity (uid) by which reading a table would not find the one record that has it."""
        if target not in self._ambiguous:
            self._ambiguous[target] = ambiguous_titles(self._tx, self._reader.compiler, self._values, target)
        return self._ambiguous[target]

    def _engine(self, place: int, value: Any) -> Any:
        return self._prepared.converted((value,), self._layout.columns[place].value)[0]

    def _read_titles(self, target: str, values: Sequence[int | None]) -> None:
        known = self.links.setdefault(target, {})
        new = [each for each in set(values) if each is not None and each not in known]
        if not new:
            return
        if target not in self._titles:
            entity = self._tx.model.entity_by_uid[target]
            select = titles_select(self._reader.compiler, entity, reached=True)
            self._titles[target] = Prepared(select, self._tx.workspace.database)
        given = {**self._values, "parents": id_list(self._tx.dialect, new)}
        known |= dict.fromkeys(new, Link(id=None, hidden=True))
        columns = self._titles[target].columns(self._tx.connection, given)
        known |= {record: link_of(record, *rest) for record, *rest in zip(*columns, strict=True)}


def begin_export(tx: Transaction, actor: Actor, query: Query, *, strict: bool = False) -> Export:
    """An export of the records that a question gives and the actor may export, in its order; its limit says nothing.

    ``query.fields``: None for all. A name that may not be exported is left out, ``strict`` refuses it (KBK2003).
    KBK2006 for an entity that may not be read, KBK4002 for one of which nothing may be exported.
    """
    grants = grants_of(tx.model, actor)
    entity = readable_entity(tx.model, grants, query.entity)
    narrowed = narrowed_of(tx, grants, entity)
    names, left_out = _names(tx, grants, narrowed, entity, query.fields, strict=strict)
    question = replace(query, fields=("id",), cursor=None, limit=1)
    finder = reader_of(tx, actor, question)
    values = parameters(tx, actor, question)
    reader = _reader(tx, actor, narrowed, Query(entity=entity.name, fields=names))
    select, layout = reader.compiler.gathered(limited=narrowed is not grants)
    # the id comes first in every layout, whether it was asked for or not
    layout = replace(layout, columns=tuple(c for c in layout.columns if c.name in names))
    prepared = Prepared(select, tx.workspace.database)
    by_name = {path.name: path for path in reader.plan.selection.columns}
    columns = tuple(
        column_of(tx.model, by_name[shown.name], shown, prepared.types[shown.value], tx.dialect)
        for shown in layout.columns
    )
    ids = _all_ids(tx, finder, values)
    return Export(
        entity=entity, columns=columns, left_out=left_out, total=ids.tell() // 8, links={}, _tx=tx, _actor=actor,
        _values=values, _reader=reader, _prepared=prepared, _layout=layout, _ids=ids,
        _watched=watch(tx.model, reader.plan.selection),
    )  # fmt: skip


def narrowed_of(tx: Transaction, grants: Grants, entity: Entity) -> Grants:
    """The grants under which an entity is exported, made once for a model."""
    kept: dict[tuple[str, str], Grants] = tx.model.derived.setdefault("exporting", {})
    key = grants.key, entity.uid
    if key not in kept:
        kept[key] = exporting(tx.model, grants, entity)
    return kept[key]


def _names(
    tx: Transaction, grants: Grants, narrowed: Grants, entity: Entity, asked: tuple[str, ...] | None, *, strict: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """The names that are exported, and those left out."""
    if asked is None:
        found = plan(Query(entity=entity.name), tx.model, narrowed).selection.columns
        return tuple(path.name for path in found if path.field.type.name not in NOT_EXPORTED), ()
    kept: list[str] = []
    left: list[str] = []
    for index, name in enumerate(dict.fromkeys(asked)):
        try:
            path = readable_path(tx.model, narrowed, entity, name, f"/fields/{index}")
        except KubikError:
            if strict:
                raise
            left.append(name)
            continue
        through = zip(path.entities[1:], path.fields[1:], strict=True)
        free = all(exported_freely(grants, each, step.uid) for each, step in through)
        (kept if free and path.field.type.name not in NOT_EXPORTED else left).append(name)
    if strict and left:
        words = message("These fields cannot be exported: {fields}.", fields=", ".join(left))
        raise KubikError("KBK2003", words)
    return tuple(kept or ("id",)), tuple(left)


def _reader(tx: Transaction, actor: Actor, narrowed: Grants, query: Query) -> Reader:
    """A reader under grants that are not the actor's own, kept by nobody."""
    return make_reader(tx, actor.language, plan(query, tx.model, narrowed, "any"))


def _all_ids(tx: Transaction, finder: Reader, values: Mapping[str, Any]) -> Any:
    """The ids of all rows in order, as 64-bit numbers in a file that stands at its end."""
    file: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the export closes it
    given = {**values, "limit": NO_ROW_LIMIT}
    for segment in finder.pages.segments:
        prepared = finder.other("page_ids", Part(segment=segment))
        at = len(prepared.types) - 1
        for rows in prepared.pieces(tx.connection, given, 50_000):
            file.write(array("q", [row[at] for row in rows]).tobytes())
    return file
