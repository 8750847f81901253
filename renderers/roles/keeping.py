"""An answer kept as an access test: the simplest scene that gives the same answer again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.access.actor import system_actor
from core.access.explain import explain
from core.access.managing import held_roles
from core.access.words import action_words
from core.errors import KubikError
from core.query.query import Query
from core.query.read import read
from core.records.statements import load
from core.solutions.access_tests import run_one
from core.solutions.targets import LOCAL
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel import codec
from metamodel.access_test_definitions import AccessTestDefinition
from metamodel.access_tests import AccessTest
from metamodel.expression.tree import Path, walk
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.resolve.access_tests import resolve_test
from renderers.roles.answer import Question

_LINKS = ("link", "user", "department")


def kept_test(who: Visit, tx: Transaction, question: Question) -> dict[str, Any]:
    """The definition of a test that passes now; KBK3017 when no scene gives the answer again."""
    for written in _candidates(who, tx, question):
        test = resolve_test(tx.model, codec.read(AccessTestDefinition, written))
        if test is not None and _passes(who, test):
            return written
    raise KubikError(
        "KBK3017", message("no test can be made of this answer: it depends on more than the record")
    )


def _passes(who: Visit, test: AccessTest) -> bool:
    return not who.workspace.write(lambda tx: run_one(tx, test))


def change_of(tx: Transaction, written: Mapping[str, Any]) -> dict[str, Any]:
    """The change of configuration that adds the test to those made in place."""
    for item in tx.model.document.get("tests", ()):
        if item["solution"] == LOCAL:
            definition = {"tests": [*item["tests"], written]}
            return {"op": "change", "kind": "tests", "target": item["name"], "definition": definition}
    return {"op": "add", "kind": "tests", "definition": {"name": LOCAL, "tests": [written]}}


def _candidates(who: Visit, tx: Transaction, question: Question) -> Iterator[dict[str, Any]]:
    """Somebody with these roles and a record like it; the person and a record like it; the person and the record."""
    asked = {"entity": question.entity.name, **_verdict(tx, question)}
    label = _label(who, tx, question, "allow" in asked)
    roles = [tx.model.role_by_uid[uid].name for uid in held_roles(tx, question.person)]
    person = read(
        tx, system_actor(), Query(entity="user", fields=("login", "department"), ids=(question.person,))
    ).items[0]
    values = _values(tx, question)
    department = person.get("department")
    me = {"me": {"department": {"id": department.id}}} if department is not None else {}
    yield {"label": label, "roles": roles, **me, "record": values, **asked}
    yield {"label": label, "user": person["login"], "record": values, **asked}
    yield {"label": label, "user": person["login"], "by": {"id": question.record}, **asked}


def _verdict(tx: Transaction, question: Question) -> dict[str, Any]:
    field = question.field.uid if question.field is not None else None
    roles = held_roles(tx, question.person)
    allowed = explain(
        tx, roles, question.person, question.entity, question.record, question.action, field
    ).allowed
    name = next(
        (a.name for a in tx.model.actions_of[question.entity.uid] if a.right == question.action),
        question.action,
    )
    inside: dict[str, Any] = {"actions": [name]}
    if question.field is not None and question.action in ("read", "update"):
        inside = {"read" if question.action == "read" else "write": [question.field.name]}
    return {"allow" if allowed else "deny": inside}


def _label(who: Visit, tx: Transaction, question: Question, allowed: bool) -> dict[str, str]:
    what = (
        question.title
        if question.field is None
        else f"{question.title}, {who.texts.render(question.field.label)}"
    )
    words = (
        message("{person} may “{action}”: {what}")
        if allowed
        else message("{person} may not “{action}”: {what}")
    )
    filled = message(
        words.text, person=question.name, action=action_words(tx.model, question.action), what=what
    )
    text = who.texts.render(filled)
    return {"ru": text, "en": text}


def _values(tx: Transaction, question: Question) -> dict[str, Any]:
    """The values that rules ask about, the person's own id as ``me``."""
    entity = question.entity
    raw = load(tx, entity, [question.record])[question.record]
    made: dict[str, Any] = {}
    for field in _used(tx, entity):
        value = _written(tx, field, raw.get(field.uid), question.person)
        if value is not None:
            made[field.name] = value
    return made


def _used(tx: Transaction, entity: Entity) -> list[Field]:
    """The fields of the entity that some rule about it names, its stage among them."""
    uids = {entity.stages.field} if entity.stages is not None else set()
    for role in tx.model.roles.values():
        for grant in role.grants:
            for rule in (grant.rows, grant.check) if grant.entity == entity.uid else ():
                nodes = walk(rule.root) if rule is not None else ()
                uids |= {n.steps[0][1] for n in nodes if isinstance(n, Path) and n.root == "row" and n.steps}
    return [f for f in entity.fields if f.uid in uids and f.stored and f.writable]


def _written(tx: Transaction, field: Field, value: Any, person: int) -> Any:
    """A stored value as a test says it; None for what it cannot say."""
    if value is None:
        return None
    if field.type.name in _LINKS:
        user = tx.model.entities["user"].uid
        return "me" if field.target == user and value == person else {"id": value}
    if field.type.name == "choice" or field.choices:
        choice = field.choice(value) if isinstance(value, str) else None
        return choice.name if choice is not None else None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else None
