"""Labels: what a definition is called on screens, in Russian and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Label:
    """A text in the languages of `LANGUAGES`; a language that is absent shows the other one."""

    ru: str | None = None
    en: str | None = None

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """The text in ``language``, or in the other one, or empty."""
        first, second = (self.ru, self.en) if language == "ru" else (self.en, self.ru)
        return first or second or ""


def make_label(written: str | Mapping[str, str] | None, default: str = "") -> Label:
    """The label of what stands in a definition: one string for both languages, ``{ru, en}``, or ``default``."""
    if written is None:
        return Label(ru=default, en=default)
    if isinstance(written, str):
        return Label(ru=written, en=written)
    return Label(ru=written.get("ru"), en=written.get("en"))
