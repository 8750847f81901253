"""Texts in letters that PostgreSQL's trigrams know in every locale: in a database of the locale C only ASCII has letters.

The index is asked for candidates alone, and each is compared with its true text, so that two letters may share one.
"""

from __future__ import annotations

_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_LATIN = "abvgdejziyklmnoprstufhcqwx0123456789"
_OTHERS = {"і": "i", "ї": "y", "є": "e", "ґ": "g", "ў": "u", "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u",
           "ү": "u", "һ": "h", "ђ": "d", "ј": "j", "љ": "l", "њ": "n", "ћ": "c", "џ": "c"}  # fmt: skip
_ACCENTED = "àáâãäåāăąçćčďèéêëēęěìíîïīłñńňòóôõöōőøŕřśšşťţùúûüūůűýÿžźżßαβγδεζηθικλμνξοπρστυφχψω"
_BARE = "aaaaaaaaacccdeeeeeeeiiiiilnnnoooooooorrsssttuuuuuuuyyzzzsabgdezhqiklmnxoprstufcpw"

TO_LATIN = str.maketrans(
    dict(zip(_CYRILLIC, _LATIN, strict=False)) | _OTHERS | dict(zip(_ACCENTED, _BARE, strict=True))
)


def latin(text: str) -> str:
    """The text with each letter as one of ASCII's, or as a digit; what is no letter stays."""
    return text.translate(TO_LATIN)
