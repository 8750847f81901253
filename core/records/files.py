"""Files in a write: whether what is inside them may stand in the field, and that they stand somewhere from now on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core.query.held import FILE
from core.records.places import pointer_to
from core.records.shapes import Row
from core.records.statements import chunks, load
from core.records.work import Work
from metamodel.fields.file import most_bytes, takes
from metamodel.messages import message
from metamodel.model import Entity, Field


def check_files(work: Work) -> None:
    """Refuse files that are too large for their field, or are not of its kinds whatever they are called."""
    uses = [
        (row, field, file)
        for row in work.rows()
        for field in _fields(work, row.entity)
        for file in _new(row, field)
    ]
    entity = work.model.entities.get(FILE)
    if not uses or entity is None:
        return
    stored = load(work.tx, entity, {file for _, _, file in uses})
    for row, field, file in uses:
        if file in stored:
            _check(work, row, field, {f.name: stored[file].get(f.uid) for f in entity.fields})


def attach_files(work: Work) -> None:
    """Remember of files that they stand in a record: their uploader alone decides no more, and nobody sweeps them."""
    files = {file for row in work.rows() for field in _fields(work, row.entity) for file in _new(row, field)}
    if not files:
        return
    entity = work.model.entities[FILE]
    place = work.tx.tables[entity.uid]
    attached_at = place.columns[entity.by_name["attached_at"].uid].value
    for some in chunks(files):
        work.tx.connection.execute(
            sa.update(place.table)
            .where(place.table.c.id.in_(some), attached_at.is_(None))
            .values({attached_at: work.tx.now})
        )


def _check(work: Work, row: Row, field: Field, file: dict[str, Any]) -> None:
    most = most_bytes(field)
    if not takes(field, file["type"]):
        wanted = field.options.get("types") or ["image/*"]
        work.refuse(pointer_to(row, field.name), "KBK3015", message(
            "“{name}” is {type} inside; “{field}” takes {wanted}: choose another file",
            name=file["name"], type=file["type"], field=field.label, wanted=", ".join(wanted)))  # fmt: skip
    if most is not None and file["size"] > most:
        work.refuse(pointer_to(row, field.name), "KBK3015", message(
            "“{name}” is larger than {most}, which is all that “{field}” takes: make it smaller",
            name=file["name"], most=field.options["max_size"], field=field.label))  # fmt: skip


def _fields(work: Work, entity: Entity) -> tuple[Field, ...]:
    """The fields of an entity that hold files."""
    kept: dict[str, tuple[Field, ...]] = work.model.derived.setdefault("fields of files", {})
    found = kept.get(entity.uid)
    if found is None:
        file = work.model.entities.get(FILE)
        found = kept[entity.uid] = tuple(
            f for f in entity.fields
            if file is not None and f.target == file.uid and f.computed is None and not f.system
        )  # fmt: skip
    return found


def _new(row: Row, field: Field) -> Iterator[int]:
    """The files that a field holds now and did not hold before."""
    if row.action not in ("create", "update"):
        return
    before, now = row.before.get(field.uid), row.values.get(field.uid, row.sent.get(field.uid))
    had = {before} if isinstance(before, int) else set(before or ())
    for file in (now,) if isinstance(now, int) else now or ():
        if isinstance(file, int) and file not in had:
            yield file
