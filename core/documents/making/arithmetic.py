"""Arithmetic of templates: exact, without end for no number, with nothing that adds nothing; and its results in writing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from core.documents.filters import Amount
from core.documents.making.faults import TemplateFault
from core.documents.making.nothing import EMPTY, Empty
from core.i18n.formats import format_number
from metamodel.messages import message

TOO_LARGE = Decimal("1e40")
"""What no number may grow to."""


def with_nothing(operator: str, left: Any, right: Any) -> Any:
    """Nothing adds nothing, and nothing times anything is nothing."""
    if operator == "+":
        return right if isinstance(left, Empty) else left
    if operator == "-":
        return left if isinstance(right, Empty) else -right
    return EMPTY


def calculated(operator: str, function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Exact arithmetic: what has digits after the point is a Decimal, money stays money, no number grows without end."""
    numbers = [
        isinstance(each, int | float | Decimal) and not isinstance(each, bool) for each in (left, right)
    ]
    if not all(numbers):
        return function(left, right)
    first, second = exact(left), exact(right)
    if operator == "**" and (abs(second) > 64 or abs(first) > 10**9):
        raise TemplateFault(message("a power is too large"))
    if operator == "/" or not (isinstance(first, int) and isinstance(second, int)):
        first, second = Decimal(first), Decimal(second)
    made: Any = function(first, second)
    if isinstance(made, Decimal) and not made.is_finite():
        return EMPTY
    if made and abs(made) >= TOO_LARGE:
        raise TemplateFault(message("a number grows too large"))
    currency = _currency(operator, left, right)
    return made if currency is None else Amount(made, currency)


def _currency(operator: str, left: Any, right: Any) -> str | None:
    """The currency of a result: sums of one currency, and amounts times, or divided by, what is no money."""
    first, second = (getattr(each, "currency", None) for each in (left, right))
    if operator in "+-":
        return first if first == second or second is None else second if first is None else None
    if operator == "*":
        return first if second is None else second if first is None else None
    return first if operator == "/" and second is None else None


def exact(value: int | float | Decimal) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


def rounded(value: Any, precision: int = 0, method: str = "common") -> Any:
    """Half up, as every sum of this system."""
    if isinstance(value, Empty):
        return value
    how = {"common": ROUND_HALF_UP, "ceil": "ROUND_CEILING", "floor": "ROUND_FLOOR"}.get(
        method, ROUND_HALF_UP
    )
    rounded = Decimal(exact(value)).quantize(Decimal(1).scaleb(-int(precision)), rounding=how)
    currency = getattr(value, "currency", None)
    return rounded if currency is None else Amount(rounded, currency)


def plain(language: str, value: Any) -> str:
    """A value that no screen has spelled: a result of counting, truth, a list."""
    if value is None or isinstance(value, Empty):
        return ""
    if isinstance(value, bool):
        return {"ru": ("нет", "да")}.get(language, ("no", "yes"))[value]
    if isinstance(value, float):
        value = Decimal(repr(value))
    if type(value) is Decimal or (isinstance(value, Decimal) and not getattr(value, "shown", None)):
        return _counted(language, value)
    if isinstance(value, list | tuple):
        return ", ".join(plain(language, each) for each in value)
    return str(value)


def _counted(language: str, value: Decimal) -> str:
    """A result with as many digits as it says, at most six; zeros behind the second digit are not shown."""
    exact = Decimal(value)
    digits = min(6, max(0, -int(exact.as_tuple().exponent)))
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    meant = max(min(digits, 2), -int(rounded.normalize().as_tuple().exponent))
    return format_number(language, rounded, max(0, meant))


def decimal_of(value: Any, default: Any = 0) -> Any:
    try:
        return Decimal(str(value)) if not isinstance(value, Decimal) else Decimal(value)
    except InvalidOperation:
        return default
