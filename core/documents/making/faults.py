"""What goes wrong while a template is rendered, with its place; it travels as JSON from the child to the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from metamodel.labels import Label
from metamodel.messages import Message

NEAR = 80

LONGEST = 200
"""Characters of a text in a fault: a template may make one of a million."""


class TemplateFault(Exception):
    """A fault of a template or of what it does with its values; ``place`` is added where it is known."""

    def __init__(self, why: Message, place: Message | None = None, near: str = "") -> None:
        self.why, self.place, self.near = why, place, near
        super().__init__(str(why))


def near(source: str, line: int | None) -> str:
    """The words of a line of a template's source, without markup."""
    lines = source.splitlines()
    if line is None or not 0 < line <= len(lines):
        return ""
    words = " ".join(re.sub(r"<[^>]*>", " ", lines[line - 1]).split())
    return words if len(words) <= NEAR else words[: NEAR - 1] + "…"


def written(value: Any) -> Any:
    """A message, a label or a plain value as JSON."""
    if isinstance(value, Message):
        return {"text": value.text, "with": {name: written(each) for name, each in value.parameters.items()}}
    if isinstance(value, Label):
        return {"ru": value.ru, "en": value.en}
    if isinstance(value, list | tuple | set | frozenset):
        return [written(each) for each in value]
    if isinstance(value, int | float | bool | None):
        return value
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def read(value: Any) -> Any:
    """The contrary of `written`."""
    match value:
        case {"text": str() as text, "with": Mapping() as parameters}:
            return Message(text, {name: read(each) for name, each in parameters.items()})
        case {"ru": ru, "en": en}:
            return Label(ru=ru, en=en)
        case list():
            return [read(each) for each in value]
    return value
