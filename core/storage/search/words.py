"""Texts as they are searched: their folded words in order, the stems of their words, the digits of their numbers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

import Stemmer  # type: ignore[import-not-found]

from metamodel.text import fold

WORDS_VERSION = 1
"""Goes up whenever `line` gives another answer for some text: the index must then be made again."""

GAP = "  "
"""What stands before and after every word: two characters, so that the trigrams of one letter's words differ."""

STEM = "~"
"""What stands around every stem."""

END = "\n"
"""What stands between the values of several fields."""

SHORT = 3
"""A word of fewer characters is found as the beginning of words only."""

LONGEST = 64
"""Characters of a word that searching looks at."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\+?\d[\d\s().\-\u2010-\u2015\u2212]{5,}\d")
_DIGITS = 7, 15
"""Fewest and most digits of what may be the number of a telephone."""

_STEMS_KEPT = 200_000


class _Stems(threading.local):
    """The stemmers of a thread: one of them serves only one thread at a time."""

    def __init__(self) -> None:
        self.russian = Stemmer.Stemmer("russian", 0)
        self.english = Stemmer.Stemmer("english", 0)


_stemmers = _Stems()
_known: dict[str, str] = {}


def words_of(text: str) -> list[str]:
    """The words of a text that is folded already: runs of letters and digits, in order."""
    return _WORD.findall(text)


def stem(word: str) -> str:
    """The stem of a folded word, Russian or English; short words and those with digits are their own."""
    found = _known.get(word)
    if found is None:
        if len(_known) >= _STEMS_KEPT:
            _known.clear()
        found = _known[word] = _stem(word)
    return found


def _stem(word: str) -> str:
    if len(word) < SHORT or len(word) > LONGEST or not word.isalpha():
        return word
    stemmer = _stemmers.english if word.isascii() else _stemmers.russian
    found = str(stemmer.stemWord(word))
    return found if len(found) >= SHORT else word


def line(texts: Iterable[str]) -> str:
    """The searched form of some texts: the words of each between `GAP`s, then their stems; "" without any word."""
    lines: list[str] = []
    stems: dict[str, None] = {}
    for text in texts:
        folded = fold(text)
        words = _WORD.findall(folded)
        if not words:
            continue
        for word in words:
            found = _known.get(word) or stem(word)
            if found != word:
                stems[found] = None
        words += spelled_numbers(folded)
        lines.append(GAP + GAP.join(words) + GAP)
    if not lines:
        return ""
    ends = STEM + STEM.join(stems) + STEM if stems else ""
    return END + END.join(lines) + END + ends


def spelled_numbers(folded: str) -> list[str]:
    """The digits of each number in a text that is written with spaces, brackets or dashes."""
    found = []
    for each in _NUMBER.findall(folded):
        digits = "".join(c for c in each if c.isdigit())
        if _DIGITS[0] <= len(digits) <= _DIGITS[1] and not each.isdigit():
            found.append(digits)
    return found
