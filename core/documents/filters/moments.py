"""Filters of dates and times: styles and patterns of CLDR."""

from __future__ import annotations

import re
from typing import Any

from babel.dates import format_date, format_time

from core.documents.filters.base import Argument, Filter, FilterFault, as_date, as_time, is_empty
from core.i18n import formats
from metamodel.labels import Label
from metamodel.messages import Message, message

STYLES = ("short", "medium", "long", "full")
_DATE_LETTERS = frozenset("GyYQqMLwWdDEec")
_TIME_LETTERS = frozenset("abBhHKkmsS")


def _pattern_fault(pattern: object, letters: frozenset[str], example: str) -> Message | None:
    """A pattern of CLDR: only letters that stand for a part, everything else between apostrophes."""
    if not isinstance(pattern, str) or pattern in STYLES:
        return None
    bare = re.sub(r"'[^']*'", "", pattern)
    strange = [
        sign for sign in bare if sign.isascii() and sign.isalpha() and sign not in letters or sign in "%'"
    ]
    if not strange and any(sign in letters for sign in bare):
        return None
    return message(
        "“{pattern}” is no pattern: {example}, or one of {styles}",
        pattern=pattern,
        example=example,
        styles=STYLES,
    )


def _date_fault(pattern: object) -> Message | None:
    return _pattern_fault(pattern, _DATE_LETTERS, "dd.MM.yyyy, d MMMM yyyy")


def _time_fault(pattern: object) -> Message | None:
    return _pattern_fault(pattern, _TIME_LETTERS, "HH:mm")


def date_in_words(language: str, value: Any) -> str:
    """``21 ноября 2026 г.``, ``November 21, 2026``: spaces do not break."""
    return _plain(format_date(as_date(value), "long", locale=language)).replace(" ", formats.NO_BREAK_SPACE)


def _plain(text: str) -> str:
    """CLDR's narrow spaces stand in few fonts of offices."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", formats.NO_BREAK_SPACE)


def date(language: str, value: Any, style: Any = None) -> str:
    """``21.11.2026``; ``long``, ``full`` or a pattern otherwise."""
    day = as_date(value)
    if is_empty(style):
        return formats.format_day(language, day)
    if fault := _date_fault(str(style)):
        raise FilterFault(fault)
    if style == "long":
        return date_in_words(language, day)
    if style == "medium":
        return formats.format_day(language, day)
    return _plain(format_date(day, str(style), locale=language))


def time(language: str, value: Any, style: Any = None) -> str:
    """``14:30``."""
    moment = as_time(value)
    if is_empty(style):
        return formats.format_clock(language, moment)
    if fault := _time_fault(str(style)):
        raise FilterFault(fault)
    if style in ("long", "full"):
        return (
            f"{moment:%H:%M:%S}"
            if language == "ru"
            else _plain(format_time(moment, "medium", locale=language))
        )
    return _plain(format_time(moment, str(style), locale=language))


FILTERS = (
    Filter(
        name="date",
        label=Label(
            ru='дата: 21.11.2026; date("long") – 21 ноября 2026 г., date("full") – с днём недели, '
            'или по образцу: date("d MMMM yyyy")',
            en='a date: date("long"), date("full") with the day of the week, or a pattern: date("d MMMM yyyy")',
        ),
        function=date,
        takes=frozenset({"date"}),
        arguments=(
            Argument(
                name="style", label=Label(ru="вид или образец", en="style or pattern"), check=_date_fault
            ),
        ),
        example=('{{ "2026-11-21"|date("long") }}', "21 ноября 2026 г."),
    ),
    Filter(
        name="time",
        label=Label(ru='время: 14:30, или по образцу: time("HH:mm:ss")', en='a time, or time("HH:mm:ss")'),
        function=time,
        takes=frozenset({"time"}),
        arguments=(
            Argument(
                name="style", label=Label(ru="вид или образец", en="style or pattern"), check=_time_fault
            ),
        ),
        example=('{{ "14:30:00"|time }}', "14:30"),
    ),
)
