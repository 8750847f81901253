"""Numbers: 18 digits, the scale of a result fixed by the operator, rounded half away from zero at each step.

SQLite counts units of the last digit in 64 bits: in SQL while that is exact, in a registered Python function where an
intermediate would not be, or where an operand is no column (it would be computed several times). PostgreSQL computes
exactly and casts to NUMERIC(18, scale), which rounds and refuses alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.storage.expressions.environment import Environment, Value, as_type, simple
from core.storage.types import BIG, ScaledDecimal
from metamodel.expression.operators import QUOTIENT_SCALE
from metamodel.expression.types import MAX_DIGITS

LARGEST = 10**MAX_DIGITS - 1
"""The most units of its last digit that a number counts."""

SAFE = 9 * 10**18
"""A product of 64 bits within this can still be rounded in 64 bits."""

QUOTIENT_DIGITS = sa.Numeric(60, 36)
"""A dividend of so many digits makes PostgreSQL's quotient so exact that rounding it again cannot go wrong."""

INTEGER = sa.Integer()


def number_type(scale: int) -> Any:
    """The column type of a number."""
    return ScaledDecimal(scale) if scale else BIG


def units(value: Value) -> Value:
    """A number on SQLite as a plain integer."""
    return as_type(value, INTEGER)


def literal(number: int) -> Value:
    """A constant of the compiler's own, not of an expression: part of the statement."""
    return sa.literal_column(str(number), INTEGER)


def divided(value: Value, by: Value) -> Value:
    """SQLite's division of integers, which cuts toward zero."""
    return value.op("/", precedence=8, return_type=INTEGER)(by)


def exact(value: Value, scale: int) -> Value:
    """A number on PostgreSQL as NUMERIC."""
    return sa.cast(value, sa.Numeric(MAX_DIGITS, 0)) if scale == 0 else as_type(value, sa.Numeric())


def fitted(value: Value, scale: int) -> Value:
    """An exact NUMERIC of PostgreSQL rounded to its scale; more than 18 digits are refused by the server."""
    cast = sa.cast(value, sa.Numeric(MAX_DIGITS, scale))
    return sa.cast(cast, sa.BigInteger()) if scale == 0 else as_type(cast, ScaledDecimal(scale))


def checked(value: Value, scale: int, env: Environment, *, repeatable: bool) -> Value:
    """Units on SQLite, refused when they have more than 18 digits."""
    if repeatable:
        over = sa.not_(value.between(literal(-LARGEST), literal(LARGEST)))
        value = sa.case((over, env.function("kubik_number", value, type_=INTEGER)), else_=value)
    else:
        value = env.function("kubik_number", value, type_=INTEGER)
    return as_type(value, number_type(scale))


def rescaled(value: Value, scale: int, wanted: int, env: Environment) -> Value:
    """A number at another scale."""
    if scale == wanted:
        return value
    if not env.sqlite:
        return fitted(exact(value, scale), wanted)
    number, steps = units(value), wanted - scale
    if not simple(number):
        made = env.function("kubik_scale", number, literal(steps), type_=INTEGER)
    elif steps < 0:
        made = _rounded(number, -steps)
    else:
        most = 10 ** (MAX_DIGITS - steps) - 1 if steps < MAX_DIGITS else 0
        over = sa.not_(number.between(literal(-most), literal(most)))
        slow = env.function("kubik_scale", number, literal(steps), type_=INTEGER)
        made = sa.case((over, slow), else_=number * literal(10**steps))
    return as_type(made, number_type(wanted))


def _rounded(number: Value, digits: int) -> Value:
    half = 5 * 10 ** (digits - 1)
    shift = sa.case((number < literal(0), literal(-half)), else_=literal(half))
    return divided(number + shift, literal(10**digits))


def aligned(left: Value, right: Value, scales: tuple[int, int]) -> tuple[Value, Value]:
    """Two numbers of SQLite in the same units; beyond 64 bits they turn REAL, which still compares truly."""
    wide = max(scales)
    return in_units(left, scales[0], wide), in_units(right, scales[1], wide)


def in_units(value: Value, scale: int, wide: int) -> Value:
    """A number of SQLite in units of a finer digit; beyond 64 bits it turns REAL."""
    return units(value) if scale == wide else units(value) * literal(10 ** (wide - scale))


Term = tuple[str, Value, int]
"""A term of a sum: its sign, its value, its scale."""

MOST_TERMS = 9
"""So many numbers of 18 digits add up within 64 bits."""


def added(terms: Sequence[Term], env: Environment) -> Value:
    """The sum of at most `MOST_TERMS` at the largest scale. Where a term leaves 64 bits, so does the sum 18 digits."""
    scale = max(scale for _, _, scale in terms)
    total: Value | None = None
    for sign, value, own in terms:
        if not env.sqlite:
            term = exact(value, own)
        else:
            term = in_units(value, own, scale)
        total = term if total is None else total + term if sign == "+" else total - term
    assert total is not None
    if not env.sqlite:
        return fitted(total, scale)
    repeatable = len(terms) == 2 and all(simple(units(value)) for _, value, _ in terms)
    return checked(total, scale, env, repeatable=repeatable)


def multiplied(left: Value, right: Value, scales: tuple[int, int], scale: int, env: Environment) -> Value:
    """A product, rounded to ``scale``."""
    if not env.sqlite:
        return fitted(exact(left, scales[0]) * exact(right, scales[1]), scale)
    a, b, drop = units(left), units(right), sum(scales) - scale
    slow = env.function("kubik_mul", a, b, literal(drop), type_=INTEGER)
    if simple(a) and simple(b):
        product = a * b
        most = SAFE if drop else LARGEST
        over = sa.not_(product.between(literal(-most), literal(most)))
        made: Value = sa.case((over, slow), else_=_rounded(product, drop) if drop else product)
    else:
        made = slow
    return as_type(made, number_type(scale))


def quotient(left: Value, right: Value, scales: tuple[int, int], env: Environment) -> Value:
    """A quotient of 6 digits after the point; null for a division by zero."""
    if not env.sqlite:
        divisor = sa.func.nullif(exact(right, scales[1]), 0, type_=sa.Numeric())
        return fitted(
            sa.cast(left, QUOTIENT_DIGITS).op("/", precedence=8, return_type=sa.Numeric())(divisor),
            QUOTIENT_SCALE,
        )
    a, b, steps = units(left), units(right), QUOTIENT_SCALE - scales[0] + scales[1]
    slow = env.function("kubik_div", a, b, literal(steps), type_=INTEGER)
    if simple(a) and simple(b) and 0 <= steps <= MAX_DIGITS:
        made: Value = _quotient(a * literal(10**steps), b, slow)
    else:
        made = slow
    return as_type(made, number_type(QUOTIENT_SCALE))


def _quotient(dividend: Value, divisor: Value, slow: Value) -> Value:
    over = sa.not_(dividend.between(literal(-LARGEST), literal(LARGEST)))
    size = sa.func.abs(divisor, type_=INTEGER)
    found = divided(sa.func.abs(dividend, type_=INTEGER) + divided(size, literal(2)), size)
    negative = (dividend < literal(0)) != (divisor < literal(0))
    return sa.case((over, slow), (negative, -found), else_=found)


def negated(value: Value, scale: int, env: Environment) -> Value:
    """The number with the other sign."""
    raw = units(value) if env.sqlite else as_type(value, sa.Numeric() if scale else sa.BigInteger())
    return as_type(-raw, number_type(scale))


def absolute(value: Value, scale: int, env: Environment) -> Value:
    """The number without its sign."""
    raw = units(value) if env.sqlite else value
    return as_type(sa.func.abs(raw), number_type(scale))


def summed(value: Value, scale: int, env: Environment) -> Value:
    """SUM of an aggregate."""
    if env.sqlite:
        return checked(sa.func.sum(units(value), type_=INTEGER), scale, env, repeatable=True)
    return fitted(sa.func.sum(exact(value, scale), type_=sa.Numeric()), scale)


def averaged(value: Value, scale: int, env: Environment) -> Value:
    """AVG of an aggregate, from the exact sum and the count."""
    count = sa.func.count(value)
    if env.sqlite:
        total = sa.func.sum(units(value), type_=INTEGER)
        steps = literal(QUOTIENT_SCALE - scale)
        made = env.function("kubik_div", total, count, steps, type_=INTEGER)
        return as_type(made, number_type(QUOTIENT_SCALE))
    whole = sa.cast(sa.func.sum(exact(value, scale)), sa.Numeric(100, 36))
    share = whole.op("/", precedence=8, return_type=sa.Numeric())(sa.func.nullif(count, 0))
    return fitted(share, QUOTIENT_SCALE)
