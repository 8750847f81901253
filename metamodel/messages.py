"""Messages to people: an English text with named parameters, translated only when it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A text for people that is not yet in anybody's language.

    ``text`` is the English original and the key of the catalogues (``core/i18n``); parameters stand in it as
    ``{name}``. A parameter may be a `Label` or another `Message`: it is rendered in the same language.
    """

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The English text, for logs and the command line of an English-speaking administrator."""
        return self.text.format(**self.parameters) if self.parameters else self.text


def message(text: str, /, **parameters: Any) -> Message:
    """A `Message`; catalogue extraction looks for calls of this very name with a literal first argument."""
    return Message(text, parameters)
