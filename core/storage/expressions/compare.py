"""Comparisons: each kind by its own rule, constants brought to the other side's form so that indexes are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.storage.expressions import texts
from core.storage.expressions.environment import (
    OPERATORS,
    Cell,
    Condition,
    Environment,
    Value,
    as_type,
    in_order,
)
from core.storage.expressions.numbers import INTEGER, LARGEST, aligned, in_units, literal, number_type
from core.storage.expressions.sight import about_no_row, named_in_sight
from core.storage.expressions.zones import start_of_day
from core.storage.types import TEXT, Day
from metamodel.expression.convert import EXACT
from metamodel.expression.scope import field_by_uid
from metamodel.expression.tree import Call, Constant, Node
from metamodel.expression.types import Type

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """A side of a comparison: its node and what it was compiled to; of a moment's day the moment too."""

    node: Node
    cell: Cell
    moment: Value | None = None

    @property
    def type(self) -> Type:
        return self.node.type


def compare(operator: str, left: Operand, right: Operand, env: Environment) -> Condition:
    """One of ``= <> < <= > >= IS_DISTINCT`` on two values of fitting types."""
    if isinstance(left.node, Constant) and not isinstance(right.node, Constant):
        left, right, operator = right, left, _MIRRORED.get(operator, operator)
    kind = left.type.kind if left.type.kind != "null" else right.type.kind
    match kind:
        case "text":
            return texts.compare(operator, left.cell, right.cell, texts.constant_text(right.node), env)
        case "number":
            return _numbers(operator, left, right, env)
        case "time" | "choices":
            return OPERATORS[operator](in_order(left.cell.value, env), right.cell.value)  # type: ignore[no-any-return]
        case "link" | "link_any":
            return OPERATORS[operator](_record(left, (right,), env), _record(right, (left,), env))  # type: ignore[no-any-return]
        case "choice" if operator in _MIRRORED:
            sides = (choice_order(o.cell.value, o.type, env) for o in (left, right))
            return OPERATORS[operator](*sides)  # type: ignore[no-any-return]
        case "date" if operator != "IS_DISTINCT":
            found = _days_of_moments(operator, left, right, env)
            if found is not None:
                return found
    return OPERATORS[operator](left.cell.value, right.cell.value)  # type: ignore[no-any-return]


def among(value: Operand, items: Sequence[Operand], env: Environment) -> Condition:
    """Whether a value is one of a list."""
    if value.type.kind == "text":
        return texts.among(value.cell, [(i.cell, texts.constant_text(i.node)) for i in items], env)
    if value.type.kind == "number":
        return _number_among(value, items, env)
    if value.type.kind == "choices":
        return sa.or_(*(_shared(value, item, env) for item in items))
    if value.moment is not None and all(about_no_row(i.node) for i in items):
        return sa.or_(*(compare("=", value, item, env) for item in items))
    if value.type.kind in ("link", "link_any"):
        return _record(value, items, env).in_([_record(item, (value,), env) for item in items])
    return value.cell.value.in_([i.cell.value for i in items])


def _record(operand: Operand, others: Sequence[Operand], env: Environment) -> Value:
    return named_in_sight(operand.node, operand.cell.value, [o.node for o in others], env)


def _shared(value: Operand, item: Operand, env: Environment) -> Condition:
    """Whether several choices hold a constant one; another value of choices they must be equal to."""
    if isinstance(item.node, Constant) and item.node.value is not None:
        return holds_choice(value.cell.value, sa.literal(item.node.value[0], TEXT), env)
    return compare("=", value, item, env)


def holds_choice(held: Value, one: Value, env: Environment) -> Condition:
    """Whether a choice (by uid) is one of several that are held."""
    bar = sa.literal("|", TEXT)
    found = sa.func.instr if env.sqlite else sa.func.strpos
    raw, sought = as_type(held, TEXT), bar.concat(as_type(one, TEXT)).concat(bar)
    return found(raw, sought, type_=INTEGER) > literal(0)


def choice_order(value: Value, type_: Type, env: Environment) -> Value:
    """The place of a choice in the defined order."""
    choices = field_by_uid(env.model, type_.field or "").choices if type_.field else ()
    whens = {c.uid: literal(place) for place, c in enumerate(choices)}
    return sa.case(whens, value=value) if whens else sa.cast(sa.null(), sa.Integer())


def choice_name(value: Value, type_: Type, env: Environment) -> Value:
    """The name of a choice."""
    choices = field_by_uid(env.model, type_.field or "").choices if type_.field else ()
    whens = {c.uid: texts.constant_cell(c.name).value for c in choices}
    return sa.case(whens, value=value) if whens else sa.cast(sa.null(), sa.Text())


def _numbers(operator: str, left: Operand, right: Operand, env: Environment) -> Condition:
    scale = left.type.scale
    if isinstance(right.node, Constant) and right.node.value is not None and left.type.kind == "number":
        operator, units = nearest(operator, Decimal(right.node.value), scale)
        if env.sqlite:
            plain = sa.literal(units, sa.BigInteger())
            return OPERATORS[operator](as_type(left.cell.value, INTEGER), plain)  # type: ignore[no-any-return]
        bound = Decimal(units).scaleb(-scale, EXACT) if scale else units
        type_: Any = number_type(scale) if abs(units) <= LARGEST else sa.Numeric()
        plain_type = sa.BigInteger() if not scale else sa.Numeric() if abs(units) > LARGEST else type_
        return OPERATORS[operator](left.cell.value, sa.literal(bound, plain_type))  # type: ignore[no-any-return]
    if env.sqlite:
        both = aligned(left.cell.value, right.cell.value, (scale, right.type.scale))
        return OPERATORS[operator](*both)  # type: ignore[no-any-return]
    plain_sides = (as_type(o.cell.value, sa.Numeric()) for o in (left, right))
    return OPERATORS[operator](*plain_sides)  # type: ignore[no-any-return]


def _number_among(value: Operand, items: Sequence[Operand], env: Environment) -> Condition:
    """The value is written once, however many items there are."""
    if not env.sqlite:
        return as_type(value.cell.value, sa.Numeric()).in_(
            [as_type(i.cell.value, sa.Numeric()) for i in items]
        )
    if all(isinstance(i.node, Constant) and i.node.value is not None for i in items):
        scale = value.type.scale
        found = [nearest("=", Decimal(i.node.value), scale)[1] for i in items if isinstance(i.node, Constant)]
        return as_type(value.cell.value, INTEGER).in_([sa.literal(u, sa.BigInteger()) for u in found])
    wide = max(o.type.scale for o in (value, *items))
    sides = [in_units(o.cell.value, o.type.scale, wide) for o in (value, *items)]
    return sides[0].in_(sides[1:])


def nearest(operator: str, constant: Decimal, scale: int) -> tuple[str, int]:
    """The same comparison with a constant in units of the other side's last digit.

    Where the constant has more digits, no value equals it, and it is compared with the unit beside it.
    """
    wanted = constant.scaleb(scale, EXACT)
    down = int(wanted.to_integral_value("ROUND_FLOOR"))
    beyond = LARGEST + 1
    if down == wanted:
        return operator, max(-beyond, min(beyond, down))
    match operator:
        case "<" | "<=":
            return "<", max(-beyond, min(beyond, down + 1))
        case ">" | ">=":
            return ">", max(-beyond, min(beyond, down))
    return operator, beyond


def _days_of_moments(operator: str, left: Operand, right: Operand, env: Environment) -> Condition | None:
    """A moment's day against a day that is the same for all rows: the moment against where that day begins."""
    for moment, day, sign in ((left, right, operator), (right, left, _MIRRORED.get(operator, operator))):
        node = moment.node
        if isinstance(node, Call) and node.function == "DATE_OF" and about_no_row(day.node):
            return _against_day(sign, moment.moment, day, env) if moment.moment is not None else None
    return None


def _against_day(operator: str, moment: Value, day: Operand, env: Environment) -> Condition:
    begin = start_of_day(day.cell.value, env)
    end = start_of_day(_next(day, env), env)
    match operator:
        case "<":
            return moment < begin
        case "<=":
            return moment < end
        case ">":
            return moment >= end
        case ">=":
            return moment >= begin
        case "<>":
            return sa.or_(moment < begin, moment >= end)
    return sa.and_(moment >= begin, moment < end)


def _next(day: Operand, env: Environment) -> Value:
    if isinstance(day.node, Constant) and day.node.value is not None:
        return sa.literal(day.node.value + timedelta(days=1), Day())
    if env.sqlite:
        return sa.func.date(day.cell.value, "+1 day", type_=Day())
    return as_type(as_type(day.cell.value, sa.Date()) + sa.literal_column("1", sa.Integer()), Day())
