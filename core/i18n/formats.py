"""Numbers and dates as people of a language write them, fast enough for the thousands of cells of a list.

The signs and patterns are Babel's (CLDR); numbers are put together by hand from them, dates are cached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol, is_currency

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@cache
def _signs(language: str) -> dict[int, str]:
    """How the signs of Python's ``,`` format become those of the language."""
    group = get_group_symbol(language).replace("\N{NARROW NO-BREAK SPACE}", NO_BREAK_SPACE)
    return {ord(","): group, ord("."): get_decimal_symbol(language), ord("-"): MINUS}


def format_number(language: str, value: Decimal | int, scale: int | None = None) -> str:
    """``1 234,50``: grouped, with ``scale`` digits after the point (None: the digits the value has)."""
    text = f"{value:,}" if scale is None or isinstance(value, int) and not scale else f"{value:,.{scale}f}"
    return text.translate(_signs(language))


def format_percent(language: str, value: Decimal | int, scale: int = 0) -> str:
    """``20 %`` of 0.20; ``scale`` digits after the point of the percents."""
    hundredfold = Decimal(value).scaleb(2)
    shown = hundredfold.quantize(Decimal(1).scaleb(-scale)) if scale else hundredfold
    digits = max(0, -int(shown.normalize().as_tuple().exponent)) if not scale else scale
    sign = (
        f"{NO_BREAK_SPACE}%"
        if Locale(language).percent_formats[None].pattern.endswith(f"{NO_BREAK_SPACE}%")
        else "%"
    )
    return format_number(language, shown, digits) + sign


_SIGNS = {"RUB": "₽"}
"""Signs that everybody reads, where CLDR has the code in some languages."""


@cache
def currency_sign(language: str, currency: str) -> str:
    """The sign of a currency in a language; a code nobody knows stays as it is."""
    if currency in _SIGNS:
        return _SIGNS[currency]
    return get_currency_symbol(currency, locale=language) if is_currency(currency) else currency


@dataclass(frozen=True, slots=True)
class MoneyPattern:
    """Where the currency stands beside the figure."""

    before: bool
    space: str


@cache
def money_pattern(language: str) -> MoneyPattern:
    """Taken from CLDR's standard currency pattern: ``#,##0.00 ¤`` or ``¤#,##0.00``."""
    pattern = Locale(language).currency_formats["standard"].pattern.split(";")[0]
    before = pattern.startswith("¤")
    return MoneyPattern(before=before, space="" if before else NO_BREAK_SPACE)


def format_money(language: str, value: Decimal | int, currency: str | None, scale: int = 2) -> str:
    """``1 234,50 ₽`` or ``$1,234.50``; without a currency the figure alone."""
    figure = format_number(language, value, scale)
    if not currency:
        return figure
    sign, pattern = currency_sign(language, currency), money_pattern(language)
    if not pattern.before:
        return f"{figure}{pattern.space}{sign}"
    if sign[-1:].isalpha():
        sign += NO_BREAK_SPACE  # CLDR: letters do not touch figures
    if figure.startswith(MINUS):
        return f"{MINUS}{sign}{figure[1:]}"
    return f"{sign}{figure}"


@lru_cache(maxsize=20_000)
def format_day(language: str, value: date) -> str:
    """``21.11.2026``, ``Nov 21, 2026``."""
    return _day_pattern(language)(value)


@cache
def _day_pattern(language: str) -> Callable[[date], str]:
    if language == "ru":  # CLDR's medium is «21 нояб. 2026 г.»: figures stand in columns better
        return lambda value: f"{value.day:02}.{value.month:02}.{value.year:04}"
    return lambda value: format_date(value, "medium", locale=language)


@lru_cache(maxsize=20_000)
def _instant(language: str, value: datetime) -> str:
    if language == "ru":
        return f"{format_day(language, value.date())} {value.hour:02}:{value.minute:02}"
    return f"{format_day(language, value.date())}, {format_clock(language, value.time())}"


def format_instant(language: str, value: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """An instant on the clock of ``zone``: ``21.11.2026 14:30``."""
    local = value.astimezone(zone).replace(tzinfo=None)
    if seconds:
        return f"{format_day(language, local.date())} {local:%H:%M:%S}"
    return _instant(language, local.replace(second=0, microsecond=0))


def format_clock(language: str, value: time) -> str:
    """``14:30``, ``2:30 PM``."""
    return format_time(value, "short", locale=language).replace("\N{NARROW NO-BREAK SPACE}", " ")
