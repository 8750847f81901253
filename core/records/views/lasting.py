"""Names as they last: paths and expressions with uids in place of names, so that a rename changes nothing in them."""

from __future__ import annotations

from dataclasses import replace

from metamodel.errors import ProblemsFound
from metamodel.expression import Scope, parse_expression, print_expression
from metamodel.expression.types import Type
from metamodel.model import Entity, Field, Model

PREFIX = "u_"
"""What a uid begins with where a name is expected: uids may begin with a figure."""

_BY_NAME = ("user", "role", "department", "group")
"""The system's entities that the language itself looks up by name."""


def lasting_path(entity: Entity, model: Model, path: str) -> str:
    """A path of names as uids; what stands before and behind it (``-``, ``:month``) stays."""
    name, mark, rest = path.removeprefix("-").partition(":")
    uids, here = [], entity
    for part in name.split("."):
        field = here.by_name[part]
        uids.append(field.uid)
        here = model.entity_by_uid.get(field.target or "", here)
    return f"{'-' * path.startswith('-')}{'.'.join(uids)}{mark}{rest}"


def named_path(entity: Entity, model: Model, path: str) -> str | None:
    """The path of names that a path of uids stands for today, None when a part of it is gone."""
    uids, mark, rest = path.removeprefix("-").partition(":")
    names, here = [], entity
    for uid in uids.split("."):
        field = here.by_uid.get(uid)
        if field is None:
            return None
        names.append(field.name)
        here = model.entity_by_uid.get(field.target or "", here)
    return f"{'-' * path.startswith('-')}{'.'.join(names)}{mark}{rest}"


def lasting_text(entity: Entity, model: Model, text: str, expect: Type | None) -> str:
    """An expression with uids for names; `ProblemsFound` for what cannot be read."""
    found = parse_expression(text, Scope(model=model, entity=entity.uid, expect=expect))
    return print_expression(found, _by_uids(model))


def named_text(entity: Entity, model: Model, text: str, expect: Type | None) -> str | None:
    """The expression with today's names, None when something it names is gone."""
    try:
        found = parse_expression(text, Scope(model=_by_uids(model), entity=entity.uid, expect=expect))
    except ProblemsFound:
        return None
    return print_expression(found, model)


def _by_uids(model: Model) -> Model:
    """The model with everything called by its uid."""
    made: Model | None = model.derived.get("by_uids")
    if made is None:
        called = {entity.uid: _called(entity) for entity in model.entities.values()}
        entities = {entity.name: entity for entity in called.values()}
        entities |= {name: called[model.entities[name].uid] for name in _BY_NAME if name in model.entities}
        made = model.derived["by_uids"] = replace(model, entities=entities)
    return made


def _called(entity: Entity) -> Entity:
    return replace(entity, name=PREFIX + entity.uid, fields=tuple(map(_called_field, entity.fields)))


def _called_field(field: Field) -> Field:
    return replace(
        field,
        name=PREFIX + field.uid,
        inverse=None if field.inverse is None else f"{PREFIX}{field.uid}_rows",
        choices=tuple(replace(choice, name=PREFIX + choice.uid) for choice in field.choices),
    )
