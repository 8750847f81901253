"""Functions of texts: LENGTH UPPER LOWER TRIM REPLACE CONCAT LEFT RIGHT FORMAT EXACT."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.expression.convert import as_text, call, convert, words, written
from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.functions.base import MANY, Function, constant_of
from metamodel.expression.functions.formats import date_pattern, number_pattern
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Node
from metamodel.expression.types import BOOLEAN, INTEGER, TEXT
from metamodel.messages import message


def _text(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(name, TEXT, *(as_text(a) for a in arguments), at=at)


def _length(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(name, INTEGER, as_text(arguments[0]), at=at)


def _part(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    text, count = arguments
    if count.type.kind == "number" and count.type.scale:
        raise Fault(MIXED, count.at, message("a count of characters is a whole number"))
    return call(name, TEXT, as_text(text), convert(count, INTEGER), at=at)


def _concat(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(name, TEXT, *(written(a) for a in arguments), at=at)


def _exact(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    return call(name, BOOLEAN, *(as_text(a) for a in arguments), at=at)


def _format(name: str, arguments: Sequence[Node], _model: ModelNames, at: int) -> Node:
    value, pattern = arguments
    constant = constant_of(pattern, "text", message("the pattern of FORMAT is a constant text"))
    kind = value.type.kind
    if kind not in ("number", "date", "datetime", "time"):
        why = message("FORMAT writes numbers and dates, this is {given}", given=words(value.type))
        raise Fault(MIXED, value.at, why)
    if kind == "number" and number_pattern(constant.value) is None:
        raise Fault(MIXED, pattern.at, message("a number's pattern is written as 0.00 or # ##0,00"))
    if kind != "number":
        parts = date_pattern(constant.value)
        if parts is None or (kind in _FOREIGN and _FOREIGN[kind] & {p for p in parts if isinstance(p, str)}):
            raise Fault(
                MIXED,
                pattern.at,
                message("a date's pattern is made of YYYY, MM, DD; a moment has hh, mm, ss too"),
            )
    return call(name, TEXT, value, constant, at=at)


_FOREIGN = {"date": {"hh", "mm", "ss"}, "time": {"YYYY", "MM", "DD"}}
"""What a pattern of that kind cannot hold."""

FUNCTIONS = (
    Function(name="LENGTH", least=1, most=1, usage="LENGTH(text)", check=_length),
    Function(name="UPPER", least=1, most=1, usage="UPPER(text)", check=_text),
    Function(name="LOWER", least=1, most=1, usage="LOWER(text)", check=_text),
    Function(name="TRIM", least=1, most=1, usage="TRIM(text)", check=_text),
    Function(name="REPLACE", least=3, most=3, usage="REPLACE(text, what, by)", check=_text),
    Function(name="CONCAT", least=1, most=MANY, usage="CONCAT(value, value)", check=_concat),
    Function(name="LEFT", least=2, most=2, usage="LEFT(text, count)", check=_part),
    Function(name="RIGHT", least=2, most=2, usage="RIGHT(text, count)", check=_part),
    Function(name="FORMAT", least=2, most=2, usage="FORMAT(value, 'pattern')", check=_format),
    Function(name="EXACT", least=2, most=2, usage="EXACT(text, text)", check=_exact),
)
