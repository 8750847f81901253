"""A write that is tried and taken back: what would be stored, computed and asked if the values typed were saved now.

It goes the way of a write as far as the rules, in a savepoint that is rolled back. Numbers of series are not taken,
nothing enters the journal. New rows get ids that no record has, so that no key is spent on them.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa

from core.access.actor import Actor
from core.errors import KubikError
from core.query.query import Query
from core.query.read import read
from core.records.api import find_entity
from core.records.asking import ask
from core.records.closure import check_trees, keep_trees
from core.records.fill import fill
from core.records.follow import changed_by_hand, follow, followers
from core.records.followed import permit_followed
from core.records.gather import gather
from core.records.guarding import guarded
from core.records.links import check_links, check_narrowing, find_links
from core.records.permit import permit_after, permit_before
from core.records.read_only import check_locked, conditional, find_locked
from core.records.requirements import required_fields
from core.records.rules import ask_rules
from core.records.shapes import Row, Values
from core.records.statements import load
from core.records.store import mark_touched, store
from core.records.telling import keep_apart, set_aside, trial
from core.records.unique import check_unique
from core.records.values import parse_row
from core.records.work import Work, below, start
from core.storage.expressions.errors import refusal_of
from core.storage.workspace import Transaction
from metamodel.errors import Problem
from metamodel.expression.tree import Expression
from metamodel.fields.base import Context
from metamodel.model import Entity

FIRST_ID = -(2**61)
"""Where the ids of rows that are tried begin: below those of records, so that nothing takes them for the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One row as it would be: the record itself under the pointer "", child rows under ``/items/0``.

    ``item`` are values as `core.query` gives them to the actor, None when the row would be out of their sight. By
    names of fields: ``hidden``, ``asked`` and ``locked`` are the conditional fields that would not stand, that would be
    required, that would be read-only;
    ``following`` and ``by_hand`` are those that follow others, and those that do so no more; ``unfit`` are links outside
    their options.
    """

    pointer: str
    entity: Entity
    item: Mapping[str, Any] | None
    hidden: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    following: frozenset[str] = frozenset()
    by_hand: frozenset[str] = frozenset()
    unfit: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Names of fields that do not stand now, that are required, that are read-only."""

    hidden: frozenset[str]
    asked: frozenset[str]
    locked: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What came of a trial: the rows, and the faults of single values that were left aside in it."""

    rows: Mapping[str, Tried] = field(default_factory=dict)
    told: tuple[Problem, ...] = ()


def rehearse(
    tx: Transaction, actor: Actor, entity: str, id: int | None, values: Values, fields: tuple[str, ...],
    *, context: Context, conditions: Mapping[str, Expression] | None = None,
) -> Rehearsal:  # fmt: skip
    """Try to save these values; ``fields`` are the names to be read then (child rows by the name of their field).

    ``conditions`` are further ones that are asked of the record; those that do not hold stand among its ``hidden``.

    An empty answer when it cannot be told (the values do not let it be stored); errors as of a write when the actor
    may not do it at all.
    """
    work = start(tx, actor, context)
    action = "create" if id is None else "update"
    found = find_entity(work, entity, "create" if id is None else None)
    top = Row(entity=found, action="create" if action == "create" else "update", id=id or 0)
    work.tops.append(top)
    parse_row(work, top, values)
    whole = trial(work)
    try:
        if not prepare(work):
            return Rehearsal(told=(*work.told, *work.problems))
        number(work)
        mark_touched(work)
        store(work)
        keep_trees(work)
        follow(work)
        if not _may_stand(work):
            return Rehearsal(told=tuple(work.told))
        work.problems = []
        check_narrowing(work)
        return Rehearsal(rows=_tried(work, top, fields, conditions or {}), told=tuple(work.told))
    except (sa.exc.DBAPIError, sqlite3.Error, psycopg.Error) as error:
        operating = isinstance(
            error, sa.exc.OperationalError | sqlite3.OperationalError | psycopg.OperationalError
        )
        if operating and refusal_of(error) is None:
            raise  # a busy or lost database is the workspace's business; a number too long is said when it is saved
        return Rehearsal(told=tuple(work.told))
    finally:
        if whole.is_active:
            whole.rollback()


def prepare(work: Work) -> bool:
    """As a write is prepared, every fault of a single value left aside; whether it can go on."""
    find_links(work)
    set_aside(work)
    if work.problems:
        return False
    gather(work)
    permit_before(work)
    if not work.grants.everything:
        permit_followed(work, [row for top in work.tops for row in below(top)])
    set_aside(work)
    refused = [problem for problem in work.problems if problem.code in ("KBK4002", "KBK2006")]
    if refused:
        raise KubikError(refused[0].code, errors=refused)
    if work.problems:
        return False
    fill(work)
    keep_apart(work)
    check_links(work)
    find_locked(work)
    check_trees(work)
    check_unique(work)
    set_aside(work)
    return not work.problems


def _may_stand(work: Work) -> bool:
    """Whether the actor may leave the rows so: what a refused write would show, its trial does not show either."""
    work.problems = []
    check_locked(work)
    ask_rules(work)
    permit_after(work)
    work.problems += guarded(work)
    return not work.problems


def number(work: Work) -> None:
    """Ids of the new rows, far from those of records; of one entity one after another, as an insert of many tells them."""
    place = FIRST_ID + secrets.randbelow(2**60)
    for rows in work.by_entity("create").values():
        for row in rows:
            place += 1
            row.values["id"] = place


def _tried(
    work: Work, top: Row, fields: tuple[str, ...], conditions: Mapping[str, Expression]
) -> dict[str, Tried]:
    unfit = {problem.pointer for problem in work.problems}
    items = _items(work, top, fields)
    rows = [row for row in below(top) if row.action in ("create", "update", "keep")]
    states: dict[str, Tried] = {}
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.entity.uid, []).append(row)
    for group in groups.values():
        ids, entity = [row.id for row in group], group[0].entity
        answers = _states(work, entity, ids, conditions if group[0] is top else {})
        hand = changed_by_hand(work, entity, ids) if followers(work.model, entity) else {}
        for row in group:
            row.by_hand = hand.get(row.id, frozenset())
            states[row.pointer] = _one(row, items.get((row.entity.uid, row.id)), answers[row.id], unfit, work)
    return states


def _one(row: Row, item: Mapping[str, Any] | None, state: State, unfit: set[str], work: Work) -> Tried:
    names = {each.field.uid: each.field.name for each in followers(work.model, row.entity)}
    return Tried(
        pointer=row.pointer,
        entity=row.entity,
        item=item,
        hidden=state.hidden,
        asked=state.asked,
        locked=state.locked,
        following=frozenset(name for uid, name in names.items() if uid not in row.by_hand),
        by_hand=frozenset(name for uid, name in names.items() if uid in row.by_hand),
        unfit=frozenset(f.name for f in row.entity.fields if f"{row.pointer}/{f.name}" in unfit),
    )


def _items(work: Work, top: Row, fields: tuple[str, ...]) -> dict[tuple[str, int], Mapping[str, Any]]:
    """What the actor would read of the record and its child rows, by entity and id."""
    query = Query(entity=top.entity.name, fields=fields, ids=(top.id,), limit=1)
    items = read(work.tx, work.actor, query).items
    if not items:
        return {}
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    waiting: list[tuple[Entity, Mapping[str, Any]]] = [(top.entity, {**items[0], "id": top.id})]
    for entity, each in waiting:
        found[entity.uid, each["id"]] = each
        for name, value in each.items():
            children = entity.by_name.get(name)
            if children is not None and children.type.name == "children" and isinstance(value, list):
                child = work.model.entity_by_uid[children.target or ""]
                waiting.extend((child, row) for row in value)
    return found


def _states(
    work: Work, entity: Entity, ids: list[int], conditions: Mapping[str, Expression]
) -> dict[int, State]:
    """Of each record what its conditions say now."""
    shown = [(f.name, f.visible_if) for f in entity.fields if f.visible_if is not None]
    shown += conditions.items()
    wanted = [(f.name, f.required_if) for f in entity.fields if f.required_if is not None]
    locks = [(f.name, condition) for f, condition in conditional(entity)]
    expressions = [expression for _, expression in (*shown, *wanted, *locks)]
    staged = _asked_by_stage(work, entity, ids)
    answers = ask(work, entity, ("states", *map(id, expressions)), expressions, ids)
    found: dict[int, State] = {}
    for record in ids:
        told = iter(answers.get(record, ()))
        found[record] = State(
            hidden=frozenset([name for (name, _), holds in zip(shown, told, strict=False) if not holds]),
            asked=frozenset([name for (name, _), holds in zip(wanted, told, strict=False) if holds])
            | staged.get(record, frozenset()),
            locked=frozenset([name for (name, _), holds in zip(locks, told, strict=False) if holds]),
        )
    return found


def _asked_by_stage(work: Work, entity: Entity, ids: list[int]) -> dict[int, frozenset[str]]:
    """The names of the fields that the stage of each record requires."""
    stages = entity.stages
    if stages is None or not any(s.required for p in stages.pipelines for s in p.stages):
        return {}
    found = load(work.tx, entity, ids)
    return {
        id: frozenset(f.name for f in required_fields(entity, values.get(stages.field)))
        for id, values in found.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds of a stored record for who opens its form, by names of fields."""

    locked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    by_hand: frozenset[str] = frozenset()


def standing(
    tx: Transaction, actor: Actor, entity: Entity, ids: Iterable[int], conditions: Mapping[str, Expression] | None = None
) -> dict[int, Standing]:  # fmt: skip
    """Which fields of stored records are read-only now (`read_only_if`), do not stand, are required, were changed by
    hand.
    """
    ids = list(dict.fromkeys(ids))
    work = start(tx, actor, Context())
    states = _states(work, entity, ids, conditions or {})
    hand = changed_by_hand(work, entity, ids) if followers(tx.model, entity) else {}
    found: dict[int, Standing] = {}
    for record in ids:
        state = states[record]
        by_hand = frozenset(entity.by_uid[uid].name for uid in hand.get(record, ()) if uid in entity.by_uid)
        found[record] = Standing(locked=state.locked, hidden=state.hidden, asked=state.asked, by_hand=by_hand)
    return found
