"""Texts in letters that PostgreSQL's trigrams know in every locale: in a database of the locale C only ASCII has letters.

The index is asked for candidates alone, and each is compared with its true text, so that two letters may share one.
"""

from __future__ import annotations

from collections.abc import Sequence

_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_LATIN = "abvgdejziyklmnoprstufhcqwx0123456789"
_OTHERS = {"і": "i", "ї": "y", "є": "e", "ґ": "g", "ў": "u", "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u",
           "ү": "u", "һ": "h", "ђ": "d", "ј": "j", "љ": "l", "њ": "n", "ћ": "c", "џ": "c"}  # fmt: skip
_ACCENTED = "àáâãäåāăąçćčďèéêëēęěìíîïīłñńňòóôõöōőøŕřśšşťţùúûüūůűýÿžźżßαβγδεζηθικλμνξοπρστυφχψω"
_BARE = "aaaaaaaaacccdeeeeeeeiiiiilnnnoooooooorrsssttuuuuuuuyyzzzsabgdezhqiklmnxoprstufcpw"

TO_LATIN = str.maketrans(
    dict(zip(_CYRILLIC, _LATIN, strict=False)) | _OTHERS | dict(zip(_ACCENTED, _BARE, strict=True))
)


_PAGE = "cp1251"
"""A code of one byte a letter, which nearly all texts can be written in: in it the letters change at once."""

_PAIRS = [(chr(of).encode(_PAGE, "ignore"), other.encode()) for of, other in TO_LATIN.items()]
_BYTES = bytes.maketrans(
    b"".join(of for of, _ in _PAIRS if of), b"".join(other for of, other in _PAIRS if of)
)


def latin(text: str) -> str:
    """The text with each letter as one of ASCII's, or as a digit; what is no letter stays."""
    try:
        written = text.encode(_PAGE)
    except UnicodeEncodeError:
        return text.translate(TO_LATIN)
    return written.translate(_BYTES).decode(_PAGE)


def latins(texts: Sequence[str]) -> list[str]:
    """The same of many texts without the character 0, which separates them."""
    try:
        written = "\0".join(texts).encode(_PAGE)
    except UnicodeEncodeError:
        return [latin(text) for text in texts]
    return written.translate(_BYTES).decode(_PAGE).split("\0")
