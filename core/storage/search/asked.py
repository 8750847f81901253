"""What somebody types into a search, as it is looked for: words that must all be there, each in one of several forms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from core.storage.search.words import GAP, LEGAL, LONGEST, SHORT, STEM, mark, stem, words_of
from metamodel.text import fold

MOST_WORDS = 10
"""Words of a search; what is typed beyond them is not looked at."""

Term = tuple[str, ...]
"""Forms of a word; one of them must stand in the searched text of a record."""

Reading = tuple[Term, ...]
"""One way to understand what was typed: every term must be found."""

_NUMBER = re.compile(r"\+?\d[\d\s().\-\u2010-\u2015\u2212]*\d")
_FEWEST_DIGITS, _LAST_DIGITS = 5, 4
"""Digits of a number in groups, and those that end one as they are said: 45-67."""

_SURNAMES = ("ов", "ев")
"""Endings of surnames, which a stemmer takes for those of a genitive: whoever looks for Иванов wants no Иван."""

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,." + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю" + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)

_LATIN_LOOK, _RUSSIAN_LOOK = "abcehkmoptxy", "авсенкмортху"
_LOOKS_RUSSIAN = str.maketrans(_LATIN_LOOK, _RUSSIAN_LOOK)
_LOOKS_LATIN = str.maketrans(_RUSSIAN_LOOK, _LATIN_LOOK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search: the ways to understand it, and those that are tried besides when they find little."""

    readings: tuple[Reading, ...]
    others: tuple[Reading, ...]
    exact: str | None
    """The mark that the searched text of a title bears which is just this text; None when there are no words."""


@lru_cache(maxsize=2000)
def asked(text: str) -> Asked:
    """What to look for; a text without a letter or a digit has no reading and finds nothing."""
    plain = _readings(text)
    others: dict[Reading, None] = {}
    swapped = (text.translate(_TO_RUSSIAN), text.translate(_TO_LATIN))
    for other in (
        *swapped,
        _looking(text, _LOOKS_RUSSIAN, _LATIN_LOOK),
        _looking(text, _LOOKS_LATIN, _RUSSIAN_LOOK),
    ):
        others |= dict.fromkeys(_readings(other) if other != text else ())
    folded = fold(text.strip())
    last = _reading(_joined_numbers(folded, _LAST_DIGITS).split())
    others |= dict.fromkeys((last,) if last else ())
    words = words_of(folded)
    return Asked(
        readings=plain,
        others=tuple(each for each in others if each not in plain),
        exact=mark(words) if words else None,
    )


def _looking(text: str, table: dict[int, int], letters: str) -> str:
    """The text with letters of the other alphabet that look the same, in words that can be spelled by them alone
    and in those that mix both alphabets."""
    folded = fold(text)
    for word in words_of(folded):
        own = [c for c in word if c.isalpha()]
        mixed = any(c.isascii() for c in own) and not all(c.isascii() for c in own)
        if own and (mixed or all(c in letters for c in own)):
            folded = folded.replace(word, word.translate(table))
    return folded


def _readings(text: str) -> tuple[Reading, ...]:
    folded = fold(text.strip())
    found = dict.fromkeys((_reading(folded.split()), _reading(_joined_numbers(folded).split())))
    return tuple(each for each in found if each)


def _joined_numbers(folded: str, fewest: int = _FEWEST_DIGITS) -> str:
    """The text in which numbers that are written with spaces, brackets and dashes are their digits alone."""

    def digits(found: re.Match[str]) -> str:
        only = "".join(c for c in found[0] if c.isdigit())
        return only if len(only) >= fewest else found[0]

    return _NUMBER.sub(digits, folded)


def _reading(chunks: Iterable[str]) -> Reading:
    terms: list[Term] = []
    legal: list[Term] = []
    for chunk in chunks:
        words = [word[:LONGEST] for word in words_of(chunk)]
        if len(words) > 1 and not all(len(w) >= SHORT and w.isalpha() for w in words):
            terms.append((_phrase(words),))
            continue
        for word in words:
            (legal if word.translate(_LOOKS_RUSSIAN) in LEGAL or word in LEGAL else terms).append(_term(word))
    return tuple(dict.fromkeys(terms or legal))[:MOST_WORDS]


def _phrase(words: list[str]) -> str:
    """Words that were typed in one piece, with signs in between: `12-34/5`, `1С:Предприятие`."""
    joined = GAP.join(words)
    return GAP + joined if len(words[0]) < SHORT else joined


def _term(word: str) -> Term:
    if len(word) < SHORT:
        return (GAP + word,)
    forms = [word]
    root = stem(word)
    if root != word and not word.endswith(_SURNAMES):
        forms += [STEM + root + STEM, GAP + root + GAP]
    if word.isdigit() and len(word) == 11 and word[0] in "78":
        forms.append(
            word[1:]
        )  # a number of Russia, with the prefix that is dialled or with that of the country
    return tuple(forms)
