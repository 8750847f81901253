"""Unique values that stand in a file twice, in a trial, which writes nothing."""

from __future__ import annotations

from typing import Any

from core.records.importing.drafts import Draft, Fault
from core.records.importing.planning import Planned
from core.records.importing.refused import Refused, header_of, twice
from core.records.importing.task import Import
from core.records.unique import unique_sets
from metamodel.text import fold


def refuse_doubles(task: Import, planned: Planned, drafts: list[Draft]) -> None:
    """In a dry run, which writes nothing: refuse unique values that an earlier line of the file would have taken."""
    faults = []
    for name, uid in _alone(task, planned):
        seen = task.seen.get(uid, set())
        for draft in drafts:
            value = draft.values.get(name)
            if draft.record is None and value is not None and _key(value) in seen:
                faults.append(
                    Fault(draft.lines[0], header_of(planned, name), "KBK3007", twice(str(value)[:100]))
                )
    if faults:
        raise Refused(faults)


def remember(task: Import, planned: Planned, drafts: list[Draft]) -> None:
    for name, uid in _alone(task, planned):
        values = (draft.values.get(name) for draft in drafts if draft.record is None)
        task.seen.setdefault(uid, set()).update(_key(value) for value in values if value is not None)


def _alone(task: Import, planned: Planned) -> list[tuple[str, str]]:
    """The fields, by name and uid, that are unique by themselves and not what records are found by."""
    if planned.target.mode != "create" or task.planned is None:
        return []
    sets = unique_sets(task.planned[0], planned.entity)
    return [(fields[0].name, fields[0].uid) for fields in sets if len(fields) == 1]


def _key(value: Any) -> int:
    """A value as it is remembered: eight bytes, whatever its length."""
    return hash(fold(value) if isinstance(value, str) else value)
