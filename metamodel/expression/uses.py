"""What an expression uses: where-used, order of computed fields, and rights are asked of this."""

from __future__ import annotations

from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Aggregate, Expression, MySet, Node, Path, walk


def uses(expression: Expression | Node, model: ModelNames | None = None) -> frozenset[tuple[str, str]]:
    """Every (entity uid, field uid) that the expression names itself, links on its paths included.

    What a computed field of these uses in its turn is not followed. With ``model``, the children field or the
    tree link behind an aggregate or a set of `my` is listed too.
    """
    root = expression.root if isinstance(expression, Expression) else expression
    found: set[tuple[str, str]] = set()
    for node in walk(root):
        match node:
            case Path():
                found.update(node.steps)
            case Aggregate():
                found.add((node.owner or node.entity, node.through))
            case MySet() if model is not None:
                found.update(_of_set(node, model))
    return frozenset(found)


def _of_set(node: MySet, model: ModelNames) -> set[tuple[str, str]]:
    entity, name = _BEHIND[node.name]
    owner = model.entities[entity]
    field = owner.by_name.get(name)
    return set() if field is None else {(owner.uid, field.uid)}


_BEHIND = {
    "departments": ("user", "department"),
    "subordinates": ("user", "department"),
    "roles": ("user", "roles"),
    "groups": ("group", "members"),
    "shared": ("share", "about"),
    "shared_change": ("share", "about"),
}
"""The field that says who is in a set."""
