"""A refused write goes on without the values at fault, so that rules broken elsewhere are told in the same answer.

Nothing of it stays: what is stored here is rolled back before the refusal is raised.
"""

from __future__ import annotations

import sqlalchemy as sa

from core.records.shapes import Row
from core.records.work import Work
from metamodel.expression.tree import Aggregate, Expression, Path, walk
from metamodel.expression.uses import uses
from metamodel.model import Field

APART = frozenset({"KBK3001", "KBK3002", "KBK3003", "KBK3004", "KBK3005", "KBK3007"})
"""Faults of one value: the others can be judged without it."""


def set_aside(work: Work) -> None:
    """Remember the faults of single values as told, and leave these fields as they were, or empty in a new row.

    Not so in files: their lines are tried again one by one, and the ids of rows that go would leave gaps.
    """
    if work.context.medium == "csv":
        return
    found = [_place(work, problem.pointer) if problem.code in APART else None for problem in work.problems]
    if None in found:
        return  # a fault of the whole write: there is nothing to go on with
    for place in found:
        if place is not None:
            _leave(work, *place)
    work.told += work.problems
    work.problems = []


def keep_apart(work: Work) -> None:
    """Once values are complete: those at fault are as they were, whatever defaults say."""
    for row in work.rows():
        for uid in row.blind:
            if row.entity.by_uid[uid].valued:
                row.values[uid] = row.before.get(uid)


def judged(work: Work, row: Row, expression: Expression) -> bool:
    """Whether a rule can be asked of the row: it uses no value that is at fault."""
    if not work.told:
        return True
    return not _uses_blind(work, row, expression, set())


def _uses_blind(work: Work, row: Row, expression: Expression, seen: set[str]) -> bool:
    """Of its own fields the row is asked itself; of fields further away whether they are at fault anywhere."""
    everywhere = {(each.entity.uid, uid) for each in work.rows() for uid in each.blind}
    nodes = list(walk(expression.root))
    direct = not any(isinstance(node, Aggregate) for node in nodes)
    own = {node.steps[0][1] for node in nodes if direct and isinstance(node, Path) and len(node.steps) == 1
           and node.steps[0][0] == row.entity.uid}  # fmt: skip
    named = uses(expression, work.model)
    if own & row.blind or any(pair in everywhere for pair in named if pair[1] not in own):
        return True
    for entity, uid in sorted(named):
        behind = None if uid in seen else _taken_from(work, row, entity, uid)
        seen.add(uid)
        if behind is not None and _uses_blind(work, row, behind, seen):
            return True
    return False


def _taken_from(work: Work, row: Row, entity: str, uid: str) -> Expression | None:
    """What a computed field, or one that follows others, has its value from."""
    field = work.model.entity_by_uid[entity].by_uid.get(uid)
    if field is None or (entity == row.entity.uid and row.sent.get(uid) is not None):
        return None
    return field.computed or field.copy or field.default


def _place(work: Work, pointer: str) -> tuple[Row, Field] | None:
    """The row and the field a pointer leads to, or into."""
    rows = {row.pointer: row for row in work.tops}
    rows |= {row.pointer: row for row in work.rows() if row.action in ("create", "update")}
    while "/" in pointer:
        pointer, _, step = pointer.rpartition("/")
        row = rows.get(pointer)
        field = None if row is None else row.entity.by_name.get(step.replace("~1", "/").replace("~0", "~"))
        if row is not None and field is not None and _may_stay(row, field):
            return row, field
    return None


def _may_stay(row: Row, field: Field) -> bool:
    if field.system or field.uid == row.entity.parent or row.action not in ("create", "update"):
        return False
    return field.valued or field.listed or field.type.name == "children"


def _leave(work: Work, row: Row, field: Field) -> None:
    row.blind |= {field.uid}
    row.sent.pop(field.uid, None)
    row.lists.pop(field.uid, None)
    row.pairs.pop(field.uid, None)
    if row.action == "create" and field.valued:
        row.sent[field.uid] = None
        if row.values:
            row.values[field.uid] = None
    elif row.values and field.valued:
        row.values[field.uid] = row.before.get(field.uid)


def trial(work: Work) -> sa.NestedTransaction:
    """The savepoint that a refused write goes back to."""
    return work.tx.connection.begin_nested()
