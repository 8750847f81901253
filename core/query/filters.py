"""Filters of readers: parsed where names that the reader may not read do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError, refused
from core.query.names import readable_fields
from core.query.spelled import respelled
from metamodel.errors import Problem, ProblemsFound
from metamodel.expression import Expression, Scope, parse_expression
from metamodel.expression.types import BOOLEAN
from metamodel.messages import message
from metamodel.model import Entity, Field, Model

CODES = {"KBK1010": "KBK2002", "KBK1011": "KBK2003"}
"""A fault in a reader's expression, in the words of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableEntity:
    """An entity with the fields that a reader may name; those they may not are known by uid alone."""

    uid: str
    name: str
    tree: str | None
    by_name: Mapping[str, Field]
    by_uid: Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableNames:
    """The names of a model that a reader may use in an expression."""

    entities: Mapping[str, ReadableEntity]
    entity_by_uid: Mapping[str, ReadableEntity]


def readable_names(model: Model, grants: Grants) -> ReadableNames:
    """The names that exist for a reader with these grants."""
    kept: dict[str, ReadableNames] = model.derived.setdefault("readable_names", {})
    found = kept.get(grants.key)
    if found is None:
        entities = {
            e.name: ReadableEntity(
                uid=e.uid, name=e.name, tree=e.tree, by_uid=e.by_uid,
                by_name={f.name: f for f in readable_fields(grants, e)},
            )
            for e in model.entities.values()
        }  # fmt: skip
        found = kept[grants.key] = ReadableNames(
            entities=entities, entity_by_uid={e.uid: e for e in entities.values()}
        )
    return found


def parse_filter(model: Model, grants: Grants, entity: Entity, text: str | None) -> Expression | None:
    """The condition of a filter; KBK2002 for what cannot be read, KBK2003 for a name that is not there."""
    if text is None or not text.strip():
        return None
    scope = Scope(model=readable_names(model, grants), entity=entity.uid, expect=BOOLEAN)
    try:
        return respelled(parse_expression(text, scope), model)
    except ProblemsFound as found:
        raise _as_request(found) from None


def parse_mark(model: Model, grants: Grants, entity: Entity, text: str) -> Expression:
    """What is answered beside each row: a condition or a number; refused as a filter is."""
    try:
        found = parse_expression(text, Scope(model=readable_names(model, grants), entity=entity.uid))
    except ProblemsFound as problems:
        raise _as_request(problems) from None
    if found.root.type.kind not in ("boolean", "number") or found.root.type.many:
        words = message("A condition or a number is expected.")
        raise KubikError("KBK2002", words, errors=(Problem(pointer="/marks", code="KBK2002", message=words),))
    return respelled(found, model)


def _as_request(found: ProblemsFound) -> KubikError:
    problems = [
        Problem(pointer="/filter", code=CODES.get(p.code, p.code), message=p.message) for p in found.problems
    ]
    return refused(ProblemsFound(problems))
