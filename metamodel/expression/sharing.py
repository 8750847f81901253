"""SHARED(): whether somebody shared the record with the reader, to read it or to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from metamodel.expression.convert import call
from metamodel.expression.faults import MIXED, UNKNOWN, Fault
from metamodel.expression.syntax import FunctionCall
from metamodel.expression.tree import Constant, MySet, Node, Path
from metamodel.expression.types import BOOLEAN, link
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.expression.check import Checker

SHARED, SHARE = "SHARED", "share"
"""The function, and the system's entity by which it is explained."""

WHOM = ("user", "group", "role", "department")
"""Names of the fields that say who a share is for."""

CHANGE = "change"
"""What is asked of a share for more than reading."""


def shared(checker: Checker, written: FunctionCall) -> Node:
    """The node of ``SHARED()`` or ``SHARED('change')``: that the row is one of a set of the reader's."""
    entity = checker.frames[-1].entity
    if entity is None or "my" not in checker.scope.allow or SHARE not in checker.scope.model.entities:
        raise Fault(UNKNOWN, written.at, message("“{name}” does not exist here", name=SHARED))
    levels = [checker.node(argument) for argument in written.arguments]
    known = all(isinstance(each, Constant) and each.value in ("read", CHANGE) for each in levels)
    if len(levels) > 1 or not known or written.by is not None or written.where is not None:
        raise Fault(MIXED, written.at, message("it is written {usage}", usage="SHARED() / SHARED('change')"))
    changing = any(isinstance(each, Constant) and each.value == CHANGE for each in levels)
    records = MySet(
        name="shared_change" if changing else "shared", type=link(entity.uid, many=True), at=written.at
    )
    return call("IN", BOOLEAN, Path(steps=(), type=link(entity.uid), at=written.at), records, at=written.at)


def is_shared(node: Node) -> TypeGuard[MySet]:
    """Whether a node is what `shared` makes."""
    return isinstance(node, MySet) and node.name in ("shared", "shared_change")
