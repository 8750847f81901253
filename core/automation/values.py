"""Values of fields from the expressions of a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.automation.standing import Standing
from core.storage.expressions import BoundRow
from core.storage.expressions.environment import Environment, Row, Values
from metamodel.expression import Expression
from metamodel.expression.tree import Path
from metamodel.fields.link_any import AnyLink
from metamodel.model import Choice, Entity, Field


def values_of(
    standing: Standing, entity: Entity, written: Mapping[str, Expression], row: Row | Values | None = None
) -> dict[str, Any]:
    """What each field (uid) of a record of ``entity`` gets; bare names are those of ``row``, or of the record."""
    environment = standing.environment(row)
    asked = {uid: found for uid, found in written.items() if not found.type.many}
    answers = standing.records.ask(list(asked.values()), environment) if asked else ()
    values = {
        uid: _fitting(standing, entity.by_uid[uid], expression, value)
        for (uid, expression), value in zip(asked.items(), answers, strict=True)
    }
    return values | {uid: _listed(found, environment) for uid, found in written.items() if found.type.many}


def _listed(expression: Expression, environment: Environment) -> tuple[int, ...] | None:
    """The records of a list as they stand in the record, or in what was asked (`is_list` of the resolver)."""
    node = expression.root
    assert isinstance(node, Path)
    place = {"row": environment.row, "record": environment.record, "input": environment.input}[node.root]
    assert isinstance(place, BoundRow)
    return place.listed(node.steps[0][1]) or None


def _fitting(standing: Standing, field: Field, expression: Expression, value: Any) -> Any:
    """The value in the form of the field: a choice of another field by its name, a link to any entity with the entity."""
    given, wanted = expression.type, field.result
    if value is None:
        return None
    if wanted.kind == "choice" and given.kind == "choice" and given.field != wanted.field:
        name = next((c.name for c in _choices(standing, given.field) if c.uid == value), "")
        found = next((c for c in field.choices if c.name == name), None)
        return found.uid if found else None
    if wanted.kind == "link_any" and given.kind == "link":
        return AnyLink(given.entity or "", value)
    return value


def _choices(standing: Standing, uid: str | None) -> tuple[Choice, ...]:
    entities = (*standing.tx.model.entities.values(), standing.action.form)
    return next((e.by_uid[uid].choices for e in entities if uid in e.by_uid), ()) if uid else ()
