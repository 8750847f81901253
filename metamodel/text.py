"""Folding: the form of a text by which it is compared, sorted and found; and numbers that are written in it."""

from __future__ import annotations

import unicodedata

FOLD_VERSION = 1
"""Goes up whenever `fold` gives another answer for some text: stored keys must then be made again."""

KEY_LENGTH = 200
"""Characters of a folded text that sorting looks at."""

LARGEST = 2**63 - 1
"""The largest id and version."""


def fold(text: str) -> str:
    """``text`` without differences of case, width, ё and е: NFKC, casefold, ё to е, NUL removed."""
    if text.isascii():  # nothing but case and NUL to fold
        return text.lower().replace("\0", "")
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").replace("\0", "")


def number_of(text: str | None) -> int | None:
    """A whole number above zero in plain digits, as ids and versions are written; None for anything else."""
    if not text or not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))):
        return None
    found = int(text)
    return found if 0 < found <= LARGEST else None
