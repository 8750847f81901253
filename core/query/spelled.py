"""Values that a reader spells in their own way, brought to the form in which their field keeps them: a number of a
telephone as ``8 (495) 123-45-67``, an insurance number with its dashes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from metamodel.errors import ValueRefused
from metamodel.expression.tree import Call, Constant, Expression, Node, Path
from metamodel.fields.base import Context
from metamodel.fields.formats import text_format
from metamodel.model import Entity, Field, Model
from metamodel.text import fold

_AS_TYPED = Context(medium="form")
_EQUAL = ("=", "<>", "IN", "IS_DISTINCT")


def spelled_fields(model: Model, entity: Entity) -> tuple[Field, ...]:
    """The fields of an entity whose values people spell in several ways."""
    kept: dict[str, tuple[Field, ...]] = model.derived.setdefault("spelled", {})
    if entity.uid not in kept:
        kept[entity.uid] = tuple(f for f in entity.fields if not f.system and _is_spelled(f))
    return kept[entity.uid]


def parameter_of(field: Field) -> str:
    """The parameter with what is searched for as that field keeps it."""
    return f"search_{field.uid}"


def searched(model: Model, entity: Entity, text: str) -> Mapping[str, Any]:
    """The parameters of a search: the text as each of these fields keeps it, None where it is none of its values."""
    found = {}
    for field in spelled_fields(model, entity):
        if field.search:
            kept = _kept(field, text)
            found[parameter_of(field)] = None if kept is None else fold(kept)
    return found


def respelled(expression: Expression, model: Model) -> Expression:
    """A reader's condition in which texts that are compared with such fields stand as they are kept."""
    return replace(expression, root=_respelled(expression.root, model))


def _respelled(node: Node, model: Model) -> Node:
    changes: dict[str, Any] = {}
    for slot in fields(node):
        value = getattr(node, slot.name)
        if isinstance(value, Node):
            changes[slot.name] = _respelled(value, model)
        elif isinstance(value, tuple) and any(isinstance(each, Node) for each in value):
            changes[slot.name] = tuple(_respelled(each, model) for each in value)
    made = replace(node, **changes) if changes else node
    if not isinstance(made, Call) or made.function not in _EQUAL:
        return made
    field = next((f for each in made.arguments if (f := _field(each, model)) is not None), None)
    if field is None:
        return made
    return replace(made, arguments=tuple(_constant(field, each) for each in made.arguments))


def _constant(field: Field, node: Node) -> Node:
    if not isinstance(node, Constant) or not isinstance(node.value, str):
        return node
    kept = _kept(field, node.value)
    return node if kept is None else replace(node, value=kept)


def _field(node: Node, model: Model) -> Field | None:
    if not isinstance(node, Path) or not node.steps:
        return None
    entity, uid = node.steps[-1]
    field = model.entity_by_uid[entity].by_uid.get(uid)
    return field if field is not None and _is_spelled(field) else None


def _is_spelled(field: Field) -> bool:
    if field.computed is not None or not field.stored or field.result.kind != "text":
        return False
    if field.type.name == "text":
        return text_format(field.options.get("format")) is not None
    return field.type.name not in ("long_text", "rich_text", "number_series", "secret")


def _kept(field: Field, text: str) -> str | None:
    try:
        kept = field.type.parse(field, text, _AS_TYPED)
    except ValueRefused:
        return None
    return kept if isinstance(kept, str) else None
