"""Actions of the configuration: who may run which on what, and running one in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.automation import Documents, Go, Ran, Standing, run_steps
from core.errors import KubikError
from core.query.issued import Issued, openable
from core.records.api import create, update
from core.records.asking import ask, column_type, fitted, parameters, visible_ids
from core.records.gather import lock as lock_rows
from core.records.inputs import first_inputs, read_inputs
from core.records.shapes import Ready, Row, Values
from core.records.stale import check_version
from core.records.statements import load
from core.records.work import Work, start
from core.storage.expressions import compile_value
from core.storage.expressions.environment import Environment
from core.storage.expressions.errors import refusal_of
from core.storage.workspace import Transaction
from metamodel.actions import Action
from metamodel.errors import unknown
from metamodel.expression import Expression
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Entity, Field, Grant

JSON = Context()


def run_action(
    tx: Transaction, actor: Actor, entity: str, id: int | None, action: str, inputs: Values, *,
    if_version: int | None = None, context: Context = JSON, pointer: str = "", documents: Documents | None = None,
) -> Ran:  # fmt: skip
    """Run an action on a record, or without one above a list; everything it does is done, or nothing. ``documents`` issues
    those of its steps: without it an action that has any is refused.

    Refuses: KBK2006 (no such entity, record or action), KBK4002 (not granted here), KBK3009 (another version),
    KBK3017 (its condition does not hold), what is wrong with the inputs, and what its steps refuse.
    """
    work = start(tx, actor, context)
    found, asked = _find(work, entity, action, id is not None)
    stood: Sequence[Grant] = () if id is None else _stand(work, found, asked, id, if_version)
    given = read_inputs(work, asked, id, inputs, pointer)
    standing = Standing(
        tx=tx, actor=replace(actor, action=asked.uid), action=asked, records=_Writer(tx, actor), entity=found, id=id,
        inputs=given, documents=documents,
    )  # fmt: skip
    try:
        ran = run_steps(standing)
    except KubikError as error:
        raise _placed(error, pointer) from error
    if id is not None:
        _judge_after(work, found, asked, id, stood)
    return _as_seen(work, ran)


def _judge_after(work: Work, entity: Entity, action: Action, id: int, grants: Sequence[Grant]) -> None:
    """Refuse an action that leaves the record where no grant that gave it lets it stand by its `check`."""
    rules = [grant.check for grant in grants if grant.check is not None]
    if len(rules) == len(grants) and rules:
        answers = ask(work, entity, ("ran", action.uid, *map(_identity, rules)), rules, [id])
        if not any(answers.get(id, ())):
            raise _denied(action)


def buttons(
    tx: Transaction, actor: Actor, entity: str, ids: Sequence[int]
) -> Mapping[int, tuple[Action, ...]]:
    """For each of these records the actions that the actor may run on it now, in the order of their buttons."""
    work = start(tx, actor, JSON)
    found = tx.model.entities.get(entity)
    actions = [a for a in tx.model.actions_of[found.uid] if a.of_record and not a.off] if found else []
    granted = {a.name: given for a in actions if found and (given := _grants(work, found, a))}
    if found is None or not granted:
        return dict.fromkeys(ids, ())
    live = visible_ids(work, found, ids)
    runnable = {
        a.name: _runnable(work, found, a, granted[a.name], live) for a in actions if a.name in granted
    }
    return {id: tuple(a for a in actions if id in runnable.get(a.name, ())) for id in ids}


def list_buttons(tx: Transaction, actor: Actor, entity: str) -> tuple[Action, ...]:
    """The actions that stand above the list of an entity for the actor."""
    work = start(tx, actor, JSON)
    found = tx.model.entities.get(entity)
    if found is None:
        return ()
    every = tx.model.actions_of[found.uid]
    return tuple(a for a in every if not a.of_record and not a.off and _grants(work, found, a))


def inputs_shown(tx: Transaction, actor: Actor, entity: str, id: int | None, action: str) -> tuple[Action, Mapping[str, Any]]:  # fmt: skip
    """An action that the actor may run here now, and the first values of its inputs by uid."""
    work = start(tx, actor, JSON)
    found, asked = _find(work, entity, action, id is not None)
    if id is not None:
        _stand(work, found, asked, id, None, locked=False)
    return asked, first_inputs(work, asked, id)


def _find(work: Work, entity: str, name: str, of_record: bool) -> tuple[Entity, Action]:
    """The entity and the action of it; what the actor may neither read nor run does not exist."""
    found = work.model.entities.get(entity)
    if found is None or not (
        work.grants.may(found.uid, "read")
        or any(_grants(work, found, a) for a in work.model.actions_of[found.uid])
    ):
        raise KubikError("KBK2006", message("there is no entity “{name}”", name=entity[:100]))
    own = {a.name: a for a in work.model.actions_of[found.uid] if a.of_record == of_record}
    if name not in own:
        known = [a.name for a in own.values() if _grants(work, found, a)]
        raise KubikError("KBK2006", unknown("there is no action “{name}” here", name[:100], known))
    if not of_record and not _grants(work, found, own[name]):
        raise _denied(own[name])
    return found, own[name]


def _stand(
    work: Work, entity: Entity, action: Action, id: int, if_version: int | None, *, locked: bool = True
) -> list[Grant]:
    """The grants that give the action on the record. Refuses one that is out of sight, of another version, or on which
    the action cannot be run now.
    """
    if locked:
        lock_rows(work, [Row(entity=entity, action="update", id=id)])
    if id not in visible_ids(work, entity, [id]):
        raise KubikError("KBK2006", message("there is no record {id}", id=id))
    grants = _grants(work, entity, action)
    stood = [grant for grant in grants if id in _granted(work, entity, action, (grant,), {id})]
    if not stood:
        raise _denied(action)
    if if_version is not None:
        row = Row(entity=entity, action="update", id=id, if_version=if_version)
        row.before = load(work.tx, entity, [id])[id]
        check_version(work, row)
    if id not in _runnable(work, entity, action, grants, {id}):
        raise KubikError(
            "KBK3017", message("“{action}”: not possible in this state of the record", action=action.label)
        )
    return stood


def _identity(rule: Expression) -> str:
    """What tells a rule from others about the same entity, under one model."""
    return rule.text


def _denied(action: Action) -> KubikError:
    return KubikError("KBK4002", message("“{action}”: you may not do this here", action=action.label))


def _grants(work: Work, entity: Entity, action: Action) -> tuple[Grant, ...]:
    """The grants that name the action; of child rows, too, nothing is granted that is not named."""
    if work.grants.everything:
        return (Grant(entity=entity.uid, actions=frozenset((action.right,))),)
    return tuple(g for g in work.grants.own.get(entity.uid, ()) if action.right in g.actions)


def _granted(
    work: Work, entity: Entity, action: Action, grants: Sequence[Grant], ids: Iterable[int]
) -> set[int]:
    """The records on which one of the grants stands."""
    rules = [g.rows for g in grants if g.rows is not None]
    key = ("run", action.uid, *map(_identity, rules))
    answers = ask(work, entity, key, rules, ids) if rules else {}
    staged = any(g.stages is not None for g in grants) and entity.stages is not None
    stored = load(work.tx, entity, ids) if staged else {}
    found = set()
    for id in ids:
        for grant in grants:
            stage = stored[id][entity.stages.field] if staged and entity.stages else None
            in_stage = grant.stages is None or stage in grant.stages
            if in_stage and (grant.rows is None or answers[id][rules.index(grant.rows)]):
                found.add(id)
    return found


def _runnable(work: Work, entity: Entity, action: Action, grants: Sequence[Grant], ids: set[int]) -> set[int]:
    found = _granted(work, entity, action, grants, ids)
    if action.when is None or not found:
        return found
    answers = ask(work, entity, ("when", action.uid), [action.when], found)
    return {id for id in found if answers[id][0]}


def _as_seen(work: Work, ran: Ran) -> Ran:
    """What is told of it: of what the system made for the person, only what they see, nor are they led elsewhere."""

    def is_seen(name: str, id: int | None) -> bool:
        entity = work.model.entities[name]
        may = work.grants.may(entity.uid, "read")
        return may and (id is None or id in visible_ids(work, entity, [id]))

    made = tuple(each for each in ran.made if is_seen(each.entity, each.id))
    go = (
        ran.go
        if is_seen(ran.go.entity, ran.go.id)
        else Go(entity=work.model.entity_by_uid[ran.action.entity].name)
    )
    return replace(ran, made=made, issued=tuple(_open(work, ran.issued)), go=go)


def _open(work: Work, issued: Sequence[Issued]) -> Iterable[Issued]:
    """The documents that the actor may open: with a token for some entities not each that they issue."""
    known = openable(work.tx, work.actor, issued)
    return (each for each in issued if each.id in known)


def _placed(error: KubikError, pointer: str) -> KubikError:
    """The refusals of inputs where these stood in what was sent."""
    if not pointer or not error.errors:
        return error
    errors = [replace(p, pointer=pointer + p.pointer if p.pointer else "") for p in error.errors]
    return KubikError(error.code, error.detail, errors, **error.extra)


class _Writer:
    """`Records` of automation: the same functions that everybody writes by."""

    def __init__(self, tx: Transaction, actor: Actor) -> None:
        self.tx = tx
        self.actor = actor

    def load(self, entity: Entity, id: int, *, lock: bool = True) -> Mapping[str, Any] | None:
        if lock:
            lock_rows(start(self.tx, self.actor, JSON), [Row(entity=entity, action="update", id=id)])
        found = load(self.tx, entity, [id]).get(id)
        return found if found is not None and found["deleted_at"] is None else None

    def ask(self, expressions: Sequence[Expression], environment: Environment) -> Sequence[Any]:
        columns = [
            sa.type_coerce(compile_value(each.root, environment).value, column_type(each.type))
            for each in expressions
        ]
        return tuple(self._first(sa.select(*columns)))

    def _first(self, select: sa.Select[Any]) -> Any:
        work = start(self.tx, self.actor, JSON)
        try:
            return self.tx.connection.execute(select, parameters(work)).one()
        except sa.exc.DBAPIError as error:
            told = refusal_of(error)
            if told is None:
                raise
            raise told from error

    def create(
        self, actor: Actor, entity: Entity, values: Mapping[str, Any],
        lists: Mapping[str, Sequence[Mapping[str, Any]]],
    ) -> int:  # fmt: skip
        written = _written(entity, values)
        for uid, rows in lists.items():
            field = entity.by_uid[uid]
            child = self.tx.model.entity_by_uid[field.target or ""]
            written[field.name] = [_written(child, row) for row in rows]
        return create(self.tx, actor, entity.name, written).id

    def change(self, actor: Actor, entity: Entity, id: int, values: Mapping[str, Any]) -> None:
        update(self.tx, actor, entity.name, id, _written(entity, values))


def _written(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name as they are written: texts are parsed as anybody's, all else is the engine's already."""
    return {entity.by_uid[uid].name: _value(entity.by_uid[uid], value) for uid, value in values.items()}


def _value(field: Field, value: Any) -> Any:
    if isinstance(value, str) and field.result.kind == "text":
        return value
    return Ready(fitted(field, value))
