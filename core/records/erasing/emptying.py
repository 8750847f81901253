"""The erasure of the cells themselves: emptied, or a word in the place of a text that has to be there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from core.history.journal import Change, write
from core.i18n import texts
from core.query.held import FILE, holders
from core.records.erasing.targets import Targets
from core.records.indexing import reindex
from core.records.statements import load, update
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Field

_WORD = message("Erased")


def empty_cells(tx: Transaction, targets: Targets, by: int | None) -> int:
    """Empty the cells and their keys, and write into the journal that it was done; how many records."""
    records: dict[str, list[int]] = {}
    for uid, record in targets.cells:
        records.setdefault(uid, []).append(record)
    count = 0
    for uid, ids in records.items():
        entity = tx.model.entity_by_uid[uid]
        written, changes = [], []
        for record, stored in load(tx, entity, ids).items():
            fields = sorted(targets.cells[uid, record])
            version = int(stored["version"] or 0) + 1
            values = {each: _in_place(tx, entity.by_uid[each], record) for each in fields}
            written.append((record, {**values, "version": version, "updated_at": tx.now, "updated_by": by}))
            gone = dict.fromkeys(fields, (None, None))
            changes.append(
                Change(entity=uid, record=record, kind="erased", version=version, by=by, differences=gone)
            )
        update(tx, entity, written)
        reindex(tx, entity, [record for record, _ in written])
        _empty_unknown(tx, entity, ids)
        _forget_keys(tx, uid, ids)
        write(tx, changes)
        count += len(written)
    return count


def _in_place(tx: Transaction, field: Field, record: int) -> Any:
    """What stands in the place of an erased value: nothing, or a word where a text has to be."""
    if not field.required or field.type.name not in ("text", "long_text", "rich_text"):
        return None
    word = texts(tx.workspace.settings.language).render(_WORD)
    return f"{word} {record}" if field.unique else word


def _empty_unknown(tx: Transaction, entity: Entity, ids: list[int]) -> None:
    """Empty columns that no field of the model has any more: what was once dropped is still stored there."""
    table = tx.tables[entity.uid].table
    known = {column.name for column in table.columns}
    there = sa.inspect(tx.connection).get_columns(table.name, schema=table.schema)
    old = [column["name"] for column in there if column["name"] not in known]
    if old:
        bare = sa.table(table.name, sa.column("id"), *map(sa.column, old), schema=table.schema)
        tx.connection.execute(sa.update(bare).where(bare.c.id.in_(ids)).values(dict.fromkeys(old)))


def _forget_keys(tx: Transaction, uid: str, ids: list[int]) -> None:
    """What other systems and files call the records may name the person: it goes, too."""
    own = tx.tables.own
    tx.connection.execute(
        own.external.delete().where(own.external.c.entity == uid, own.external.c.record.in_(ids))
    )
    tx.connection.execute(
        own.origin.update().where(own.origin.c.entity == uid, own.origin.c.record.in_(ids)).values(key=None)
    )


def empty_files(tx: Transaction, targets: Targets, by: int | None) -> tuple[int, list[str]]:
    """Erase the names of files that stood in the cells and stand nowhere else; how many, and contents (hashes) that
    nothing holds any more: they are removed once this is committed."""
    entity = tx.model.entities.get(FILE)
    mine = [file for file in sorted(targets.files) if not _held_elsewhere(tx, file, targets)]
    if entity is None or not mine:
        return 0, []
    stored = load(tx, entity, mine)
    named = {name: entity.by_name[name].uid for name in ("name", "hash")}
    word = texts(tx.workspace.settings.language).render(_WORD)
    written, changes = [], []
    for file, values in stored.items():
        version = int(values["version"] or 0) + 1
        gone = {named["name"]: word, named["hash"]: "", "deleted_at": values["deleted_at"] or tx.now}
        written.append((file, {**gone, "version": version, "updated_at": tx.now, "updated_by": by}))
        lost = dict.fromkeys(named.values(), (None, None))
        changes.append(
            Change(entity=entity.uid, record=file, kind="erased", version=version, by=by, differences=lost)
        )
    hashes = {values[named["hash"]] for values in stored.values() if values[named["hash"]]}
    update(tx, entity, written)
    _empty_journal(tx, entity, mine, frozenset(named.values()))
    write(tx, changes)
    column = tx.tables[entity.uid].columns[named["hash"]].value
    kept = set(tx.connection.execute(sa.select(column).where(column.in_(sorted(hashes)))).scalars())
    return len(written), sorted(hashes - kept)


def _empty_journal(tx: Transaction, entity: Entity, ids: list[int], fields: Iterable[str]) -> None:
    journal = tx.tables.own.journal
    rows = tx.connection.execute(
        sa.select(journal.c.seq, journal.c.diff).where(
            journal.c.entity == entity.uid, journal.c.record.in_(ids)
        )
    ).all()
    for seq, diff in rows:
        clean = {uid: [None, None] if uid in fields else pair for uid, pair in (diff or {}).items()}
        if clean != (diff or {}):
            tx.connection.execute(journal.update().where(journal.c.seq == seq).values(diff=clean))


def _held_elsewhere(tx: Transaction, file: int, targets: Targets) -> bool:
    """Whether a cell that is not erased holds the file."""
    for entity, field in holders(tx.model):
        place = tx.tables[entity.uid]
        pairs = place.lists.get(field.uid)
        if pairs is not None:
            select = sa.select(pairs.c.record).where(pairs.c.target == file)
        else:
            select = sa.select(place.table.c.id).where(place.columns[field.uid].value == file)
        for record in tx.connection.execute(select.limit(100)).scalars():
            if field.uid not in targets.cells.get((entity.uid, record), frozenset()):
                return True
    return False
