"""A save over somebody else's: who changed the record since, when, and which of its fields."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.history.journal import neutral
from core.query.history_links import with_titles
from core.query.neutral import read_neutral
from core.query.title import title_of
from core.records.asking import parameters, relations
from core.records.gather import children_fields
from core.records.shapes import Row
from core.records.work import Work
from metamodel.messages import message
from metamodel.model import Field


def check_version(work: Work, row: Row) -> None:
    """Refuse a write whose If-Match is not the record's present version (KBK3009, with what happened since)."""
    if row.if_version is None or row.before.get("version") == row.if_version:
        return
    raise KubikError(
        "KBK3009",
        message("{entity}: the record was changed by somebody else", entity=row.entity.label),
        version=row.before.get("version"),
        record=row.id,
        pointer=row.pointer,
        changed_at=row.before["updated_at"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
        changed_by=_person(work, row.before.get("updated_by")),
        changed=_changed(work, row),
    )


def _changed(work: Work, row: Row) -> dict[str, dict[str, Any]]:
    """The visible fields that differ from the version the caller knew: name to {from, to}; lists of child rows too."""
    journal = work.tx.tables.own.journal
    since = work.tx.connection.execute(
        sa.select(journal.c.seq, journal.c.version, journal.c.diff)
        .where(
            journal.c.entity == row.entity.uid,
            journal.c.record == row.id,
            journal.c.version >= row.if_version,
        )
        .order_by(journal.c.seq)
    ).all()
    readable = work.grants.readable(row.entity.uid)
    found: dict[str, dict[str, Any]] = {}
    for _, version, diff in since:
        if version == row.if_version:
            continue
        for uid, (old, _) in (diff or {}).items():
            field = row.entity.by_uid.get(uid)
            if field is not None and readable.get(uid) == "always" and field.name not in found:
                now = neutral(row.before.get(uid))
                found[field.name] = {
                    "from": read_neutral(work.tx, field, old),
                    "to": read_neutral(work.tx, field, now),
                }
    fields = {uid: row.entity.by_uid[uid] for uid in readable}
    with_titles(work.tx, work.actor, fields, [{"by": None, "changes": found}])
    known = [seq for seq, version, _ in since if version == row.if_version]
    for field in children_fields(row.entity):
        if known and readable.get(field.uid) == "always" and _rows_changed(work, row, field, known[-1]):
            found[field.name] = {}
    return {name: each for name, each in found.items() if not each or each["from"] != each["to"]}


def _rows_changed(work: Work, row: Row, field: Field, after: int) -> bool:
    """Whether child rows of the record were written after that entry of the journal."""
    journal = work.tx.tables.own.journal
    place = work.tx.tables[field.target or ""]
    link = place.columns[field.through or ""].value
    statement = sa.select(journal.c.seq).where(
        journal.c.entity == field.target, journal.c.seq > after,
        journal.c.record.in_(sa.select(place.table.c.id).where(link == row.id)),
    ).limit(1)  # fmt: skip
    return work.tx.connection.execute(statement).first() is not None


def _person(work: Work, user: int | None) -> dict[str, Any] | None:
    if user is None or "user" not in work.model.entities:
        return None
    title = _titles(work, work.model.entities["user"].uid, [user]).get(user)
    return {"id": user, "title": title} if title is not None else {"id": None, "hidden": True}


def _titles(work: Work, entity: str, ids: Iterable[int]) -> dict[int, str]:
    """The titles of those records that the actor may see."""
    row = relations(work).visible.open(entity)
    statement = sa.select(row.alias.c.id, title_of(row, work.context.language).value).where(
        sa.true() if row.condition is None else row.condition, row.alias.c.id.in_(list(ids))
    )
    return {each[0]: each[1] for each in work.tx.connection.execute(statement, parameters(work))}
