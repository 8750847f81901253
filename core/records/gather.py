"""Which records a write is about: child rows left out, ancestors, what a deletion takes along; locked, then loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import partial
from typing import Any

import sqlalchemy as sa

from core.records.requirements import requires
from core.records.shapes import Row
from core.records.statements import chunks, load, one, prepared
from core.records.work import Work, below
from core.storage.types import BIG
from metamodel.fields.link_any import AnyLink
from metamodel.messages import message
from metamodel.model import Entity, Field


def gather(work: Work) -> None:
    """Complete the rows of the write, lock them and load what is stored of them.

    Ancestors are locked first, then the rows that were named, then their child rows and what a deletion takes along,
    each time in (entity, id) order: nobody can add or remove child rows or links once the record itself is locked.
    """
    for top in work.tops:
        if top.entity.parent is not None:
            _keep_ancestors(work, top)
    if not work.kept and all(row.action == "create" for row in work.rows()):
        return  # nothing is there yet; the targets of links are locked where they are looked at
    work.locks_links = False
    lock(work, [*work.kept.values(), *(top for top in work.tops if top.entity.parent is None)])
    for top in work.tops:
        if top.action == "delete":
            take_along(work, top)
        elif top.action == "update":
            _match_lists(work, top)
        elif top.action == "restore":
            _bring_back(work, top)
    lock(work, [row for top in work.tops for row in below(top)])
    sweep(work)
    lock(work, [*work.kept.values(), *work.swept])
    _load(work)


def children_fields(entity: Entity) -> tuple[Field, ...]:
    """The fields of an entity that hold child rows."""
    return tuple(f for f in entity.fields if f.type.name == "children" and f.target and f.through)


def children_of(
    work: Work, field: Field, parents: Iterable[int], *, bin_id: str | None = None
) -> dict[int, list[int]]:
    """The ids of the child rows in that field of each of these records, in their order; live ones, or of a bin."""
    child = work.model.entity_by_uid[field.target or ""]
    place = work.tx.tables[child.uid]
    link = place.columns[field.through or ""].value

    def make() -> sa.Select[Any]:
        table = place.table
        there = table.c.deleted_at.is_(None) if bin_id is None else table.c.bin_id == sa.bindparam("bin")
        return (
            sa.select(link, table.c.id)
            .where(link.in_(sa.bindparam("ids", expanding=True)), there)
            .order_by(link, table.c.position, table.c.id)
        )

    statement = prepared(work.tx, ("children", field.uid, bin_id is None), make)
    found: dict[int, list[int]] = {}
    for some in chunks(parents):
        for parent, record in work.tx.connection.execute(statement, {"ids": some, "bin": bin_id}):
            found.setdefault(parent, []).append(record)
    return found


def take_along(work: Work, row: Row) -> None:
    """Add to a row that goes to the bin its child rows, to any depth, and what links elsewhere say of it."""
    for field in children_fields(row.entity):
        child = work.model.entity_by_uid[field.target or ""]
        rows = row.lists.setdefault(field.uid, [])
        rows.extend(
            Row(entity=child, action="delete", id=record, parent=row, held_by=field, pointer=row.pointer)
            for record in children_of(work, field, [row.id]).get(row.id, ())
        )
        for each in rows:
            take_along(work, each)


def _bring_back(work: Work, top: Row) -> None:
    """Add to a row that leaves the bin what went there with it: child rows, and records elsewhere by `cascade`."""
    bin_id = load(work.tx, top.entity, [top.id]).get(top.id, {}).get("bin_id")
    if bin_id is None:
        return  # it is not in the bin: said where rows are loaded
    waiting, known = [top], {top.key}
    while waiting:
        row = waiting.pop()
        for field in children_fields(row.entity):
            child = work.model.entity_by_uid[field.target or ""]
            rows = [
                Row(entity=child, action="restore", id=record, parent=row, held_by=field, pointer=row.pointer)
                for record in children_of(work, field, [row.id], bin_id=bin_id).get(row.id, ())
            ]
            row.lists.setdefault(field.uid, []).extend(rows)
            waiting.extend(rows)
            known.update(each.key for each in rows)
        for entity, field in work.model.links_to[row.entity.uid]:
            if field.on_delete == "cascade" and not field.system and field.uid != entity.parent:
                for record in _linking(work, entity, field, row, bin_id=bin_id):
                    other = Row(entity=entity, action="restore", id=record, pointer=row.pointer)
                    if other.key not in known and _has_place(work, other, known):
                        known.add(other.key)
                        work.swept.append(other)
                        waiting.append(other)
    for other in work.swept:
        if other.entity.parent is not None:
            _keep_ancestors(work, other, going=known)


def _has_place(work: Work, row: Row, returning: Set[tuple[str, int]]) -> bool:
    """Whether a child row that leaves the bin finds its parent outside of it, or on the way out."""
    if row.entity.parent is None:
        return True
    parent = work.model.entity_by_uid[row.entity.by_uid[row.entity.parent].target or ""]
    number = load(work.tx, row.entity, [row.id])[row.id][row.entity.parent]
    stored = load(work.tx, parent, [number]).get(number)
    return (parent.uid, number) in returning or (stored is not None and stored["deleted_at"] is None)


def sweep(work: Work) -> None:
    """What links elsewhere say of the rows that go: `restrict` refuses, `clear` empties, `cascade` goes too."""
    waiting = [row for row in work.rows() if row.action == "delete"]
    going = {row.key for row in waiting}
    emptied: dict[tuple[str, int], Row] = {}
    while waiting:
        row = waiting.pop()
        for entity, field, record in () if row.key in work.unused else _used(work, row):
            key = entity.uid, record
            if key in going:
                continue
            if field.on_delete == "restrict" or (
                field.on_delete == "clear" and _is_last(work, entity, field, record)
            ):
                _refuse_used(work, row)
                break
            if field.on_delete == "clear":
                other = Row(entity=entity, action="update", id=record, pointer=row.pointer)
                _empty(work, emptied.setdefault(key, other), field, row.id)
                continue
            other = Row(entity=entity, action="delete", id=record, pointer=row.pointer)
            take_along(work, other)
            work.swept.append(other)
            waiting.extend(below(other))
            going.update(each.key for each in below(other))
    work.swept += [row for key, row in emptied.items() if key not in going]
    for other in tuple(work.swept):
        if other.entity.parent is not None:
            _keep_ancestors(work, other, emptied, going)


def _refuse_used(work: Work, row: Row) -> None:
    why = message("{entity}: the record is used elsewhere", entity=row.entity.label)
    work.refuse(row.pointer, "KBK3008", why)


def _is_last(work: Work, entity: Entity, field: Field, record: int) -> bool:
    """Whether a required field would be empty without one of the records that it leads to."""
    stored = {} if entity.stages is None and not field.required else load(work.tx, entity, [record])[record]
    if not requires(entity, stored, field):
        return False
    return not field.listed or len(stored[field.uid] or ()) < 2


def _empty(work: Work, row: Row, field: Field, gone: int) -> None:
    """Take a record that goes out of a field of the row."""
    if not field.listed:
        row.sent[field.uid] = None
        return
    if field.uid not in row.sent:
        row.sent[field.uid] = load(work.tx, row.entity, [row.id])[row.id][field.uid]
    row.sent[field.uid] = tuple(each for each in row.sent[field.uid] or () if each != gone) or None


def _used(work: Work, row: Row) -> Iterator[tuple[Entity, Field, int]]:
    """The live records that link to the row, and by which field; its own child rows not among them."""
    for entity, field in work.model.links_to[row.entity.uid]:
        if not field.system and field.uid != entity.parent:
            for record in _linking(work, entity, field, row):
                yield entity, field, record


def _linking(work: Work, entity: Entity, field: Field, row: Row, *, bin_id: str | None = None) -> list[int]:
    """The records of an entity whose link leads to that row; live ones, or of a bin."""
    led = AnyLink(row.entity.uid, row.id) if field.targets else row.id

    def make() -> sa.Select[Any]:
        place = work.tx.tables[entity.uid]
        table = place.table
        there = table.c.deleted_at.is_(None) if bin_id is None else table.c.bin_id == sa.bindparam("bin")
        pairs = place.lists.get(field.uid)
        if pairs is not None:
            found = sa.select(pairs.c.record).where(pairs.c.target == sa.bindparam("record"))
            return sa.select(table.c.id).where(table.c.id.in_(found), there)
        return sa.select(table.c.id).where(place.columns[field.uid].value == sa.bindparam("record"), there)

    statement = prepared(work.tx, ("linking", field.uid, bin_id is None), make)
    return list(work.tx.connection.execute(statement, {"record": led, "bin": bin_id}).scalars())


def _keep_ancestors(
    work: Work,
    top: Row,
    others: Mapping[tuple[str, int], Row] | None = None,
    going: Set[tuple[str, int]] = frozenset(),
) -> None:
    """Find the records above a child row that is written on its own; each is kept once and joins the write.

    ``others`` are rows of the write that may be among them, ``going`` is on the way to the bin and needs nothing.
    """
    row, entity = top, top.entity
    while entity.parent is not None:
        link = entity.by_uid[entity.parent]
        parent_entity = work.model.entity_by_uid[link.target or ""]
        if row.action == "create":
            number = row.sent.get(link.uid)
        else:
            number = load(work.tx, entity, [row.id]).get(row.id, {}).get(link.uid)
        if not isinstance(number, int) or (parent_entity.uid, number) in going:
            return  # there is no such row, or its parent was not named: said where rows are judged
        held_by = next(f for f in parent_entity.fields if f.target == entity.uid and f.through == link.uid)
        key = parent_entity.uid, number
        parent = work.kept.get(key) or (others or {}).get(key)
        if parent is None:
            parent = Row(entity=parent_entity, action="keep", id=number, pointer=top.pointer)
            work.kept[parent.key] = parent
        row.parent, row.held_by = parent, held_by
        if row not in parent.written_below:
            parent.written_below.append(row)
        row, entity = parent, parent_entity


def _match_lists(work: Work, row: Row) -> None:
    """Match the lists of child rows with what is stored: rows left out go, unknown ids are refused."""
    for uid, rows in row.lists.items():
        field = row.entity.by_uid[uid]
        child = work.model.entity_by_uid[field.target or ""]
        stored = children_of(work, field, [row.id]).get(row.id, [])
        named = {each.id for each in rows}
        for each in tuple(rows):
            if each.id and each.id not in stored:
                work.refuse(f"{each.pointer}/id", "KBK3005", message("there is no row {id} here", id=each.id))
                rows.remove(each)
            elif each.id:
                _match_lists(work, each)
        left_out = [record for record in stored if record not in named]
        for record in left_out:
            gone = Row(entity=child, action="delete", id=record, parent=row, held_by=field, in_list=True,
                       pointer=f"{row.pointer}/{field.name}")  # fmt: skip
            take_along(work, gone)
            rows.append(gone)


def lock(work: Work, rows: Iterable[Row]) -> None:
    """Rows FOR UPDATE, targets of their links FOR KEY SHARE, in the order of entity and id; SQLite is locked whole."""
    if work.tx.dialect == "sqlite":
        return
    exclusive: dict[str, set[int]] = {}
    shared: dict[str, set[int]] = {}
    for row in rows:
        if row.id and row.key not in work.locked:
            work.locked.add(row.key)
            exclusive.setdefault(row.entity.uid, set()).add(row.id)
        for uid, value in row.sent.items():
            field = row.entity.by_uid[uid]
            if isinstance(value, AnyLink):
                shared.setdefault(value.entity, set()).add(value.id)
            elif field.target and isinstance(value, tuple):
                shared.setdefault(field.target, set()).update(value)
            elif field.target and isinstance(value, int):
                shared.setdefault(field.target, set()).add(value)
                if uid == row.entity.tree:
                    exclusive.setdefault(field.target, set()).update(_above(work, row.entity, value))
    for uid in sorted({*exclusive, *shared}):
        held = exclusive.get(uid, set())
        for kind, ids in (("update", held), ("share", shared.get(uid, set()) - held)):
            if len(ids) == 1:
                one(work.tx, ("lock", uid, kind), partial(_locking, work, uid, kind, one_id=True),
                    {"id": min(ids)})  # fmt: skip
                continue
            for some in chunks(ids):
                statement = prepared(work.tx, ("lock", uid, kind), partial(_locking, work, uid, kind))
                work.tx.connection.execute(statement, {"ids": some})


def _locking(work: Work, uid: str, kind: str, *, one_id: bool = False) -> sa.Select[Any]:
    table = work.tx.tables[uid].table
    among = (
        table.c.id == sa.bindparam("id", type_=BIG)
        if one_id
        else table.c.id.in_(sa.bindparam("ids", expanding=True))
    )
    statement = sa.select(table.c.id).where(among).order_by(table.c.id)
    return statement.with_for_update(read=kind == "share", key_share=kind == "share")


def _above(work: Work, entity: Entity, record: int) -> list[int]:
    """A record of a tree and all above it: who moves a branch locks them, so that no circle can close."""
    closure = work.tx.tables.own.closure
    return list(work.tx.connection.execute(
        sa.select(closure.c.ancestor).where(closure.c.entity == entity.uid, closure.c.descendant == record)
    ).scalars())  # fmt: skip


def _load(work: Work) -> None:
    """What is stored of every row; of one that is not there, or not where it should be, nothing (`permit_before`)."""
    by_entity: dict[str, list[Row]] = {}
    for row in work.rows():
        if row.id:
            by_entity.setdefault(row.entity.uid, []).append(row)
    for uid, rows in by_entity.items():
        stored = load(work.tx, work.model.entity_by_uid[uid], {row.id for row in rows})
        for row in rows:
            before = stored.get(row.id)
            in_bin = before is not None and before["deleted_at"] is not None
            if before is not None and in_bin == (row.action == "restore"):
                row.before = before
                row.values = dict(before)
    # what somebody else put into the bin meanwhile needs no sweeping
    work.swept = [row for row in work.swept if row.before]
