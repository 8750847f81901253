"""Patterns of FORMAT: how a number or a date is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from metamodel.expression.types import MAX_SCALE

_NUMBER = re.compile(r"(?:#([ ,'])##)?0(?:([.,])(0+))?")
_TOKENS = re.compile(r"YYYY|MM|DD|hh|mm|ss")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPattern:
    """Digits after the point, what stands for the point, what between thousands (or nothing)."""

    digits: int
    point: str
    group: str


DatePart = Literal["YYYY", "MM", "DD", "hh", "mm", "ss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Literally:
    """Text of a date's pattern that stands as it is."""

    text: str


def number_pattern(text: str) -> NumberPattern | None:
    """``0``, ``0.00``, ``# ##0,00``: None for anything else."""
    found = _NUMBER.fullmatch(text)
    if found is None or len(found[3] or "") > MAX_SCALE or (found[1] and found[1] == found[2]):
        return None
    return NumberPattern(digits=len(found[3] or ""), point=found[2] or "", group=found[1] or "")


def date_pattern(text: str) -> tuple[DatePart | Literally, ...] | None:
    """``DD.MM.YYYY``, with ``hh:mm:ss`` for a moment; None when nothing of a date is in it."""
    parts: list[DatePart | Literally] = []
    place = 0
    for found in _TOKENS.finditer(text):
        if found.start() > place:
            parts.append(Literally(text=text[place : found.start()]))
        parts.append(found[0])  # type: ignore[arg-type]
        place = found.end()
    if not parts:
        return None
    if place < len(text):
        parts.append(Literally(text=text[place:]))
    return tuple(parts)
