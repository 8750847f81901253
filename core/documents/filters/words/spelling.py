"""Whole numbers in words: num2words without its commas, its British «and» and its silent errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.documents.filters.base import FilterFault
from metamodel.messages import message

MOST = 10**18


def cardinal(language: str, number: int, gender: str = "m") -> str:
    """``двадцать одна тысяча одна``, ``twenty-one thousand one``; below zero with «минус», «minus»."""
    return (
        _spelled(language, number, gender=gender) if language == "ru" else _american(_spelled("en", number))
    )


def ordinal(language: str, number: int, **form: Any) -> str:
    """``двадцать первое`` by ``gender`` and ``case`` of num2words, ``twenty-first``."""
    return (
        _spelled("ru", number, to="ordinal", **form)
        if language == "ru"
        else _american(_spelled("en", number, to="ordinal"))
    )


def year(language: str, number: int) -> str:
    """``две тысячи двадцать шестого``, ``twenty twenty-six``."""
    return (
        ordinal("ru", number, case="g") if language == "ru" else _american(_spelled("en", number, to="year"))
    )


_PARTS = {
    1: ("десятая", "десятых", "tenth"),
    2: ("сотая", "сотых", "hundredth"),
    3: ("тысячная", "тысячных", "thousandth"),
    4: ("десятитысячная", "десятитысячных", "ten-thousandth"),
    5: ("стотысячная", "стотысячных", "hundred-thousandth"),
    6: ("миллионная", "миллионных", "millionth"),
    7: ("десятимиллионная", "десятимиллионных", "ten-millionth"),
    8: ("стомиллионная", "стомиллионных", "hundred-millionth"),
    9: ("миллиардная", "миллиардных", "billionth"),
}


def exact_number(language: str, number: Decimal, gender: str = "m") -> str:
    """A number with its fraction: ``двенадцать целых пять десятых``, ``twelve and five tenths``."""
    if number == number.to_integral_value():
        return cardinal(language, int(number), gender)
    text = format(abs(number), "f").rstrip("0")
    whole, fraction = text.split(".")
    if len(fraction) > max(_PARTS):
        raise FilterFault(
            message("In words a number has at most {most} digits after the point", most=max(_PARTS))
        )
    one, many, english = _PARTS[len(fraction)]
    part = int(fraction)
    if language == "ru":
        of_whole = "целая" if _ends_with_one(int(whole)) else "целых"
        of_part = one if _ends_with_one(part) else many
        words = f"{cardinal('ru', int(whole), 'f')} {of_whole} {cardinal('ru', part, 'f')} {of_part}"
        return f"минус {words}" if number < 0 else words
    of_part = english if part == 1 else f"{english}s"
    words = f"{cardinal('en', part)} {of_part}"
    if int(whole):
        words = f"{cardinal('en', int(whole))} and {words}"
    return f"minus {words}" if number < 0 else words


def _ends_with_one(number: int) -> bool:
    return number % 10 == 1 and number % 100 != 11


def _american(words: str) -> str:
    return words.replace(",", "").replace(" and ", " ")


def _spelled(language: str, number: int, **form: Any) -> str:
    """num2words takes floats and texts too, with other results: it is given whole numbers only."""
    from num2words import num2words

    if abs(number) >= MOST:
        raise FilterFault(message("A number in words is below 10¹⁸"))
    return str(num2words(number, lang=language, **form))
