"""`visible_if` and `required_if` as far as a form can follow them while one types: choices, switches, emptiness.

A condition is a list that JSON can hold: ``["in", field, [texts]]``, ``["empty", field]``, ``["not", c]``,
``["and", c, …]``, ``["or", c, …]``; it is asked of the texts of a form, with null as in SQL. Anything else an expression
says is left to `core.records`: the field is then shown, and not marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from metamodel.expression.tree import Call, Constant, Expression, Node, Path
from metamodel.model import Entity, Field

Condition = list[Any]


def condition_of(entity: Entity, expression: Expression | None) -> Condition | None:
    """The expression as a condition of the form; None when a form cannot follow it, or there is none."""
    return None if expression is None else _condition(entity, expression.root)


def written(condition: Condition | None) -> str:
    """The condition for an attribute of the page; empty for none."""
    return "" if condition is None else msgspec.json.encode(condition).decode()


def holds(condition: Condition, texts: Mapping[str, str]) -> bool | None:
    """The answer for these texts of a form; None is SQL's null."""
    kind, *rest = condition
    if kind == "in":
        text = texts.get(rest[0], "")
        return None if text == "" else bool(text in rest[1])
    if kind == "empty":
        return not texts.get(rest[0])
    answers = [holds(inner, texts) for inner in rest]
    if kind == "not":
        return None if answers[0] is None else not answers[0]
    decided: bool = kind == "or"
    if decided in answers:
        return decided
    return None if None in answers else not decided


def _condition(entity: Entity, node: Node) -> Condition | None:
    if isinstance(node, Path):
        field = _field(entity, node)
        return ["in", field.name, ["true"]] if field is not None and field.type.name == "boolean" else None
    if not isinstance(node, Call):
        return None
    match node.function, node.arguments:
        case "AND" | "OR" | "NOT", inner:
            made = [_condition(entity, each) for each in inner]
            return None if None in made else [node.function.lower(), *made]
        case "IS_NULL", (Path() as path,):
            field = _field(entity, path)
            return None if field is None else ["empty", field.name]
        case "=" | "IN", (Path() as path, *constants):
            return _among(entity, path, constants)
        case "<>", (Path() as path, *constants):
            among = _among(entity, path, constants)
            return None if among is None else ["not", among]
    return None


def _among(entity: Entity, path: Path, constants: list[Node]) -> Condition | None:
    field = _field(entity, path)
    if field is None:
        return None
    texts = [_text(field, constant) for constant in constants]
    return None if None in texts else ["in", field.name, texts]


def _field(entity: Entity, path: Path) -> Field | None:
    """The field of the record itself that a path names."""
    if path.root != "row" or path.up or len(path.steps) != 1:
        return None
    return entity.by_uid.get(path.steps[0][1])


def _text(field: Field, node: Node) -> str | None:
    """A constant as it stands in the field of a form; only for values that are written in one way."""
    if not isinstance(node, Constant):
        return None
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    choice = field.choice(node.value) if field.choices and isinstance(node.value, str) else None
    return choice.name if choice is not None else None
