"""Drafts brought to the records that are there under their keys; drafts of one record become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.records.importing.drafts import Draft, Fault
from core.records.importing.finding import compared_all, matching, several
from core.records.importing.planning import Planned
from core.records.importing.refused import Refused, header_of, twice
from core.records.importing.task import Import, LineOf
from core.records.work import start
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def find_records(
    tx: Transaction, task: Import, planned: Planned, drafts: list[Draft], lines: Sequence[LineOf]
) -> list[Draft]:
    """Give drafts the records there are under their keys; drafts of one record become one where that is meant."""
    keys, mode = planned.keys, planned.target.mode
    if mode == "create" or not keys:
        return drafts
    work = start(tx, task.actor, task.context)
    faults: list[Fault] = []
    header = header_of(planned, keys[0].name)
    values = [tuple(draft.values.get(key.name) for key in keys) for draft in drafts]
    whole = [each for each in values if None not in each]
    found = matching(work, planned.entity, keys, whole) if whole else {}
    kept: list[Draft] = []
    apart = _apart(task, planned)
    first: dict[Any, Draft] = {}
    for draft, value in zip(drafts, values, strict=True):
        if apart and _place(lines[draft.lines[0]]) in apart:
            kept.append(draft)  # a person looked at both and said that they are two
            continue
        compared = compared_all(value)
        ids = found.get(compared, []) if None not in value else []
        text = ", ".join(str(each) for each in value if each is not None)[:100]
        why = _why_not(tx, task, planned, value, ids, text)
        if why is not None:
            faults.append(Fault(draft.lines[0], header, why[0], why[1]))
            continue
        draft.record = ids[0] if ids else None
        other = first.setdefault(compared, draft) if None not in value else draft
        if other is draft:
            kept.append(draft)
        elif planned.loose or mode == "find":
            other.values |= draft.values
            other.lines += draft.lines
        elif ids or len(keys) > 1 or not keys[0].unique:
            faults.append(Fault(draft.lines[0], header, "KBK3007", twice(text)))
        else:
            kept.append(draft)  # told as a value that is taken
    if faults:
        raise Refused(faults)
    return kept


def _why_not(
    tx: Transaction, task: Import, planned: Planned, value: tuple[Any, ...], ids: list[int], text: str
) -> tuple[str, Message] | None:
    mode = planned.target.mode
    if None in value:
        if mode == "upsert":
            return None
        missing = next(key for key, each in zip(planned.keys, value, strict=True) if each is None)
        return "KBK3001", message("“{field}” must be filled in", field=missing.label)
    if len(ids) > 1:
        return "KBK3005", several(tx, task.actor, planned.entity, text, ids)
    if not ids and mode in ("update", "find"):
        return "KBK2006", message("there is no record “{value}”", value=text)
    return None


def _apart(task: Import, planned: Planned) -> frozenset[tuple[str, int]]:
    """The lines, by sheet and number, whose record of the target is a new one whatever the keys find."""
    asked = task.recipe.apart if task.recipe is not None and planned.target.mode == "upsert" else ()
    return frozenset((each.sheet, each.line) for each in asked if each.target == planned.called)


def _place(line: LineOf) -> tuple[str, int]:
    return getattr(line, "sheet", ""), line.number
