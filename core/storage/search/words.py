"""Texts as they are searched: their folded words in order, the stems of their words, the digits of their numbers."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterable, Sequence

import Stemmer  # type: ignore[import-not-found]

from metamodel.text import fold

WORDS_VERSION = 2
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

LEGAL = frozenset(
    [
        "ооо",
        "оао",
        "зао",
        "пао",
        "ао",
        "нао",
        "ип",
        "чп",
        "тоо",
        "одо",
        "уп",
        "чуп",
        "гуп",
        "муп",
        "фгуп",
        "мку",
        "мбу",
        "гбу",
        "фгбу",
        "нко",
        "ано",
        "кфх",
        "снт",
        "тсж",
        "llc",
        "llp",
        "ltd",
        "inc",
        "gmbh",
        "ag",
        "plc",
        "corp",
        "jsc",
    ]
)
"""Legal forms, which say little beside the name."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\+?\d[\d\s().\-\u2010-\u2015\u2212]{5,}\d")
_BETWEEN = re.compile(r"\D+")
_DIGITS = 7, 15
"""Fewest and most digits of what may be the number of a telephone."""

_CAPITALS = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")
"""Marks are written in capitals, which no folded text has: no part of a number is found in them."""

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


Part = tuple[str, tuple[str, ...], str, str]
"""What a search row holds of one text: its words between `GAP`s, their stems, all words, those but legal forms."""


def part(folded: str) -> Part | None:
    """The part of a text, which is folded already; None without any word."""
    words = _WORD.findall(folded)
    if not words:
        return None
    known = _known.get
    stems: dict[str, None] = {}
    for word in words:
        if word.isalpha():
            found = known(word) or stem(word)
            if found != word:
                stems[found] = None
    plain = " ".join(words)
    named = plain if LEGAL.isdisjoint(words) else " ".join(word for word in words if word not in LEGAL)
    if len(folded) > _DIGITS[0]:
        numbers = spelled_numbers(folded)
        if numbers:
            words += numbers
    return GAP.join(words), tuple(stems), plain, named


def joined(parts: Sequence[Part], *, title: bool = False) -> str:
    """The searched form of the texts of these parts: the words of each between `GAP`s, then their stems; "" without any
    word. That of a title bears the marks of what it is called: of all of it, and of each of its texts."""
    if not parts:
        return ""
    if len(parts) == 1:
        words, stems, plain, named = parts[0]
        made = f"{_BEFORE}{words}{_AFTER}"
        if stems:
            made += STEM + STEM.join(stems) + STEM
        return made + _mark(named or plain) if title else made
    made = _BEFORE + _BETWEEN_LINES.join([each[0] for each in parts]) + _AFTER
    every = dict.fromkeys([found for each in parts for found in each[1]])
    if every:
        made += STEM + STEM.join(every) + STEM
    if not title:
        return made
    named = " ".join([each[3] for each in parts if each[3]])
    whole = _mark(named or " ".join([each[2] for each in parts]))
    return made + whole + "".join([_mark(each[3] or each[2]) for each in parts])


_BEFORE, _AFTER = f"{END}{GAP}", f"{GAP}{END}"
_BETWEEN_LINES = f"{GAP}{END}{GAP}"


def line(texts: Iterable[str], *, title: bool = False) -> str:
    """The searched form of some texts."""
    return joined([found for text in texts if (found := part(fold(text))) is not None], title=title)


def mark(words: list[str]) -> str:
    """What marks a title of these words among all others, legal forms aside; two names very rarely share one."""
    named = words if LEGAL.isdisjoint(words) else [word for word in words if word not in LEGAL] or words
    return _mark(" ".join(named))


def _mark(named: str) -> str:
    return f"{STEM}0{f'{zlib.crc32(named.encode()):08x}'.translate(_CAPITALS)}{STEM}{END}"


def spelled_numbers(folded: str) -> list[str]:
    """The digits of each number in a text that is written with spaces, brackets or dashes."""
    found: list[str] = []
    for each in _NUMBER.findall(folded):
        if not each.isdigit():
            digits = _BETWEEN.sub("", each)
            if _DIGITS[0] <= len(digits) <= _DIGITS[1]:
                found.append(digits)
    return found
