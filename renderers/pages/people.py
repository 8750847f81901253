"""People as the screens draw them: a name, its initials, a tone that stays theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

TONES = 6
SYSTEM_TONE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on a screen; ``tone`` (0 to 5) is the colour of the avatar."""

    name: str
    initials: str
    tone: int


@lru_cache(maxsize=4096)
def person(identity: int | None, name: str) -> Person:
    """A person of that id; without an id, the system."""
    return Person(
        name=name,
        initials=initials(name),
        tone=SYSTEM_TONE if identity is None else 1 + identity % (TONES - 1),
    )


def initials(name: str) -> str:
    """Up to two letters: of the first and of the second word, or the first two of a single one."""
    words = [word for word in name.replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[1][0]).upper()
