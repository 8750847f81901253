"""Fields that follow others: `copy`, and defaults made of the record's own fields, until they are changed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.records.asking import ask, fitted
from core.records.rules import rule_expressions
from core.records.shapes import Row
from core.records.statements import chunks, given, one_run, prepared, update
from core.records.work import Work, depth
from metamodel.expression.tree import Aggregate, Expression, Node, Path, walk
from metamodel.model import Entity, Field, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A field that follows, and what of its own record makes it be taken again: fields, child rows.

    A change in a linked record is not among them: a new price list never rewrites old deals.
    """

    field: Field
    expression: Expression
    inputs: frozenset[str]
    of_children: bool


def follows(field: Field) -> bool:
    """Whether the field's value is taken from others as long as nobody changes it by hand."""
    if field.copy is not None:
        return True
    return field.default is not None and any(
        isinstance(n, Path) and n.root in ("record", "row") for n in walk(field.default.root)
    )


def followers(model: Model, entity: Entity) -> tuple[Follower, ...]:
    """The following fields of an entity, each before those that are taken from it where that is possible."""
    kept: dict[str, tuple[Follower, ...]] = model.derived.setdefault("followers", {})
    if entity.uid not in kept:
        found = [_follower(model, entity, f) for f in entity.fields if f.stored and follows(f)]
        uids = {each.field.uid for each in found}
        found.sort(key=lambda each: len(each.inputs & (uids - {each.field.uid})))
        kept[entity.uid] = tuple(found)
    return kept[entity.uid]


def follow(work: Work) -> None:
    """Take the following fields again, child rows before their parents, so that sums of copies are right."""
    rows = [r for r in work.rows() if r.action == "create" or (r.action in ("update", "keep") and r.touched)]
    depths: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        if followers(work.model, row.entity):
            depths.setdefault((-depth(work.model, row.entity), row.entity.uid), []).append(row)
    for _, group in sorted(depths.items(), key=lambda item: item[0]):
        if _follow_group(work, group):
            for row in rows:
                row.answers = None  # another row changed, which the rules of this one may be about


def _follow_group(work: Work, rows: list[Row]) -> bool:
    """Follow in rows of one entity; whether any of them changed. The rules of the entity are asked along."""
    entity = rows[0].entity
    every = followers(work.model, entity)
    for row, fields in _by_hand(
        work, entity, [row for row in rows if row.id and row.action != "create"]
    ).items():
        row.by_hand_before = row.by_hand = fields
    uids = {each.field.uid for each in every}
    passes = 2 if any(each.inputs & (uids - {each.field.uid}) for each in every) else 1
    moved = False
    for _ in range(passes):
        waiting = [row for row in rows if any(_concerned(row, each) for each in every)]
        rules = rule_expressions(entity, waiting)
        key = ("follow", *map(id, rules))
        found = ask(
            work, entity, key, [*(each.expression for each in every), *rules], [r.id for r in waiting]
        )
        changed = []
        for row in waiting:
            taken = _take(row, every, found[row.id][: len(every)])
            row.answers = {id(e): a for e, a in zip(rules, found[row.id][len(every) :], strict=True)}
            if taken:
                row.values |= taken
                changed.append((row.id, taken))
        update(work.tx, entity, changed)
        moved = moved or bool(changed)
        if not changed:
            break
    _store_by_hand(work, entity, rows)
    return moved


def _take(row: Row, every: tuple[Follower, ...], answers: tuple[Any, ...]) -> dict[str, Any]:
    """The following fields whose values change now."""
    taken: dict[str, Any] = {}
    for each, answer in zip(every, answers, strict=True):
        uid = each.field.uid
        value = fitted(each.field, answer)
        if uid in row.retaken:
            row.by_hand -= {uid}
            if row.values.get(uid) != value:
                taken[uid] = value
        elif _sent(row, uid):
            if row.sent[uid] == value:
                row.by_hand -= {uid}
            else:
                row.by_hand |= {uid}
        elif uid not in row.by_hand and _moved(row, each) and row.values.get(uid) != value:
            taken[uid] = value
    return taken


def _concerned(row: Row, each: Follower) -> bool:
    uid = each.field.uid
    return uid in row.retaken or _sent(row, uid) or (uid not in row.by_hand and _moved(row, each))


def _sent(row: Row, uid: str) -> bool:
    """Whether the caller gave the field another value than it had; an empty one for a new record says nothing."""
    if uid not in row.sent:
        return False
    return row.sent[uid] is not None if row.action == "create" else bool(row.sent[uid] != row.before.get(uid))


def _moved(row: Row, each: Follower) -> bool:
    """Whether something changed that the field is taken from."""
    if row.action == "create":
        return True
    below = row.written_below or [r for rows in row.lists.values() for r in rows]
    if each.of_children and any(r.touched or r.action != "update" for r in below):
        return True
    return any(row.before.get(uid) != row.values.get(uid) for uid in each.inputs)


def _follower(model: Model, entity: Entity, field: Field) -> Follower:
    expression = field.copy if field.copy is not None else field.default
    assert expression is not None
    inputs: set[str] = set()
    of_children = False
    seen: set[str] = set()
    waiting = [expression.root]
    while waiting:
        for uid, rows in _operands(waiting.pop(), entity, 0):
            of_children = of_children or rows
            if uid and uid not in seen:
                seen.add(uid)
                own = entity.by_uid[uid]
                if own.computed is not None:
                    waiting.append(own.computed.root)
                else:
                    inputs.add(uid)
    return Follower(field=field, expression=expression, inputs=frozenset(inputs), of_children=of_children)


def _operands(node: Node, entity: Entity, depth: int) -> Iterator[tuple[str, bool]]:
    """The entity's own fields under a node, and whether rows that lead to it are summed up there."""
    if isinstance(node, Path):
        if (
            node.root in ("row", "record")
            and node.up == depth
            and node.steps
            and node.steps[0][0] == entity.uid
        ):
            yield node.steps[0][1], False
        return
    if isinstance(node, Aggregate):
        if node.of is None and depth == 0:
            yield "", True
        elif node.of is not None:
            yield from _operands(node.of, entity, depth)
        for inner in (node.body, node.where, node.by):
            if inner is not None:
                yield from _operands(inner, entity, depth + 1)
        return
    for inner in getattr(node, "arguments", ()):
        yield from _operands(inner, entity, depth)


def changed_by_hand(work: Work, entity: Entity, ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The following fields (uids) of stored records that were changed by hand: id to fields, where there are any."""
    rows = [Row(entity=entity, action="keep", id=record) for record in set(ids)]
    return {row.id: fields for row, fields in _by_hand(work, entity, rows).items() if fields}


def _by_hand(work: Work, entity: Entity, rows: list[Row]) -> dict[Row, frozenset[str]]:
    """The fields of these rows that were changed by hand before."""
    if not rows:
        return {}
    table = work.tx.tables.own.hand

    def make() -> sa.Select[Any]:
        return sa.select(table.c.record, table.c.fields).where(
            table.c.entity == entity.uid, table.c.record.in_(sa.bindparam("ids", expanding=True))
        )

    statement = prepared(work.tx, ("by hand", entity.uid), make)
    stored: dict[int, frozenset[str]] = {}
    for some in chunks(row.id for row in rows):
        for record, fields in work.tx.connection.execute(statement, {"ids": some}):
            stored[record] = frozenset(fields)
    return {row: stored.get(row.id, frozenset()) for row in rows}


def _store_by_hand(work: Work, entity: Entity, rows: list[Row]) -> None:
    table = work.tx.tables.own.hand
    moved = [row for row in rows if row.by_hand != row.by_hand_before]
    for some in chunks(row.id for row in moved if row.by_hand_before):
        work.tx.connection.execute(
            table.delete().where(table.c.entity == entity.uid, table.c.record.in_(some))
        )
    added = [{"entity": entity.uid, "record": r.id, "fields": sorted(r.by_hand)} for r in moved if r.by_hand]
    for each in added:
        one_run(work.tx, ("mark by hand",), lambda: table.insert().values(given(table, added[0])), each)
