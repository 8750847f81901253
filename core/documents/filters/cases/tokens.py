"""A phrase cut into words, initials, quoted names and what stands between."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<quoted>«[^»]*»|“[^”]*”|„[^“”]*[“”]|"[^"]*")
      | (?P<initials>[А-ЯЁ]\.(?:-[А-ЯЁ]\.)?(?:\s?[А-ЯЁ]\.)?(?![А-ЯЁа-яё]*\w\.))
      | (?P<word>[А-ЯЁа-яё]+(?:[-‑][А-ЯЁа-яё]+)*)(?![\w.]*[0-9A-Za-z])
      | (?P<space>\s+)
      | (?P<other>[0-9A-Za-zА-ЯЁа-яё]+|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class Token:
    """A piece of the phrase; ``kind`` is quoted, initials, word, space or other. ``text`` is replaced in place."""

    kind: str
    text: str
    person: bool = False

    @property
    def capitalised(self) -> bool:
        return self.kind == "word" and self.text[:1].isupper()


def cut(text: str) -> list[Token]:
    """Joined again, the tokens are the text."""
    return [Token(found.lastgroup or "other", found[0]) for found in _TOKEN.finditer(text)]


def words_only(tokens: list[Token]) -> list[Token]:
    """The tokens without spaces."""
    return [token for token in tokens if token.kind != "space"]


def is_abbreviation(word: str, *, shouted: bool) -> bool:
    """«ООО», «ИП»: stays as it is. In a text written all in capitals only the short ones are."""
    letters = [sign for sign in word if sign.isalpha()]
    capitals = sum(sign.isupper() for sign in letters)
    if len(letters) < 2 or capitals < 2 or "-" in word:
        return False
    return not (shouted and len(letters) > 4)
