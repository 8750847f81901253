"""Names and uids of definitions: their form, the reserved words, transliteration, how a first uid is made."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

from metamodel.model import SYSTEM_FIELDS

NAME_PATTERN = "^[a-z][a-z0-9_]{0,47}$"
UID_PATTERN = "^[a-z0-9]{4,20}$"
_NAME = re.compile(NAME_PATTERN[1:-1])

SYSTEM_SOLUTION = "system"
SYSTEM_ENTITIES = frozenset(
    {"user", "role", "department", "file", "comment", "group", "share", "deputy", "erasure"}
)
RESERVED_FIELDS = (frozenset(SYSTEM_FIELDS) - {"position"}) | frozenset(
    "me my record old new this and or not in is like between as by where true false null".split()  # noqa: SIM905
)

_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch  y  e yu ya i yi ye g".split(" "),  # noqa: SIM905
        strict=True,
    )
)


def is_name(text: str) -> bool:
    """Whether the text has the form of a name: ``[a-z][a-z0-9_]{0,47}``."""
    return _NAME.fullmatch(text) is not None


def transliterate(text: str) -> str:
    """The name nearest to any text: Cyrillic in Latin letters, the rest as ``_``; empty when nothing is left."""
    latin = "".join(_CYRILLIC.get(c, c) for c in text.lower())
    words = re.sub(r"[^a-z0-9]+", "_", latin).strip("_")
    if words and not words[0].isalpha():
        words = f"n{words}"
    return words[:48].rstrip("_")


def first_uids(*parts: str) -> Iterator[str]:
    """Uids for a thing that had none, from what and where it is: the same every time; the first free one is taken."""
    attempt = 0
    while True:
        text = "/".join((*parts, *([str(attempt)] if attempt else ())))
        yield base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:10]
        attempt += 1
