"""An extract: a record and everything that leads to it, within what the asker may read and export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.query.allowed import granted
from core.query.issued import Issued, documents_among, note_opened
from core.query.names import readable_entity, readable_fields
from core.query.query import FileLink, Leading, Query
from core.query.read import read, record, titles
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Field

PAGE = 500

MOST = 20_000
"""Records of one link; more of them are counted out loud, not left out in silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Records of one entity that lead to the one that is extracted, by that field."""

    entity: Entity
    field: Field
    items: tuple[dict[str, Any], ...]
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The record itself with its child rows, and the parts; ``left`` are entities that may be read and not exported."""

    entity: Entity
    id: int
    title: str
    item: dict[str, Any]
    parts: tuple[Part, ...]
    left: tuple[Entity, ...]
    documents: tuple[Issued, ...] = ()
    """Documents that were issued for all of these, as far as the asker may open them."""

    def files(self) -> Iterator[FileLink]:
        """The files that stand in it, each once."""
        seen: set[int] = set()
        for item in (self.item, *(item for part in self.parts for item in part.items)):
            for link in _file_links(item):
                if link.id not in seen:
                    seen.add(link.id)
                    yield link


def extract(tx: Transaction, actor: Actor, entity: str, id: int) -> Extract:
    """All that is kept about a record; KBK2006 when the actor does not see it, KBK4002 when they may not export it."""
    grants = grants_of(tx.model, actor)
    found = readable_entity(tx.model, grants, entity)
    way, tx.way = tx.way, "extract"
    try:
        item, _ = record(tx, actor, found.name, id, _names(tx, actor, found), deleted=True)
        if not granted(tx, actor, found, (id,), "export"):
            raise KubikError("KBK4002", message("{entity}: you may not export records", entity=found.label))
        parts, left = [], []
        for other, link in _links(tx, actor, found):
            if not grants.may(other.uid, "export"):
                left.append(other)
            elif (part := _exportable(tx, actor, _part(tx, actor, found, id, other, link))).items:
                parts.append(part)
        title = titles(tx, actor, found, (id,))[id].title
        return Extract(
            entity=found,
            id=id,
            title=title,
            item=item,
            parts=tuple(parts),
            documents=tuple(_documents(tx, actor, found, id, parts)),
            left=tuple({e.uid: e for e in left}.values()),
        )
    finally:
        tx.way = way


def content_of(found: Extract) -> dict[str, Any]:
    """The extract as JSON."""
    entities = {found.entity.uid: found.entity.name} | {p.entity.uid: p.entity.name for p in found.parts}
    return {
        "entity": found.entity.name, "id": found.id, "title": found.title, "record": found.item,
        "linked": [
            {"entity": part.entity.name, "by": part.field.name, "items": list(part.items), "more": part.more}
            for part in found.parts
        ],
        "documents": [
            {
                "id": each.id, "entity": entities.get(each.entity), "record": each.record, "number": each.number,
                "date": each.date, "name": each.name, "formats": [file.format for file in each.files],
            }
            for each in found.documents
        ],
        "not_exported": [entity.name for entity in found.left],
    }  # fmt: skip


def _documents(
    tx: Transaction, actor: Actor, entity: Entity, id: int, parts: Iterable[Part]
) -> Iterator[Issued]:
    """Documents that were issued for the record and for those that lead to it."""
    led = [(part.entity.uid, item["id"]) for part in parts for item in part.items]
    for each in documents_among(tx, actor, [(entity.uid, id), *led]):
        note_opened(tx, actor, each)
        yield each


def _names(tx: Transaction, actor: Actor, entity: Entity, depth: int = 2) -> tuple[str, ...]:
    """The fields that are extracted: all that may be read, child rows with theirs."""
    grants, names = grants_of(tx.model, actor), []
    for field in readable_fields(grants, entity):
        if field.name == "position" or field.type.name == "secret":
            continue
        if (
            field.type.name != "children"
            or depth
            and field.target is not None
            and grants.may(field.target, "read")
        ):
            names.append(field.name)
    return tuple(names)


def _links(tx: Transaction, actor: Actor, entity: Entity) -> Iterator[tuple[Entity, Field]]:
    """The links of other records that may lead to the record, and that the actor may follow backwards."""
    grants = grants_of(tx.model, actor)
    for other in tx.model.entities.values():
        if not grants.may(other.uid, "read") or (
            other.parent and other.by_uid[other.parent].target == entity.uid
        ):
            continue
        for link in readable_fields(grants, other):
            leads = link.target == entity.uid or entity.uid in link.targets
            if leads and link.stored and link.computed is None and not link.system:
                yield other, link


def _part(tx: Transaction, actor: Actor, entity: Entity, id: int, other: Entity, link: Field) -> Part:
    question = Query(
        entity=other.name, fields=_names(tx, actor, other), sort=("-id",), limit=PAGE,
        leading=Leading(field=link.uid, entity=entity.uid, id=id),
    )  # fmt: skip
    items: list[dict[str, Any]] = []
    page = read(tx, actor, question)
    items += page.items
    while page.next is not None and len(items) < MOST:
        page = read(tx, actor, replace(question, cursor=page.next))
        items += page.items
    return Part(entity=other, field=link, items=tuple(items), more=page.next is not None)


def _exportable(tx: Transaction, actor: Actor, part: Part) -> Part:
    """Of what is seen what may be exported."""
    ids = granted(tx, actor, part.entity, [item["id"] for item in part.items], "export")
    return replace(part, items=tuple(item for item in part.items if item["id"] in ids))


def _file_links(value: Any) -> Iterator[FileLink]:
    if isinstance(value, FileLink):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _file_links(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _file_links(each)
