"""Where a secret may stand in an expression: under IS NULL, and nowhere else, however deep."""

from __future__ import annotations

from dataclasses import fields

from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.tree import Call, Node
from metamodel.messages import message


def check_secrets(node: Node, *, asked: bool = False) -> None:
    """Raise `Fault` at the first secret of which more is asked than whether it is there."""
    if node.type.kind == "secret" and not asked:
        raise Fault(MIXED, node.at, message("of a secret nothing is known but whether it is set: IS NULL"))
    below = isinstance(node, Call) and node.function == "IS_NULL"
    for slot in fields(node):
        value = getattr(node, slot.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Node):
                check_secrets(inner, asked=below)
