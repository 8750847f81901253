"""Named formats of text: ``format: inn`` says what a text is, how it is read, kept and shown."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar

from metamodel.fields.plugged import plugged
from metamodel.labels import Label

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")


class TextFormat(ABC):
    """A form that texts have, with what a regular expression cannot say. One instance a format, no state."""

    name: ClassVar[str]
    label: ClassVar[Label]
    pattern: ClassVar[str]
    """A regular expression of what is kept, for JSON Schema; the whole text is of it."""

    @abstractmethod
    def read(self, text: str) -> str:
        """The text as it is kept, of any usual spelling; raises `ValueRefused` (KBK3003) with what is wrong."""

    def show(self, text: str) -> str:
        """A kept text as people write it."""
        return text


def is_format_name(written: str) -> bool:
    """Whether what stands in ``format`` is a name: anything else is a regular expression."""
    return _NAME.fullmatch(written) is not None


def text_formats() -> dict[str, TextFormat]:
    """Every named format by its name."""
    return {one.name: one for one in plugged().formats}


def text_format(written: str | None) -> TextFormat | None:
    """The named format of what stands in ``format``; None for a regular expression or nothing."""
    if written is None or not is_format_name(written):
        return None
    return next((one for one in plugged().formats if one.name == written), None)
