"""Values of conditions between what people type and the constants of the expression language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from metamodel.errors import ValueRefused
from metamodel.expression.check import constant
from metamodel.expression.durations import Duration, parse_duration, span
from metamodel.expression.faults import Fault
from metamodel.expression.scope import field_by_uid
from metamodel.expression.syntax import Literal_, Operation, read_syntax
from metamodel.expression.types import INTEGER, MAX_SCALE
from metamodel.fields import built_in_types
from metamodel.fields.base import Context
from metamodel.fields.operator import Operator
from metamodel.fields.operators import constant_text
from metamodel.messages import message
from metamodel.model import Choice, Field, Model
from renderers.filters.subjects import Subject

UNITS: Mapping[str, str] = {"days": "P{}D", "weeks": "P{}W", "months": "P{}M"}
"""Units of a length of time, in which people count days of dates."""

MOST_SPAN = 9_999
_STANDING = {
    "text": "text", "number": "decimal", "date": "date", "datetime": "datetime", "time": "time", "duration": "duration",
}  # fmt: skip


def value_of(operand: str) -> Any:
    """The value of an operand's text as the engine has it: str, int, Decimal, bool, date, datetime, time, `Duration`."""
    syntax = read_syntax(operand)
    if isinstance(syntax, Operation) and syntax.operator == "NEGATE":
        return -value_of(operand.removeprefix("-"))
    assert isinstance(syntax, Literal_)
    return constant(syntax).value


def valued(operand: str) -> Any:
    """The same; None for what has no value."""
    try:
        return value_of(operand)
    except Fault:
        return None


def choices_of(model: Model, field: Field) -> tuple[Choice, ...]:
    """The choices of a field, of a computed one those it takes over."""
    if field.choices or field.result.field is None:
        return field.choices
    return tuple(c for c in field_by_uid(model, field.result.field).choices if isinstance(c, Choice))


def standing(field: Field) -> Field:
    """A field that reads and writes values as people do: itself, or for a computed one a plain one of its type."""
    if field.computed is None:
        return field
    kind = "percent" if field.result.percent else _STANDING.get(field.result.kind, "text")
    return replace(field, type=built_in_types()[kind], options={}, computed=None)


def asked_as_count(operator: Operator) -> bool:
    """Whether an operator is asked with a number of rows, whatever the field."""
    return operator.template.startswith("COUNT(")


def read_typed(subject: Subject, operator: Operator, text: str, context: Context) -> str:
    """What was typed as a constant; raises `ValueRefused` in the words of the field's type."""
    text = text.strip()
    if not text:
        raise ValueRefused("KBK3001", message("Write a value, or choose “is empty”."))
    if asked_as_count(operator):
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueRefused("KBK3002", message("A whole number is expected."))
        return str(int(text))
    field = subject.field
    if field is None or field.result.kind in ("text", "json", "link_any"):
        return constant_text(field.result if field else INTEGER, text.replace("\0", ""), {})
    if field.result.kind in ("date", "datetime"):
        return _moment(field, text, context)
    value = _exact(field, text, context)
    return constant_text(field.result, value, {})


def _exact(field: Field, text: str, context: Context) -> Any:
    """A value that need not fit the limits of the field: a condition may ask beyond them."""
    plain = standing(field)
    if field.result.kind == "number":
        scale = 0 if plain.type.name in ("integer", "rating") else MAX_SCALE
        loose = replace(plain, options={k: v for k, v in plain.options.items() if k == "currency"},
                        result=replace(field.result, scale=scale))  # fmt: skip
        value = loose.type.parse(loose, text, context)
        return _plain(value) if isinstance(value, Decimal) else value
    return plain.type.parse(plain, text, context)


def _plain(value: Decimal) -> Decimal | int:
    return int(value) if value == value.to_integral_value() else value.normalize()


def _moment(field: Field, text: str, context: Context) -> str:
    """A day, or where the field has moments a moment."""
    types = built_in_types()
    try:
        day = types["date"].parse(field, text, context)
        return constant_text(field.result, day, {})
    except ValueRefused:
        if field.result.kind == "date":
            raise
    return constant_text(field.result, types["datetime"].parse(field, text, context), {})


def typed_text(subject: Subject, operator: Operator, operand: str, context: Context) -> str:
    """A constant as people type it into a field."""
    value = valued(operand)
    field = subject.field
    if value is None or field is None or asked_as_count(operator):
        return "" if value is None else str(value)
    kind = field.result.kind
    types = built_in_types()
    if kind == "datetime" and operand.startswith("datetime"):
        return str(types["datetime"].format(field, value, context))
    if kind in ("date", "datetime"):
        return str(types["date"].format(field, value, context))
    if isinstance(value, Duration):
        value = span(value.total)
    if kind == "number" and isinstance(value, int):
        value = Decimal(value)
    if kind not in ("number", "time", "duration"):
        return str(value)
    plain = standing(field)
    if plain.type.name in ("integer", "rating") and isinstance(value, Decimal):
        plain = replace(plain, type=types["decimal"])
    return str(plain.type.format(plain, value, context)).removesuffix("%").strip()


def read_span(number: str, unit: str) -> str:
    """``7`` and ``days`` as ``P7D``."""
    text = number.strip()
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) <= MOST_SPAN or unit not in UNITS:
        raise ValueRefused("KBK3002", message("A whole number from 1 to {most} is expected.", most=MOST_SPAN))
    return UNITS[unit].format(int(text))


def span_of(operand: str) -> tuple[int, str] | None:
    """``P7D`` as 7 days; None for a length that is not of one unit."""
    made = parse_duration(operand)
    if made is None or made.seconds or bool(made.months) == bool(made.days):
        return None
    if made.months:
        return made.months, "months"
    return (made.days // 7, "weeks") if operand.endswith("W") else (made.days, "days")


__all__ = [
    "UNITS", "asked_as_count", "choices_of", "read_span", "read_typed", "span_of", "standing", "typed_text",
    "value_of", "valued",
]  # fmt: skip
