"""Fields that are read-only under a condition (`read_only_if`).

A field is locked for a write when its condition holds on the stored record and still holds on the record as it is after
the write: who may take the condition away may change the field in the same save, as in two saves one after the other.
What a locked field itself is changed to takes no condition away. A new record may be given its first values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.records.asking import ask
from core.records.pairs import there
from core.records.shapes import Row
from core.records.telling import judged
from core.records.values import escaped
from core.records.work import Work
from metamodel.expression.tree import Expression
from metamodel.expression.uses import uses
from metamodel.messages import message
from metamodel.model import Entity, Field

Answers = Mapping[int, tuple[Any, ...]]


def conditional(entity: Entity) -> list[tuple[Field, Expression]]:
    """The fields of an entity that are read-only under a condition."""
    return [(f, f.read_only_if) for f in entity.fields if f.read_only_if is not None]


def find_locked(work: Work) -> None:
    """Before the write: each row keeps the fields that are to be changed although their condition holds now."""
    if work.returning:
        return
    for rows, answers in _asked(work, lambda row, field: _meant(work, row, field)):
        for row in rows:
            found = zip(conditional(row.entity), answers[row.id], strict=True)
            row.locked = tuple(field for (field, _), holds in found if holds and _meant(work, row, field))


def check_locked(work: Work) -> None:
    """After the write: refuse the changes of fields whose condition still holds."""
    for rows, answers in _asked(work, lambda row, field: field in row.locked):
        for row in rows:
            changed = frozenset((row.entity.uid, f.uid) for f in row.locked if _changed(row, f))
            for (field, condition), holds in zip(conditional(row.entity), answers[row.id], strict=True):
                if field not in row.locked or (row.entity.uid, field.uid) not in changed:
                    continue
                if (holds and judged(work, row, condition)) or _depends(work, condition, changed):
                    work.refuse(f"{row.pointer}/{escaped(field.name)}", "KBK3004", message(
                        "“{field}” cannot be changed now", field=field.label))  # fmt: skip


def _asked(work: Work, concerns: Callable[[Row, Field], bool]) -> Iterator[tuple[list[Row], Answers]]:
    """The rows with a field that it concerns, and what the conditions of their entity say of each as it is stored."""
    for rows in work.by_entity("update", "keep").values():
        fields = conditional(rows[0].entity)
        found = [row for row in rows if any(concerns(row, field) for field, _ in fields)]
        if found:
            conditions = [condition for _, condition in fields]
            yield found, ask(work, rows[0].entity, ("read only",), conditions, [row.id for row in found])


def _meant(work: Work, row: Row, field: Field) -> bool:
    """Whether the write is to change the field."""
    uid = field.uid
    if uid in row.pairs:
        return {target for _, target in there(work, row, field)} != set(row.pairs[uid])
    if uid in row.sent:
        return bool(row.sent[uid] != row.before.get(uid))
    below = any(each.held_by is not None and each.held_by.uid == uid for each in row.written_below)
    return below or uid in row.lists or uid in row.retaken


def _changed(row: Row, field: Field) -> bool:
    """Whether the write did change it; lists that were sent may be as they were."""
    uid = field.uid
    if field.type.name == "children":
        written = [each for each in row.written_below if each.held_by is not None and each.held_by.uid == uid]
        return any(each.touched for each in (*row.lists.get(uid, ()), *written))
    return uid in row.pairs or row.before.get(uid) != row.values.get(uid)


def _depends(work: Work, condition: Expression, changed: frozenset[tuple[str, str]]) -> bool:
    """Whether a condition asks any of these fields, itself or by way of computed ones."""
    seen: set[tuple[str, str]] = set()
    waiting = [condition]
    for expression in waiting:
        for pair in uses(expression, work.model) - seen:
            seen.add(pair)
            field = work.model.entity_by_uid[pair[0]].by_uid.get(pair[1])
            if field is not None and field.computed is not None:
                waiting.append(field.computed)
    return bool(seen & changed)
