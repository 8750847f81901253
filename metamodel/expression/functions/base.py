"""What a function of the expression language is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Constant, Node
from metamodel.messages import Message

Check = Callable[[str, Sequence[Node], ModelNames, int], Node]
"""Name of the function, its checked arguments, the model, the place: the typed node, or a `Fault`."""

MANY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function by its name in capitals, how many arguments it takes, how it is written, what it asks of them."""

    name: str
    least: int
    most: int
    usage: str
    check: Check


def constant_of(node: Node, kind: str, why: Message) -> Constant:
    """An argument that must be a constant of that kind; ``why`` says so to people."""
    if isinstance(node, Constant) and node.type.kind == kind and node.value is not None:
        return node
    raise Fault(MIXED, node.at, why)
