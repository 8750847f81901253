"""Delimiter and quote of a text table: those that cut its lines into the most columns of one number."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from typing import Any

DELIMITERS = (";", ",", "\t", "|")
_BROKEN = re.compile(r'"[^"]*"[^"]+')


def delimiter_of(text: str, whole: bool) -> str:
    """The delimiter; for a table of one column one that stands nowhere in it. ``whole``: ``text`` is not cut short."""
    first = text.lstrip("\ufeff")[:6]
    if first[:4].lower() == "sep=" and len(first) > 4:
        return first[4]
    weights = {delimiter: _weight(text, whole, delimiter) for delimiter in DELIMITERS}
    best = max(weights, key=lambda delimiter: weights[delimiter])
    if weights[best] > 0:
        return best
    return next((delimiter for delimiter in DELIMITERS if delimiter not in text), ",")


def quote_of(text: str, delimiter: str) -> str:
    """The quote; empty where quotes are only letters of the values (`"Ромашка" ООО`)."""
    whole = broken = single = filled = 0
    for line in text.splitlines():
        for value in line.split(delimiter):
            value = value.strip()
            filled += bool(value)
            if value.startswith('"'):
                if len(value) > 1 and value.endswith('"'):
                    whole += 1
                elif _BROKEN.fullmatch(value):
                    broken += 1
            elif len(value) > 1 and value[0] == value[-1] == "'":
                single += 1
    if single >= 4 and single * 2 > filled and not whole:
        return "'"
    return "" if broken and not whole else '"'


def _weight(text: str, whole: bool, delimiter: str) -> float:
    widths: list[int] = []
    quote = quote_of(text, delimiter)
    dialect: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **dialect):
            if row:
                widths.append(len(row))
    except csv.Error:
        return 0.0
    if not whole and len(widths) > 1:
        widths.pop()  # the sample may end in the middle of a row
    if not widths:
        return 0.0
    width, rows = max(Counter(widths).items(), key=lambda each: (each[0] > 1, each[1], each[0]))
    if width < 2:
        return 0.0
    if delimiter == "," and widths[0] == 1 and not re.search(r",(?!\s)", text):
        return 0.0  # "Surname, name": a comma of sentences
    share = rows / len(widths)
    first = widths[0] == width or share < 1  # a comma in every number of a column does not stand in its name
    return share * share * math.log(1 + width) * (1.0 if first else 0.3)
