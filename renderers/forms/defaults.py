"""What a new record's form opens with: defaults that need no data - constants, the person, today."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from core.access.actor import Actor
from core.query.query import Link
from metamodel.expression.tree import Call, Constant, Me, Node
from metamodel.model import Entity, Field
from renderers.forms.filled import Filled
from renderers.forms.texts import Manner, put


def opening(entity: Entity, actor: Actor, manner: Manner, now: datetime) -> Filled:
    """The content of an empty form. Defaults that depend on data are filled in by `core.records` when it is saved."""
    filled = Filled()
    for field in entity.fields:
        if not field.writable or field.type.name == "children":
            continue
        value = _stage(entity, field) or _value(field, actor, manner, now)
        if value is not None:
            put(filled, field, value, manner)
    return filled


def _stage(entity: Entity, field: Field) -> str | None:
    return (
        entity.stages.first.name if entity.stages is not None and entity.stages.field == field.uid else None
    )


def _value(field: Field, actor: Actor, manner: Manner, now: datetime) -> Any:
    if field.default is None:
        return None
    return _plain(field, field.default.root, actor, manner, now)


def _plain(field: Field, node: Node, actor: Actor, manner: Manner, now: datetime) -> Any:
    if isinstance(node, Me) and actor.user is not None:
        return Link(id=actor.user, title=actor.name or actor.login)
    if isinstance(node, Constant):
        choice = field.choice(node.value) if field.choices and isinstance(node.value, str) else None
        return choice.name if choice is not None else node.value
    if isinstance(node, Call) and node.function == "TODAY":
        return _today(manner, now)
    return None


def _today(manner: Manner, now: datetime) -> date:
    return now.astimezone(manner.zone).date()
