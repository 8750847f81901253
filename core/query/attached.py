"""What is read beside the rows of a page: lists of links, and titles of links to any record. One statement a field or
entity, however many rows there are; each under the reader's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.held import is_file
from core.query.matching import among, id_list
from core.query.query import FileLink, Link, LinkAny
from core.query.title import title_of
from core.storage.expressions.pairs import pairs_of
from core.storage.prepared import Prepared
from metamodel.fields.file import file_url
from metamodel.fields.link_any import AnyLink
from metamodel.model import Entity, Field

if TYPE_CHECKING:
    from core.query.columns import Layout
    from core.query.compile import Compiler
    from core.query.execute import Reader
    from core.query.relations import VisibleRow

HIDDEN_ANY = LinkAny(id=None, hidden=True)

Items = Sequence[dict[str, Any]]


def attach(
    reader: Reader, connection: sa.Connection, values: Mapping[str, Any], layout: Layout, items: Items
) -> None:
    """Put lists of links and links to any record into items that hold ids in their places."""
    for shown in layout.columns:
        if shown.listed is not None:
            _attach_list(reader, connection, values, shown.name, shown.listed, items)
    led = {shown.name: shown.led for shown in layout.columns if shown.led}
    if led:
        _attach_any(reader, connection, values, led, items)


def list_select(compiler: Compiler, field: Field) -> sa.Select[Any]:
    """Owner, id, title and whether it is in the bin, of what the lists of the owners of the parameter ``parents``
    lead to, in order; what the reader may not see is left out.
    """
    relations = compiler.relations
    pairs = pairs_of(field, relations.visible, relations.tables)
    row = relations.visible.open(field.target or "", "any", reached=True)
    joined = row.alias.c.id == pairs.target
    on = joined if row.condition is None else joined & row.condition
    select = sa.select(pairs.record, row.alias.c.id, *_shown(row, compiler.language))
    select = select.select_from(pairs.source.join(row.alias, on))
    owned = among(relations.dialect, pairs.record, "parents")
    return select.where(owned, *pairs.limits).order_by(pairs.record, *pairs.order)


def titles_select(compiler: Compiler, entity: Entity, *, reached: bool = False) -> sa.Select[Any]:
    """Id, title and whether it is in the bin, of the records of the parameter ``parents`` that the reader may see;
    ``reached`` as for `VisibleRows.open`."""
    follows = entity.follows is not None or entity.parent is not None
    row = compiler.relations.visible.open(entity.uid, "any", reached=reached, bounded=follows)
    select = sa.select(row.alias.c.id, *_shown(row, compiler.language))
    limits = [c for c in (row.condition,) if c is not None]
    return select.where(among(compiler.relations.dialect, row.alias.c.id, "parents"), *limits)


def _shown(row: VisibleRow, language: str) -> list[sa.ColumnElement[Any]]:
    """What is read of a record besides its id: of a file name, size and type, else the title and whether it is binned."""
    if is_file(row.entity):
        return [row.cell(row.entity.by_name[part].uid).value for part in ("name", "size", "type")]
    return [title_of(row, language).value, row.alias.c.deleted_at.is_not(None)]


def link_of(record: int, *shown: Any) -> Link | FileLink:
    """The link to a record from what `titles_select` says of it."""
    if len(shown) == 2:
        return Link(id=record, title=shown[0], deleted=bool(shown[1]))
    name, size, kind = shown
    return FileLink(id=record, name=name, size=size, type=kind, url=file_url(record, name))


def _attach_list(
    reader: Reader,
    connection: sa.Connection,
    values: Mapping[str, Any],
    name: str,
    field: Field,
    items: Items,
) -> None:
    owners = {item[name] for item in items if item.get(name) is not None}
    lists: dict[int, dict[int, Link | FileLink]] = {}
    if owners and reader.plan.rights.may(field.target or "", "read"):
        for owner, record, *shown in _rows(reader, connection, values, ("list", field.uid), owners):
            lists.setdefault(owner, {}).setdefault(record, link_of(record, *shown))
    for item in items:
        if name in item:
            item[name] = list(lists.get(item[name], {}).values())


def _attach_any(
    reader: Reader,
    connection: sa.Connection,
    values: Mapping[str, Any],
    led: Mapping[str, tuple[str, ...]],
    items: Items,
) -> None:
    wanted: dict[str, set[int]] = {}
    for item in items:
        for name, entities in led.items():
            link = item.get(name)
            if isinstance(link, AnyLink) and link.entity in entities:
                wanted.setdefault(link.entity, set()).add(link.id)
    known: dict[AnyLink, LinkAny] = {}
    model = reader.compiler.relations.model
    for uid, ids in wanted.items():
        if reader.plan.rights.may(uid, "read"):
            for record, title, gone, *_ in _rows(reader, connection, values, ("titles of", uid), ids):
                entity = model.entity_by_uid[uid].name
                link = LinkAny(entity=entity, id=record, title=title, deleted=bool(gone))
                known[AnyLink(uid, record)] = link
    for item in items:
        for name in led:
            if item.get(name) is not None:
                item[name] = known.get(item[name], HIDDEN_ANY)


def _rows(
    reader: Reader, connection: sa.Connection, values: Mapping[str, Any], key: tuple[str, str], ids: set[int]
) -> list[Any]:
    prepared: Prepared = reader.other(*key)
    given = {**values, "parents": id_list(reader.database.dialect, sorted(ids))}
    columns = prepared.columns(connection, given)
    return list(zip(*columns, strict=True)) if columns else []
