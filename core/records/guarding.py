"""The changes of a write that guards of system entities are asked about."""

from __future__ import annotations

from core.records.shapes import Row
from core.records.work import Work
from core.system import guards
from core.system.changes import Action, Change
from metamodel.errors import Problem
from metamodel.model import Entity


def guarded_changes(work: Work) -> list[Change]:
    """The rows of system entities that changed."""
    return [
        Change(
            entity=row.entity, action=_plain(row), id=row.id, pointer=row.pointer,
            before=_by_name(row.entity, row.before), after=_by_name(row.entity, row.values),
            taken_along=row not in work.tops,
        )
        for row in work.rows()
        if row.touched and row.action != "keep" and row.entity.name in guards.GUARDED
    ]  # fmt: skip


def guarded(work: Work) -> list[Problem]:
    """What guards refuse of the write as it is stored now."""
    changes = guarded_changes(work)
    return guards.guard(work.tx, work.actor, changes) if changes else []


def _plain(row: Row) -> Action:
    return "update" if row.action == "keep" else row.action


def _by_name(entity: Entity, values: dict[str, object]) -> dict[str, object]:
    return {entity.by_uid[uid].name: value for uid, value in values.items() if uid in entity.by_uid}
