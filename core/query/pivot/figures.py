"""Exact figures of groups: what is kept of each, how groups become one, and how averages and shares are finished.

Amounts are counted in units of their last digit, so that no sum is ever a float; averages and shares are divided once,
at the end, and rounded half away from zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from metamodel.expression.durations import span
from metamodel.expression.operators import QUOTIENT_SCALE
from metamodel.expression.types import Type

SHARE_DIGITS = 6


@dataclass(slots=True, kw_only=True)
class Stat:
    """What is known of one value in a group: how many there are, their sum in units, the least and the greatest."""

    filled: int = 0
    units: int = 0
    least: Any = None
    greatest: Any = None

    def add(self, other: Stat) -> None:
        """Take another group's in."""
        self.filled += other.filled
        self.units += other.units
        known = [v for v in (self.least, other.least) if v is not None]
        self.least = min(known, default=None)
        known = [v for v in (self.greatest, other.greatest) if v is not None]
        self.greatest = max(known, default=None)


@dataclass(slots=True, kw_only=True)
class Cell:
    """A group: its records, and what is known of its values by currency (None: the field's own, or no money)."""

    count: int = 0
    stats: dict[Any, dict[str | None, Stat]] = field(default_factory=dict)
    counted: dict[Any, int] = field(default_factory=dict)
    """Of distinct values, how many."""
    taken: dict[Any, dict[str | None, list[Any]]] = field(default_factory=dict)
    """The values in the middle, the first one or the last one."""

    def stat(self, place: Any, currency: str | None) -> Stat:
        """What is known of a value, made empty where nothing is."""
        return self.stats.setdefault(place, {}).setdefault(currency, Stat())

    def add(self, other: Cell) -> None:
        """Take another group in, as far as figures add up."""
        self.count += other.count
        for place, by_currency in other.stats.items():
            for code, stat in by_currency.items():
                self.stat(place, code).add(stat)


def divided(dividend: int, divisor: int, digits: int) -> Decimal | None:
    """``dividend / divisor`` with that many digits, half away from zero; None without a divisor."""
    if not divisor:
        return None
    sign = -1 if (dividend < 0) != (divisor < 0) else 1
    units = (2 * abs(dividend) * 10**digits + abs(divisor)) // (2 * abs(divisor))
    return Decimal(sign * units).scaleb(-digits)


def amount(units: int, type: Type) -> Any:
    """Units as a value of the type: an integer, a decimal, a length of time."""
    if type.kind == "duration":
        return span(units)
    return Decimal(units).scaleb(-type.scale) if type.scale else units


def average(units: int, count: int, type: Type) -> Any:
    """The mean of so many values, as the language's AVG rounds it: at least six digits, of durations seconds."""
    if not count:
        return None
    if type.kind == "duration":
        mean = divided(units, count, 0)
        assert mean is not None
        return span(int(mean))
    digits = max(QUOTIENT_SCALE, type.scale)
    made = divided(units, count * 10**type.scale, digits)
    assert made is not None
    return shortened(made, type.scale)


def shortened(value: Decimal, scale: int) -> Decimal:
    """Without needless zeros behind the digits that the field has."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    digits = -exponent
    text = f"{value:f}"
    while digits > scale and text.endswith("0"):
        text, digits = text[:-1], digits - 1
    return Decimal(text.rstrip("."))


def share(part: int | None, whole: int | None) -> Decimal | None:
    """A part of a whole, both in the same units."""
    if part is None or whole is None:
        return None
    made = divided(part, whole, SHARE_DIGITS)
    return None if made is None else shortened(made, 0)


def middle(units: Sequence[int], type: Type) -> Any:
    """The value in the middle, or the mean of the two that are."""
    return average(sum(units), len(units), type)


def merged(cells: Iterable[Cell]) -> Cell:
    """Groups as one."""
    total = Cell()
    for each in cells:
        total.add(each)
    return total


def by_code(found: Mapping[str | None, Any]) -> list[dict[str, Any]]:
    """Amounts in several currencies, each beside its code, in the order of the codes; those without one are left out."""
    return [
        {"currency": code, "value": value}
        for code, value in sorted((c, v) for c, v in found.items() if c is not None)
        if value is not None
    ]
