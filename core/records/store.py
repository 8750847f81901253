"""The statements of a write, in the order in which they cannot be in each other's way: bin, changes, new rows."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from core.records.secrets import seal_new, seal_stored
from core.records.shapes import Row
from core.records.statements import insert, update
from core.records.work import Work


def mark_touched(work: Work) -> None:
    """Find the rows that really change; a record changes when one of its child rows does."""
    for row in reversed(list(work.rows())):
        below = (*(each for rows in row.lists.values() for each in rows), *row.written_below)
        moved = row.in_list and row.action == "update" and row.before.get("position") != row.position
        row.touched = (
            row.action in ("create", "delete", "restore")
            or moved
            or bool(row.retaken)
            or any(each.touched for each in below)
            or bool(row.changed())
        )


def store(work: Work) -> None:
    """Write every row that changes. Versions go up by one, child rows get the id of their parent."""
    seal_stored(work)
    now, by = work.tx.now, work.actor.person
    bin_id = secrets.token_hex(8)
    for row in work.rows():
        if not row.touched or row.action == "create":
            continue
        row.values |= {"updated_at": now, "updated_by": by, "version": int(row.before["version"]) + 1}
        row.values |= row.stamps
        if row.action == "delete":
            row.values |= {"deleted_at": now, "bin_id": bin_id}
        elif row.action == "restore":
            row.values |= {"deleted_at": None, "bin_id": None}
    for actions in (("delete",), ("restore",), ("update", "keep")):
        for uid, rows in work.by_entity(*actions).items():
            entity = work.model.entity_by_uid[uid]
            update(work.tx, entity, [(row.id, _difference(row)) for row in rows if row.touched])
    level = [row for row in work.rows() if row.action == "create" and not _waits(row)]
    while level:
        for rows in _by_entity(level).values():
            for row, record in zip(
                rows, insert(work.tx, rows[0].entity, [row.values for row in rows]), strict=True
            ):
                row.id = record
                row.values["id"] = record
        level = [each for row in level for rows in row.lists.values() for each in rows]
        for row in level:
            _name_parent(row)
    seal_new(work)


def _waits(row: Row) -> bool:
    """Whether the row needs the id of a parent that is not stored yet."""
    if row.in_list and row.parent is not None and row.parent.action != "create":
        _name_parent(row)
        return False
    return row.in_list


def _name_parent(row: Row) -> None:
    assert row.parent is not None and row.entity.parent is not None
    row.values[row.entity.parent] = row.parent.id


def _difference(row: Row) -> dict[str, object]:
    return {uid: value for uid, value in row.values.items() if row.before.get(uid) != value}


def _by_entity(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.entity.uid, []).append(row)
    return found
