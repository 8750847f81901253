"""What an erasure is about: marked cells of a record, of its child rows, and what other records copied from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.query.held import FILE, is_file
from core.query.matching import among, id_list
from core.records.statements import load
from core.storage.workspace import Transaction
from metamodel.expression.uses import uses
from metamodel.fields.link_any import AnyLink
from metamodel.model import Entity, Field

ATTACHMENT = "attachment"

LEAST = 4
"""Characters of a value that is looked for in other texts; shorter ones are found in anything."""

TEXTS = ("text", "long_text", "rich_text", "email", "phone", "url")

MOST_LINKING = 20_000
"""Records of one link that are looked into."""

Cells = dict[tuple[str, int], frozenset[str]]
"""By entity (uid) and record: the fields (uids) to be emptied."""


@dataclass(slots=True, kw_only=True)
class Targets:
    """``cells`` are to be emptied; ``values`` are texts to be looked for; ``files`` stood in them, now or before;
    ``linking`` are the records whose other texts are looked through: these themselves and those that lead to them."""

    entity: Entity
    id: int
    cells: Cells = field(default_factory=dict)
    values: tuple[str, ...] = ()
    files: frozenset[int] = frozenset()
    linking: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def linked(self, tx: Transaction) -> tuple[tuple[Entity, int], ...]:
        """Other records that lead to the erased one and stay, counted by entity."""
        found = []
        for uid, ids in self.linking.items():
            entity = tx.model.entity_by_uid[uid]
            own = uid == self.entity.uid and self.id in ids
            if entity.name != FILE and entity.parent is None and len(ids) > own:
                found.append((entity, len(ids) - own))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What an erasure would do, for who decides: fields by entity with the number of records, and linked records."""

    fields: tuple[tuple[Entity, tuple[Field, ...], int], ...]
    linking: tuple[tuple[Entity, int], ...]
    files: int


def outline(tx: Transaction, entity: Entity, id: int, *, attached: bool = False) -> Outline:
    """What would be erased of a record, counted."""
    found = find_targets(tx, entity, id, attached=attached)
    by_entity: dict[str, list[frozenset[str]]] = {}
    for (uid, _), fields in found.cells.items():
        by_entity.setdefault(uid, []).append(fields)
    model = tx.model.entity_by_uid
    return Outline(
        fields=tuple(
            (model[uid], tuple(f for f in model[uid].fields if any(f.uid in each for each in several)), len(several))
            for uid, several in by_entity.items()
        ),
        linking=found.linked(tx),
        files=len(found.files),
    )  # fmt: skip


def find_targets(tx: Transaction, entity: Entity, id: int, *, attached: bool = False) -> Targets:
    """All of it, as it is stored now; with files ``attached`` to the record, when they are to go, too."""
    found = Targets(entity=entity, id=id)
    _mark(tx, found, entity, [id])
    _mark_copies(tx, found)
    if attached:
        _mark_attached(tx, found)
    _find_linking(tx, found)
    values: dict[str, None] = {}
    files: set[int] = set()
    for uid, records in _by_entity(found.cells).items():
        at = tx.model.entity_by_uid[uid]
        for record, stored in load(tx, at, records).items():
            for each in found.cells[uid, record]:
                _take(at.by_uid[each], stored.get(each), values, files, tx)
    for row in journal_of(tx, found.cells):
        at = tx.model.entity_by_uid[row.entity]
        for each in found.cells[row.entity, row.record] & set(row.diff or {}):
            for value in row.diff[each]:
                _take(at.by_uid[each], value, values, files, tx)
    found.values = tuple(sorted(values, key=len, reverse=True))
    found.files = frozenset(files)
    return found


def journal_of(tx: Transaction, cells: Mapping[tuple[str, int], Any]) -> Iterable[Any]:
    """The rows of the journal of these records."""
    journal = tx.tables.own.journal
    for uid, records in _by_entity(cells).items():
        for start in range(0, len(records), 500):
            select = sa.select(
                journal.c.seq, journal.c.entity, journal.c.record, journal.c.kind, journal.c.diff
            )
            some = id_list(tx.dialect, records[start : start + 500])
            yield from tx.connection.execute(
                select.where(journal.c.entity == uid, among(tx.dialect, journal.c.record, "ids")),
                {"ids": some},
            ).all()


def marked(entity: Entity) -> frozenset[str]:
    """The fields (uids) of an entity that are marked and have values of their own."""
    return frozenset(f.uid for f in entity.fields if f.personal and f.valued and f.computed is None)


def _mark(tx: Transaction, found: Targets, entity: Entity, ids: list[int]) -> None:
    """The marked cells of these records and of their child rows, those in the bin too."""
    fields = marked(entity)
    for id in ids:
        if fields:
            found.cells[entity.uid, id] = fields
    for child in (f for f in entity.fields if f.type.name == "children" and f.through):
        below = tx.model.entity_by_uid[child.target or ""]
        rows = leading(tx, below, below.by_uid[child.through or ""], entity, ids)
        if rows:
            _mark(tx, found, below, rows)


def _mark_copies(tx: Transaction, found: Targets) -> None:
    """Fields of linked records that are copied from what is erased (`copy: contact.phone`)."""
    gone = {(uid, each) for (uid, _), fields in found.cells.items() for each in fields}
    for entity in tx.model.entities.values():
        copies = [
            f for f in entity.fields
            if f.valued and f.computed is None and f.copy is not None and uses(f.copy, tx.model) & gone
        ]  # fmt: skip
        links = [f for f in entity.fields if f.target == found.entity.uid and f.valued and not f.system]
        for link in links if copies else ():
            for record in leading(tx, entity, link, found.entity, [found.id]):
                key = entity.uid, record
                found.cells[key] = found.cells.get(key, frozenset()) | {f.uid for f in copies}


def _mark_attached(tx: Transaction, found: Targets) -> None:
    """The files that people attached to the record."""
    attachment = tx.model.entities.get(ATTACHMENT)
    if attachment is None or attachment.follows is None:
        return
    file = attachment.by_name["file"].uid
    for record in leading(tx, attachment, attachment.by_uid[attachment.follows], found.entity, [found.id]):
        found.cells[attachment.uid, record] = frozenset((file,))


def _find_linking(tx: Transaction, found: Targets) -> None:
    links = [(e, f) for e in tx.model.entities.values() for f in e.fields if _leads(f, found.entity)]
    for entity, link in links:
        ids = leading(tx, entity, link, found.entity, [found.id])
        if ids:
            _add(found.linking, entity, ids)
            _find_files(tx, found, entity, ids)
    _add(found.linking, found.entity, [found.id])
    for uid, record in found.cells:
        _add(found.linking, tx.model.entity_by_uid[uid], [record])


def _add(linking: dict[str, tuple[int, ...]], entity: Entity, ids: Iterable[int]) -> None:
    linking[entity.uid] = tuple(dict.fromkeys((*linking.get(entity.uid, ()), *ids)))


def _find_files(tx: Transaction, found: Targets, entity: Entity, ids: list[int]) -> None:
    """Files that linked records hold: their names are texts, too."""
    file = tx.model.entities.get(FILE)
    fields = [
        f for f in entity.fields if file is not None and f.target == file.uid and f.valued and not f.system
    ]
    for each in fields if file is not None else ():
        held: dict[int, None] = {}
        for stored in load(tx, entity, ids).values():
            value = stored.get(each.uid)
            held.update(dict.fromkeys(value if isinstance(value, tuple) else (value,) if value else ()))
        if held and file is not None:
            _add(found.linking, file, held)


def _leads(link: Field, entity: Entity) -> bool:
    if link.system or link.via is not None or not link.valued or link.computed is not None:
        return False
    return link.target == entity.uid or entity.uid in link.targets


def leading(tx: Transaction, entity: Entity, link: Field, to: Entity, ids: list[int]) -> list[int]:
    """The records of an entity, in the bin or not, whose link leads to one of these."""
    place = tx.tables[entity.uid]
    pairs = place.lists.get(link.uid)
    if pairs is not None:
        select = sa.select(pairs.c.record).where(pairs.c.target.in_(ids)).order_by(pairs.c.record)
    else:
        led = [AnyLink(to.uid, each) for each in ids] if link.targets else ids
        select = sa.select(place.table.c.id).where(place.columns[link.uid].value.in_(led))
        select = select.order_by(place.table.c.id)
    return list(tx.connection.execute(select.limit(MOST_LINKING)).scalars())


def _take(field: Field, value: Any, values: dict[str, None], files: set[int], tx: Transaction) -> None:
    """Remember a text that is to be looked for elsewhere, and files."""
    if field.target is not None and is_file(tx.model.entity_by_uid[field.target]):
        files.update(each for each in (value if isinstance(value, list | tuple) else (value,)) if each)
    elif isinstance(value, str) and field.type.name in TEXTS and len(value.strip()) >= LEAST:
        values[value.strip()] = None
        if field.type.name == "phone":
            values |= dict.fromkeys(_spellings(value))


def _spellings(phone: str) -> list[str]:
    """A number as people write it: digits alone, and from the national prefix on."""
    digits = "".join(c for c in phone.partition(";")[0] if c.isdigit())
    return [digits, digits[1:]] if len(digits) > 10 else [digits] if len(digits) > 6 else []


def _by_entity(cells: Mapping[tuple[str, int], Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for uid, record in cells:
        found.setdefault(uid, []).append(record)
    return found
