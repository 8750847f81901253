"""Lengths of time as people and programs write them."""

from __future__ import annotations

import re
from decimal import Decimal

from metamodel.errors import ValueRefused
from metamodel.expression.durations import DAY, MOST_SECONDS, Span, parse_duration, span
from metamodel.fields.base import Context
from metamodel.messages import message

_CLOCK = re.compile(r"([0-9]{1,6}):([0-5][0-9])(?::([0-5][0-9]))?")
_PART = re.compile(r"\s*([0-9]{1,9}(?:[.,][0-9]{1,6})?)\s*([^\W\d_]+)\.?,?\s*(?:и\s|and\s)?")
_UNITS = {
    604_800: "нед неделя недели недель неделю w wk week weeks",
    DAY: "д дн день дня дней сут сутки суток d day days",
    3_600: "ч час часа часов h hr hrs hour hours",
    60: "м мин минута минуты минут минуту m min mins minute minutes",
    1: "с сек секунда секунды секунд секунду s sec secs second seconds",
}
_SECONDS = {word: seconds for seconds, words in _UNITS.items() for word in words.split()}
_SHOWN = {"ru": ("д", "ч", "мин", "с"), "en": ("d", "h", "min", "s")}
NO_BREAK = "\u00a0"


def parse_length(text: str, context: Context) -> Span:
    """A length: ISO 8601 without months, and outside JSON ``2 ч 30 мин``, ``2:30``, ``1.5 ч``, ``90 мин``, ``2h 30m``."""
    text = text.strip()
    if len(text) > 100:
        raise no_length(context)
    iso = parse_duration(text if context.medium == "json" else text.upper())
    if iso is not None:
        if iso.months:
            raise ValueRefused("KBK3002", message("Months and years have no exact length: write days."))
        return _within(Decimal(iso.total))
    if context.medium == "json":
        raise no_length(context)
    found = _CLOCK.fullmatch(text)
    if found:
        return _within(Decimal(int(found[1]) * 3_600 + int(found[2]) * 60 + int(found[3] or 0)))
    return _within(_of_units(text.lower().replace(NO_BREAK, " "), context))


def _of_units(text: str, context: Context) -> Decimal:
    if text.replace(",", "").replace(".", "").isdigit():
        raise ValueRefused(
            "KBK3002",
            message("Say of what: {hours} or {minutes}.", hours=f"{text} ч (h)", minutes=f"{text} мин (min)"),
        )
    total, at, before = Decimal(0), 0, 10**9
    while at < len(text):
        found = _PART.match(text, at)
        unit = _SECONDS.get(found[2]) if found else None
        if found is None or unit is None or unit >= before:
            raise no_length(context)
        total += Decimal(found[1].replace(",", ".")) * unit
        at, before = found.end(), unit
    if not text:
        raise no_length(context)
    return total


def _within(seconds: Decimal) -> Span:
    if seconds != seconds.to_integral_value():
        raise ValueRefused("KBK3003", message("A duration is kept in whole seconds."))
    if seconds > MOST_SECONDS:
        raise ValueRefused("KBK3003", message("The duration is too long."))
    return span(int(seconds))


def write_length(value: Span, language: str) -> str:
    """``1 д 2 ч 30 мин``: the parts that are not nought; below zero with a true minus before it."""
    days, rest = divmod(abs(value.total), DAY)
    parts = (days, rest // 3_600, rest % 3_600 // 60, rest % 60)
    units = _SHOWN.get(language, _SHOWN["en"])
    said = [f"{count}{NO_BREAK}{unit}" for count, unit in zip(parts, units, strict=True) if count]
    return ("−" if value.total < 0 else "") + (" ".join(said) or f"0{NO_BREAK}{units[2]}")


def no_length(context: Context) -> ValueRefused:
    """What is no length of time: JSON has ISO 8601 alone."""
    if context.medium == "json":
        return ValueRefused("KBK3002", message("A duration is expected, such as {iso}.", iso="PT2H30M"))
    return ValueRefused(
        "KBK3002", message("A duration is expected, such as {typed} or {iso}.", typed="2:30", iso="PT2H30M")
    )
