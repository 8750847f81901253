"""Sizes of files as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from core.i18n import Texts
from core.i18n.formats import format_number
from metamodel.messages import Message, message

_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1024


def size_words(texts: Texts, size: int) -> str:
    """``1,4 MB``: three figures at most."""
    value, unit = Decimal(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    digits = 1 if value < 10 and unit else 0
    shown = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return texts.render(_words(unit, format_number(texts.language, shown, digits if shown % 1 else 0)))


def _words(unit: int, size: str) -> Message:
    match _UNITS[unit]:
        case "B":
            return message("{size} B", size=size)
        case "KB":
            return message("{size} KB", size=size)
        case "MB":
            return message("{size} MB", size=size)
        case "GB":
            return message("{size} GB", size=size)
        case _:
            return message("{size} TB", size=size)
