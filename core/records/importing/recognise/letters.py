"""How Russian a text is: the frequency of letters, and what never stands in words."""

from __future__ import annotations

import math
from collections.abc import Iterable

_SHARES = {
    "о": 10.97, "е": 8.45, "а": 8.01, "и": 7.35, "н": 6.70, "т": 6.26, "с": 5.47, "р": 4.73, "в": 4.54, "л": 4.40,
    "к": 3.49, "м": 3.21, "д": 2.98, "п": 2.81, "у": 2.62, "я": 2.01, "ы": 1.90, "ь": 1.74, "г": 1.70, "з": 1.65,
    "б": 1.59, "ч": 1.44, "й": 1.21, "х": 0.97, "ж": 0.94, "ш": 0.73, "ю": 0.64, "ц": 0.48, "щ": 0.36, "э": 0.32,
    "ф": 0.26, "ъ": 0.04, "ё": 0.30,
}  # fmt: skip
"""Of a hundred letters of Russian texts (the frequencies of the National Corpus, rounded)."""

_WEIGHTS = {letter: math.log(share / 3.0) for letter, share in _SHARES.items()}
_USUAL = frozenset("№«»—–…“”„’°€§±©®™•×\u00a0₽‘`´·")
STRANGE = -6.0
NEVER_FIRST = frozenset("ьъы")


def russian(text: str) -> float:
    """The mean weight of the letters beyond ASCII: above 0 for Russian, far below for letters misread."""
    total, count = 0.0, 0
    before = ""
    for letter in text:
        if letter < "\x80":
            before = letter
            continue
        count += 1
        small = letter.lower()
        weight = _WEIGHTS.get(small)
        if weight is None:
            total += -0.5 if letter in _USUAL else STRANGE
        else:
            total += weight + _manner(before, letter, small)
        before = letter
    return total / count if count else 0.0


def accented(text: str) -> float:
    """The same for letters of western Europe, which stand alone among plain ones (`Müller`)."""
    total, count = 0.0, 0
    before = ""
    for letter in text:
        if letter >= "\x80":
            count += 1
            if letter in _USUAL:
                total -= 0.5
            elif letter.isalpha() and letter <= "\u0180":
                total += STRANGE if before >= "\x80" and before.isalpha() else 0.5
            else:
                total += STRANGE
        before = letter
    return total / count if count else 0.0


def sample_of(lines: Iterable[bytes], most: int) -> bytes:
    """The lines that say something of the encoding."""
    kept = bytearray()
    for line in lines:
        if not line.isascii():
            kept += line
            if len(kept) > most:
                break
    return bytes(kept)


def _manner(before: str, letter: str, small: str) -> float:
    """What is odd in how a letter stands: a capital after a small one, ь at the beginning, Latin beside it."""
    if before.isascii() and before.isalpha():
        return STRANGE
    inside = before.isalpha()
    if inside and letter != small and before == before.lower():
        return -4.0
    if not inside and small in NEVER_FIRST:
        return -3.0
    return 0.0
