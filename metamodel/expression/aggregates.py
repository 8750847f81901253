"""Aggregates: a value from the rows that lead to a record, by children fields and inverses of links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metamodel.expression.convert import as_boolean, words, written
from metamodel.expression.faults import MIXED, UNKNOWN, Fault
from metamodel.expression.money import one_currency
from metamodel.expression.names import Frame, Source
from metamodel.expression.operators import ORDERED, QUOTIENT_SCALE
from metamodel.expression.syntax import FunctionCall, Syntax, names_in
from metamodel.expression.tree import Aggregate, Constant, MySet, Node, Path
from metamodel.expression.types import BOOLEAN, INTEGER, TEXT, Type
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from metamodel.expression.check import Checker

AGGREGATES = ("SUM", "COUNT", "COUNT_DISTINCT", "MIN", "MAX", "AVG", "JOIN", "FIRST", "LAST", "EXISTS")

SEPARATOR = ", "
"""What JOIN puts between texts when nothing is said."""


def aggregate(checker: Checker, written_call: FunctionCall) -> Node:
    """The node of an aggregate; raises `Fault`."""
    name = written_call.name
    separator = _separator(written_call)
    value = written_call.arguments[0]
    source = _source(checker, value, written_call)
    frame = Frame(entity=source.rows.entity, prefix=source.words)
    inner = checker.inside(replace(frame, inside_body=True))
    body: Node | None = inner.node(value)
    if isinstance(body, Path) and not body.steps and body.root == "row" and name in ("COUNT", "EXISTS"):
        body = None
    if body is not None and body.type.many:
        raise Fault(MIXED, body.at, _several(name, body, source.words))
    around = checker.inside(frame)
    where = None if written_call.where is None else as_boolean(around.node(written_call.where))
    by = None if written_call.by is None else _order(around.node(written_call.by))
    _by_fits(written_call, by)
    made = Aggregate(
        function=name,
        entity=source.rows.entity.uid,
        through=source.rows.through.uid,
        owner=None if source.rows.owner is None else source.rows.owner.uid,
        of=source.of,
        body=written(body) if name == "JOIN" and body is not None else body,
        where=where,
        by=by,
        separator=separator,
        type=_type(name, body, written_call.at),
        at=written_call.at,
    )
    return one_currency(made, checker.scope.model) if name in ("SUM", "AVG", "MIN", "MAX") else made


def _several(function: str, body: Node, words: tuple[str, ...]) -> Message:
    """Why a function is over no list of lists, and how it is said instead."""
    if isinstance(body, MySet):
        return message("a set can only stand behind IN")
    if isinstance(body, Path) and function in ("COUNT", "EXISTS"):
        way = f"{function}({'.'.join(words)} WHERE EXISTS(… WHERE …))"
        return message("lists inside a list are asked one inside the other: {example}", example=way)
    return message("{function} takes one value of rows", function=function)


def _source(checker: Checker, value: Syntax, written_call: FunctionCall) -> Source:
    found = [s for n in names_in(value) if (s := checker.names.source(checker.names.stripped(n))) is not None]
    if not found:
        first = next(names_in(value), None)
        if first is not None:
            checker.check_name(first)
        why = message(
            "{function} is over rows that lead to this record, as items.amount", function=written_call.name
        )
        raise Fault(MIXED, written_call.at, why)
    return found[0]


def _separator(written_call: FunctionCall) -> str:
    most = 2 if written_call.name == "JOIN" else 1
    if not 1 <= len(written_call.arguments) <= most:
        why = message("{function} takes one value of rows", function=written_call.name)
        raise Fault(MIXED, written_call.at, why)
    if len(written_call.arguments) == 1:
        return SEPARATOR
    second = written_call.arguments[1]
    if getattr(second, "kind", None) != "text":
        raise Fault(MIXED, second.at, message("the separator of JOIN is a constant text"))
    return str(getattr(second, "text", SEPARATOR))


def _order(node: Node) -> Node:
    if node.type.kind not in ORDERED or node.type.many:
        raise Fault(MIXED, node.at, message("{given} is not before or after another", given=words(node.type)))
    return node


def _by_fits(written_call: FunctionCall, by: Node | None) -> None:
    name = written_call.name
    if by is None and name in ("FIRST", "LAST"):
        raise Fault(
            MIXED, written_call.at, message("{function} needs BY: by what rows are ordered", function=name)
        )
    if by is not None and name not in ("FIRST", "LAST", "JOIN"):
        raise Fault(MIXED, by.at, message("BY belongs to FIRST, LAST and JOIN"))


def _type(name: str, body: Node | None, at: int) -> Type:
    if name in ("COUNT", "COUNT_DISTINCT"):
        return INTEGER
    if name == "EXISTS":
        if body is not None:
            raise Fault(MIXED, at, message("EXISTS is asked of rows: EXISTS(items WHERE …)"))
        return BOOLEAN
    if body is None or isinstance(body, Constant):
        raise Fault(UNKNOWN, at, message("{function} takes one value of rows", function=name))
    if name == "JOIN":
        return TEXT
    if name in ("FIRST", "LAST"):
        return body.type
    if name in ("MIN", "MAX"):
        _order(body)
        return body.type
    if body.type.kind == "duration":
        return body.type
    if body.type.kind != "number":
        why = message(
            "{wanted} is needed here, this is {given}", wanted=message("a number"), given=words(body.type)
        )
        raise Fault(MIXED, body.at, why)
    return replace(body.type, scale=QUOTIENT_SCALE) if name == "AVG" else body.type
