"""The function of trees of records: UNDER."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamodel.expression.convert import call, convert, words
from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.functions.base import Function
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Node, Path
from metamodel.expression.types import BOOLEAN, link
from metamodel.messages import message


def _under(name: str, arguments: Sequence[Node], model: ModelNames, at: int) -> Node:
    """Whether the first record is the second or stands below it in their tree."""
    inner, outer = (_link(a) for a in arguments)
    entity = inner.type.entity or outer.type.entity
    if entity is None or model.entity_by_uid[entity].tree is None:
        given = words((inner if inner.type.kind != "null" else outer).type)
        raise Fault(
            MIXED, inner.at, message("UNDER is about records that make a tree, this is {given}", given=given)
        )
    return call(name, BOOLEAN, convert(inner, link(entity)), convert(outer, link(entity)), at=at)


def _link(node: Node) -> Node:
    """``id`` stands for the record itself."""
    if isinstance(node, Path) and node.steps and node.steps[-1][1] == "id":
        return replace(node, type=link(node.steps[-1][0]))
    return node


FUNCTIONS = (Function(name="UNDER", least=2, most=2, usage="UNDER(department, other)", check=_under),)
