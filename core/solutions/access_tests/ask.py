"""The questions of an access test, each put through the door that people go through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core.access.explain import explain
from core.access.grants import grants_of
from core.query.query import Query
from core.query.read import read, visible_ids
from core.records.fixtures import attempt, attempt_delete
from core.records.rehearse import standing
from core.records.shapes import Ready
from core.records.statements import load
from core.solutions.access_tests.scene import Scene
from metamodel.access_tests import Verdicts
from metamodel.errors import Problem
from metamodel.model import Field

_NOT_ALLOWED = frozenset(("KBK2003", "KBK2006", "KBK3004", "KBK3014", "KBK4001", "KBK4002"))
"""Refusals that are about the person: of the record, of a field, of what nobody may write, of people and roles."""

_OUT_OF_REACH = frozenset(("KBK3005",))
"""Of a new record: it names one that they may not see, or not choose."""

_NOT_ENTERED = frozenset(("KBK3011",))
"""A stage that may not be entered from there, or not by them."""

Question = tuple[str, str]
"""What is asked (a key of `Verdicts`) and of what: a right, or the uid of a field or stage."""


def questions(verdicts: Verdicts) -> Iterator[tuple[Question, int]]:
    """Every single question and its place in its list."""
    for what in ("actions", "read", "write", "move"):
        for number, each in enumerate(getattr(verdicts, what)):
            yield (what, each), number


def allowed(scene: Scene, question: Question, seen: frozenset[str]) -> bool:
    """Whether the person of the scene may; ``seen`` are the fields that `seen_fields` found."""
    what, of = question
    if what == "read":
        return of in seen
    if what == "write":
        return _writes(scene, scene.entity.by_uid[of])
    if what == "move":
        return _moves(scene, of)
    return _acts(scene, of)


def _acts(scene: Scene, right: str) -> bool:
    tx, entity = scene.tx, scene.entity
    match right:
        case "read":
            return _sees(scene)
        case "create":
            told = attempt(tx, scene.actor, entity.name, None, scene.typed)
            return not any(problem.code in _NOT_ALLOWED | _OUT_OF_REACH for problem in told)
        case "update":
            return not _refused(attempt(tx, scene.actor, entity.name, scene.record, {}))
        case "delete":
            return not _refused(attempt_delete(tx, scene.actor, entity.name, scene.record))
        case "move" if entity.stages is not None:
            stages = [s for p in entity.stages.pipelines for s in p.stages if not s.archived]
            now = load(tx, entity, [scene.record])[scene.record].get(entity.stages.field)
            return any(_moves(scene, s.uid) for s in stages if s.uid != now)
    explained = explain(tx, scene.actor.roles, scene.actor.user, entity, scene.record, right)
    return explained.allowed


def _sees(scene: Scene) -> bool:
    return scene.record in visible_ids(scene.tx, scene.actor, scene.entity, [scene.record])


def seen_fields(scene: Scene, uids: Iterable[str]) -> frozenset[str]:
    """Those of the fields (uids) that the person sees of the record: one query for all that they may name at all."""
    entity = scene.entity
    known = grants_of(scene.tx.model, scene.actor).readable(entity.uid)
    names = {entity.by_uid[uid].name: uid for uid in uids if uid in known}
    if not names:
        return frozenset()
    query = Query(entity=entity.name, fields=tuple(names), ids=(scene.record,), limit=1)
    items = read(scene.tx, scene.actor, query).items
    hidden = items[0].get("_hidden", ()) if items else ()
    return frozenset(uid for name, uid in names.items() if items and name in items[0] and name not in hidden)


def _writes(scene: Scene, field: Field) -> bool:
    """Whether the field may be written, asked with the value that it has, which a read-only field would be let keep."""
    if field.read_only or (field.read_only_if is not None and field.name in _locked(scene)):
        return False
    told = attempt(
        scene.tx, scene.actor, scene.entity.name, scene.record, {field.name: _present(scene, field)}
    )
    return not _refused(told)


def _locked(scene: Scene) -> frozenset[str]:
    """The fields of the record whose condition of read-only holds."""
    return standing(scene.tx, scene.actor, scene.entity, [scene.record])[scene.record].locked


def _present(scene: Scene, field: Field) -> Any:
    if field.type.name == "children":
        return []
    value = load(scene.tx, scene.entity, [scene.record])[scene.record].get(field.uid)
    return Ready(() if value is None and field.listed else value)


def _moves(scene: Scene, stage: str) -> bool:
    assert scene.entity.stages is not None
    name = scene.entity.by_uid[scene.entity.stages.field].name
    told = attempt(scene.tx, scene.actor, scene.entity.name, scene.record, {name: Ready(stage)})
    return not any(problem.code in _NOT_ALLOWED | _NOT_ENTERED for problem in told)


def _refused(told: tuple[Problem, ...]) -> bool:
    return any(problem.code in _NOT_ALLOWED for problem in told)
