"""Texts as they may be stored: no NUL, no control characters, no halves of characters, within a length and a pattern."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.messages import message

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ANY_CONTROL_OF_A_LINE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")

_HALVES = re.compile(r"[\ud800-\udfff]")

_BLANK = " \t\r\n\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\u00ad\u200b\u200c\u200d\u2060\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What shows nothing."""


def clean_text(raw: Any, context: Context, *, longest: int, lines: bool) -> str | None:
    """The text of ``raw``, None for empty or when all of it is blank. A form's text loses the spaces around it; ends
    of lines become ``\\n``, or a space where a cell of a table is broken into lines and the field has one."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise ValueRefused("KBK3002", message("A text is expected."))
    text = raw.strip() if context.medium == "form" else raw
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    elif context.medium == "csv" and ("\n" in text or "\r" in text):
        text = " ".join(filter(None, map(str.strip, text.splitlines())))
    if not text.strip(_BLANK):
        return None
    if len(text) > longest:
        raise ValueRefused(
            "KBK3003",
            message(
                "At most {longest} characters, this text has {length}.", longest=longest, length=len(text)
            ),
        )
    if (_CONTROL if lines else _ANY_CONTROL_OF_A_LINE).search(text):
        raise ValueRefused("KBK3003", message("Control characters are not allowed."))
    if not text.isascii() and _HALVES.search(text):
        raise ValueRefused("KBK3003", message("The text holds half of a character (an unpaired surrogate)."))
    return text


_DIGITS = re.compile(r"(?:\[0-9\]|\\d)\{[0-9]+\}")
"""A pattern of so many digits, which is better said in words."""


def check_pattern(text: str, pattern: str) -> None:
    """Refuse a text that as a whole is not of the pattern, in time linear in its length."""
    if not _matcher(pattern).is_valid(text):
        if all(_DIGITS.fullmatch(each) for each in pattern.split("|")):
            counts = " / ".join(each[each.index("{") + 1 : -1] for each in pattern.split("|"))
            raise ValueRefused(
                "KBK3003",
                message("Digits are expected and nothing else, this many: {counts}.", counts=counts),
            )
        raise ValueRefused("KBK3003", message("The text is not of the form {pattern}.", pattern=pattern))


def pattern_fault(pattern: str) -> bool:
    """Whether the pattern cannot be used: not a regular expression, or not one of linear time."""
    try:
        _matcher(pattern)
    except (ValidationError, ValueError):
        return True
    return False


@lru_cache(maxsize=1000)
def _matcher(pattern: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"pattern": f"^(?:{pattern})$"}, pattern_options=RegexOptions(size_limit=1_000_000)
    )
