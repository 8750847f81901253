"""Folding: the form of a text by which it is compared, sorted and found."""

from __future__ import annotations

import unicodedata

FOLD_VERSION = 1
"""Goes up whenever `fold` gives another answer for some text: stored keys must then be made again."""

KEY_LENGTH = 200
"""Characters of a folded text that sorting looks at."""


def fold(text: str) -> str:
    """``text`` without differences of case, width, ё and е: NFKC, casefold, ё to е, NUL removed."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").replace("\0", "")
