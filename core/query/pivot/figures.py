"""Exact figures of groups: what is kept of each, how groups become one, and how averages and shares are finished.

Amounts are counted in units of their last digit, so that no sum is ever a float; averages and shares are divided once,
at the end, and rounded half away from zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from metamodel.expression.durations import span
from metamodel.expression.operators import QUOTIENT_SCALE
from metamodel.expression.types import Type

SHARE_DIGITS = 6
NOTHING: Mapping[Any, Any] = MappingProxyType({})
"""What most cells of a pivot hold of most: tens of thousands of dictionaries less."""


@dataclass(slots=True, kw_only=True)
class Stat:
    """What is known of one value in a group: how many there are, their sum in units, the least and the greatest."""

    filled: int = 0
    units: int = 0
    least: Any = None
    greatest: Any = None

    def reach(self, other: Stat) -> None:
        """Take the ends of another group in."""
        if other.least is not None and (self.least is None or other.least < self.least):
            self.least = other.least
        if other.greatest is not None and (self.greatest is None or other.greatest > self.greatest):
            self.greatest = other.greatest


class Cell:
    """A group: its records, and what is known of its values in the order of the plan; ``money`` holds those whose currencies
    vary, by their number there and their codes; ``counted`` how many distinct values there are; ``taken`` the values in
    the middle, the first or the last one, by currency."""

    __slots__ = ("count", "counted", "money", "stats", "taken")

    def __init__(self, values: int) -> None:
        self.count = 0
        self.stats: list[Stat | None] = [None] * values
        self.money: Mapping[int, dict[str, Stat]] = NOTHING
        self.counted: Mapping[int, int] = NOTHING
        self.taken: Mapping[tuple[str, int], dict[str | None, list[Any]]] = NOTHING

    def amounts(self, number: int) -> dict[str, Stat]:
        """What is known of a value by currency, to be added to."""
        if number not in self.money:
            self.money = {**self.money, number: {}}
        return self.money[number]

    def values(self, what: str, number: int) -> dict[str | None, list[Any]]:
        """The values that are taken, by currency, to be added to."""
        key = (what, number)
        if key not in self.taken:
            self.taken = {**self.taken, key: {}}
        return self.taken[key]

    def add(self, others: Sequence[Cell]) -> None:
        """Take other groups in, as far as figures add up."""
        for number, own in enumerate(self.stats):
            found = [stat for other in others if (stat := other.stats[number]) is not None]
            if found:
                self.stats[number] = _added(own or Stat(), found)
        for other in others:
            self.count += other.count
            if other.money is not NOTHING:
                for number, by_code in other.money.items():
                    own_codes = self.amounts(number)
                    for code, stat in by_code.items():
                        own_codes[code] = _added(own_codes.get(code) or Stat(), (stat,))


def _added(own: Stat, others: Sequence[Stat]) -> Stat:
    filled, units = own.filled, own.units
    for stat in others:
        filled += stat.filled
        units += stat.units
        if stat.least is not None:
            own.reach(stat)
    own.filled, own.units = filled, units
    return own


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


def by_code(found: Mapping[str | None, Any]) -> list[dict[str, Any]]:
    """Amounts in several currencies, each beside its code, in the order of the codes; those without one are left out."""
    return [
        {"currency": code, "value": value}
        for code, value in sorted((c, v) for c, v in found.items() if c is not None)
        if value is not None
    ]
