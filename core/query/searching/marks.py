"""What of a text a search has found, for those who show it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from core.storage.search.asked import Reading, asked
from core.storage.search.words import GAP, SHORT, STEM, stem
from metamodel.text import fold

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\+?\d[\d\s().\-\u2010-\u2015\u2212]*\d")
_FEWEST_DIGITS = 5
_TELEPHONE = 7
"""Digits of a number in groups of which any part is found, as the last of a telephone are."""
LONGEST = 20_000
"""Characters of a text in which marks are looked for."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    marked: bool


def marks(text: str, query: str | None) -> tuple[Segment, ...]:
    """The text in pieces, of which those that ``query`` finds are marked; joined they are the text again."""
    spans = _spans(text[:LONGEST], query) if query and text else []
    if not spans:
        return (Segment(text, False),) if text else ()
    found: list[Segment] = []
    at = 0
    for start, end in spans:
        if start > at:
            found.append(Segment(text[at:start], False))
        found.append(Segment(text[start:end], True))
        at = end
    if at < len(text):
        found.append(Segment(text[at:], False))
    return tuple(found)


def _spans(text: str, query: str) -> list[tuple[int, int]]:
    sought = asked(query)
    spans = _of_readings(text, sought.readings) or _of_readings(text, sought.others)
    return _united(sorted(spans))


def _of_readings(text: str, readings: tuple[Reading, ...]) -> list[tuple[int, int]]:
    forms = [form for reading in readings for term in reading for form in term]
    spans: list[tuple[int, int]] = []
    for found in _WORD.finditer(text):
        spans += [(found.start() + a, found.start() + b) for a, b in _in_word(found[0], _plain(forms))]
    phrases = [form for form in forms if len(form.split()) > 1]
    digits = [form for form in forms if form.isdigit() and len(form) >= SHORT]
    for phrase in phrases:
        between = r"[\W_]+".join(map(re.escape, phrase.split()))
        spans += [found.span() for found in re.finditer(between, _evened(text))]
    if digits:
        for number in _NUMBER.finditer(text):
            spans += [(number.start() + a, number.start() + b) for a, b in _in_number(number[0], digits)]
    return spans


def _evened(text: str) -> str:
    """The text folded letter by letter, so that places in it are places in the text."""
    return "".join(folded if len(folded := fold(c)) == 1 else c for c in text)


def _plain(forms: list[str]) -> tuple[str, ...]:
    return tuple(form for form in forms if len(form.split()) == 1)


@lru_cache(maxsize=20_000)
def _in_word(word: str, forms: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where the forms stand in a word: a part of it, its beginning, or all of it by its stem."""
    folded = fold(unicodedata.normalize("NFC", word))
    even = len(folded) == len(word)
    spans = []
    for form in forms:
        if form.startswith(STEM) or form.endswith(GAP):
            root = form.strip(STEM + " ")
            if root == stem(folded) or root == folded:
                spans.append((0, len(word)))
        elif form.startswith(GAP):
            if folded.startswith(form.strip()):
                spans.append((0, len(form.strip()) if even else len(word)))
        elif form in folded:
            at = folded.index(form)
            spans.append((at, at + len(form)) if even else (0, len(word)))
    return tuple(spans)


def _in_number(number: str, forms: list[str]) -> list[tuple[int, int]]:
    places = [at for at, c in enumerate(number) if c.isdigit()]
    digits = "".join(number[at] for at in places)
    fewest = SHORT if len(digits) >= _TELEPHONE else _FEWEST_DIGITS
    return [
        (places[digits.index(form)], places[digits.index(form) + len(form) - 1] + 1)
        for form in forms
        if len(form) >= fewest and form in digits
    ]


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif end > start:
            found.append((start, end))
    return found
