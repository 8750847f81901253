"""Records that stand for a moment, and writes that are only tried: what tests of rights are made of.

All of it happens in a transaction that its caller takes back; no number is taken and no id of a record is spent.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from core.access.actor import Actor, system_actor
from core.errors import KubikError
from core.records.api import delete, find_entity
from core.records.closure import keep_trees
from core.records.follow import follow
from core.records.guarding import guarded
from core.records.members import keep_members
from core.records.permit import permit_after
from core.records.read_only import check_locked
from core.records.rehearse import number, prepare
from core.records.rules import ask_rules
from core.records.shapes import Row, Values
from core.records.shared import keep_shares
from core.records.store import mark_touched, store
from core.records.telling import trial
from core.records.unique import compared, taken_by, unique_sets
from core.records.values import parse_row
from core.records.work import Work, start
from core.storage.workspace import Transaction
from metamodel.errors import Problem
from metamodel.fields.base import Context


def place(tx: Transaction, entity: str, values: Values) -> int:
    """Store a record for the system, as it is described; its id. What is required and missing stays empty, what
    nobody may write any more (a read-only field, an archived choice) stands, rules are not asked.

    KubikError when the values cannot be stored at all.
    """
    work = start(tx, system_actor(), Context())
    work.returning = True
    top = Row(entity=find_entity(work, entity, "create"), action="create")
    work.tops.append(top)
    parse_row(work, top, values)
    _make_way(work)
    if not prepare(work):
        work.settle()
    faults = [problem for problem in work.told if problem.code != "KBK3001"]
    if faults:
        raise KubikError(faults[0].code, errors=faults)
    _store(work)
    return top.id


def _make_way(work: Work) -> None:
    """What records there are do not hinder the scene: one that has a unique value of it is as in the bin meanwhile."""
    for rows in work.by_entity("create").values():
        entity, table = rows[0].entity, work.tx.tables[rows[0].entity.uid].table
        for fields in unique_sets(work.model, entity):
            wanted = {tuple(compared(f, row.sent.get(f.uid)) for f in fields) for row in rows}
            taken = taken_by(work, entity, fields, [values for values in wanted if None not in values])
            there = [id for ids in taken.values() for id in ids if id > 0]
            if there:
                away = sa.update(table).where(table.c.id.in_(there)).values(deleted_at=work.tx.now)
                work.tx.connection.execute(away)


def attempt(
    tx: Transaction, actor: Actor, entity: str, id: int | None, values: Values
) -> tuple[Problem, ...]:
    """What would refuse the actor a write of these values (a new record without ``id``); nothing of it stays."""
    work = start(tx, actor, Context())
    whole = trial(work)
    try:
        found = find_entity(work, entity, "create" if id is None else None)
        top = Row(entity=found, action="create" if id is None else "update", id=id or 0)
        work.tops.append(top)
        parse_row(work, top, values)
        if prepare(work):
            _store(work)
            work.problems = []
            check_locked(work)
            ask_rules(work)
            permit_after(work)
            work.problems += guarded(work)
        return (*work.told, *work.problems)
    except KubikError as error:
        return _problems(error)
    finally:
        if whole.is_active:
            whole.rollback()


def attempt_delete(tx: Transaction, actor: Actor, entity: str, id: int) -> tuple[Problem, ...]:
    """What would refuse the actor to put the record into the bin."""
    return undone(tx, lambda: delete(tx, actor, entity, id))


def undone(tx: Transaction, action: Callable[[], object]) -> tuple[Problem, ...]:
    """What refuses the action, which is taken back in any case."""
    whole = tx.connection.begin_nested()
    try:
        action()
    except KubikError as error:
        return _problems(error)
    finally:
        if whole.is_active:
            whole.rollback()
    return ()


def _problems(error: KubikError) -> tuple[Problem, ...]:
    return error.errors or (Problem(pointer="", code=error.code, message=error.detail),)


def _store(work: Work) -> None:
    number(work)
    mark_touched(work)
    store(work)
    keep_trees(work)
    keep_members(work)
    keep_shares(work)
    follow(work)
