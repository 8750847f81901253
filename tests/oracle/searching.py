"""What a search finds, said again in plain Python over whole texts: no index, no trigrams, no classes of fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import snowballstemmer

_RUSSIAN, _ENGLISH = snowballstemmer.stemmer("russian"), snowballstemmer.stemmer("english")
_FORMS = {
    "ооо", "оао", "зао", "пао", "ао", "нао", "ип", "чп", "тоо", "одо", "уп", "чуп", "гуп", "муп", "фгуп",
    "мку", "мбу", "гбу", "фгбу", "нко", "ано", "кфх", "снт", "тсж", "llc", "llp", "ltd", "inc", "gmbh",
    "ag", "plc", "corp", "jsc",
}  # fmt: skip
_KEYS = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё", strict=True))
_LOOKS = dict(zip("abcehkmoptxy", "авсенкмортху", strict=True))


def folded(text: str) -> str:
    """Without case, width, ё."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").replace("\0", "")


def words(text: str) -> list[str]:
    """Letters and digits that stand together."""
    return re.findall(r"[^\W_]+", text)


def root(word: str) -> str:
    """The stem of a word; at least three letters."""
    if not word.isalpha() or not 3 <= len(word) <= 64:
        return word
    found = (_ENGLISH if word.isascii() else _RUSSIAN).stemWord(word)
    return found if len(found) >= 3 else word


def numbers(text: str) -> list[str]:
    """Numbers written in groups of digits, as digits."""
    found = []
    for each in re.findall(r"\+?\d[\d\s().\-\u2010-\u2015\u2212]{5,}\d", text):
        digits = re.sub(r"\D", "", each)
        if 7 <= len(digits) <= 15 and not each.isdigit():
            found.append(digits)
    return found


def finds(query: str, texts: Iterable[str], *, generous: bool) -> bool:
    """Whether the texts of a record, all of them together, are what is searched for; ``generous`` tries other layouts
    of the keyboard and letters that look alike besides."""
    every = [folded(t) for t in texts]
    return any(_reads(reading, every) for reading in _ways(query, generous=generous))


def _ways(query: str, *, generous: bool) -> list[str]:
    ways = [folded(query.strip())]
    if generous:
        upper = {a.upper(): b.upper() for a, b in _KEYS.items() if a.isalpha()}
        upper |= dict(zip('{}:"<>~', "ХЪЖЭБЮЁ", strict=True))
        there = str.maketrans(_KEYS | upper)
        back = str.maketrans({b: a for a, b in (_KEYS | upper).items()})
        ways += [folded(query.translate(there).strip()), folded(query.translate(back).strip())]
        ways.append(_alike(ways[0], _LOOKS))
        ways.append(_alike(ways[0], {b: a for a, b in _LOOKS.items()}))
    joined = [_joined(way, 5) for way in ways]
    return ways + joined + ([_joined(ways[0], 4)] if generous else [])


def _joined(text: str, fewest: int) -> str:
    """The text with numbers of so many digits written without anything between."""
    return re.sub(
        r"\+?\d[\d\s().\-\u2010-\u2015\u2212]*\d",
        lambda m: d if len(d := re.sub(r"\D", "", m[0])) >= fewest else m[0],
        text,
    )


def _alike(text: str, table: dict[str, str]) -> str:
    for word in words(text):
        letters = [c for c in word if c.isalpha()]
        mixed = len({c.isascii() for c in letters}) == 2
        if letters and (mixed or all(c in table for c in letters)):
            text = text.replace(word, "".join(table.get(c, c) for c in word))
    return text


def _reads(query: str, texts: list[str]) -> bool:
    asked: list[list[str]] = []
    aside: list[list[str]] = []
    for chunk in query.split():
        group = words(chunk)
        if len(group) > 1 and not all(len(w) >= 3 and w.isalpha() for w in group):
            asked.append(group)
            continue
        for word in group:
            legal = word in _FORMS or "".join(_LOOKS.get(c, c) for c in word) in _FORMS
            (aside if legal else asked).append([word])
    wanted = (asked or aside)[:10]
    return bool(wanted) and all(any(_holds(text, group) for text in texts) for group in wanted)


def _holds(text: str, group: list[str]) -> bool:
    there = words(text)
    if len(group) > 1:
        return _holds_row(there, group)
    (word,) = group
    word = word[:64]
    if len(word) < 3:
        return any(each.startswith(word) for each in there + numbers(text))
    if any(word in each for each in there + numbers(text)):
        return True
    if word.isdigit() and len(word) == 11 and word[0] in "78":
        return any(word[1:] in each for each in there + numbers(text))
    found = root(word)
    if found == word or word.endswith(("ов", "ев")):
        return False
    return any(root(each) == found for each in there)


def _holds_row(there: list[str], group: list[str]) -> bool:
    """Words one behind another: the first may be the end of a word, the last its beginning."""
    size = len(group)
    for at in range(len(there) - size + 1):
        some = there[at : at + size]
        first = some[0] == group[0] if len(group[0]) < 3 else some[0].endswith(group[0])
        if first and some[1:-1] == group[1:-1] and some[-1].startswith(group[-1]):
            return True
    return False
