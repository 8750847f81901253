"""Texts of one language: messages, labels, numbers and dates for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.i18n import formats
from core.i18n.catalogue import Catalogue, catalogue, folders
from metamodel.labels import LANGUAGES, Label
from metamodel.messages import Message

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything a page, an answer or a terminal needs to speak one language; shared, `texts` gives it."""

    language: str
    catalogue: Catalogue

    def gettext(self, text: str) -> str:
        """The translation of an English text, or the text itself."""
        return self.catalogue.single.get(text, text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The form of a text that goes with ``count``."""
        forms = self.catalogue.plural.get(singular)
        if forms is None:
            return singular if count == 1 else plural
        return forms[min(self.catalogue.form(count), len(forms) - 1)]

    def render(self, words: Message | Label | str | None) -> str:
        """A message with its parameters, or a label, in this language; other strings are data and stay as they are.

        A message whose entry in the catalogue has plural forms takes the one of its parameter ``count``.
        """
        if words is None:
            return ""
        if isinstance(words, Label):
            return words.in_language(self.language)
        if isinstance(words, str):
            return words
        return self._fill(self._pattern(words), words.parameters)

    def phrase(self, text: str, /, **parameters: Any) -> str:
        """A text with parameters at once; what ``_("…", name=value)`` does in a template."""
        return self.render(Message(text, parameters))

    def _pattern(self, words: Message) -> str:
        count = words.parameters.get("count")
        if isinstance(count, int) and words.text in self.catalogue.plural:
            return self.ngettext(words.text, words.text, count)
        return self.gettext(words.text)

    def _fill(self, pattern: str, parameters: Mapping[str, Any]) -> str:
        if not parameters:
            return pattern
        return pattern.format(**{name: self._parameter(value) for name, value in parameters.items()})

    def _parameter(self, value: Any) -> Any:
        if isinstance(value, Message | Label):
            return self.render(value)
        if isinstance(value, Decimal):
            return self.number(value)
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, date):
            return self.date(value)
        if isinstance(value, list | tuple):
            return ", ".join(str(self._parameter(item)) for item in value)
        return value

    def number(self, value: Decimal | int | None, scale: int | None = None) -> str:
        """``1 234,50``; ``scale`` digits after the point, or those the value has."""
        return "" if value is None else formats.format_number(self.language, value, scale)

    def money(self, value: Decimal | int | None, currency: str | None, scale: int = 2) -> str:
        """``1 234,50 ₽``."""
        return "" if value is None else formats.format_money(self.language, value, currency, scale)

    def currency(self, code: str) -> str:
        """The sign of a currency, for templates that set it paler than the figure."""
        return formats.currency_sign(self.language, code)

    def percent(self, value: Decimal | int | None, scale: int = 0) -> str:
        """``20 %`` of 0.20; without a scale, as many digits as it has."""
        return "" if value is None else formats.format_percent(self.language, value, scale)

    def date(self, value: date | None) -> str:
        """``21.11.2026``."""
        return "" if value is None else formats.format_day(self.language, value)

    def datetime(self, value: datetime | None, zone: ZoneInfo, *, seconds: bool = False) -> str:
        """``21.11.2026 14:30`` on the clock of ``zone``."""
        return "" if value is None else formats.format_instant(self.language, value, zone, seconds=seconds)

    def time(self, value: time | None) -> str:
        """``14:30``."""
        return "" if value is None else formats.format_clock(self.language, value)

    def template_globals(self) -> dict[str, Any]:
        """What a template's context needs for ``_("…")``, ``{% trans %}`` and formats."""
        return {
            "_": self.phrase,
            "gettext": self.gettext,
            "ngettext": self.ngettext,
            "texts": self,
            "language": self.language,
        }


def texts(language: str) -> Texts:
    """The texts of a language; an unknown one is English."""
    return _texts(language if language in LANGUAGES else DEFAULT_LANGUAGE, folders())


@cache
def _texts(language: str, _: tuple[Path, ...]) -> Texts:
    return Texts(language, catalogue(language))


_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


def best_language(accepted: str | None, default: str = DEFAULT_LANGUAGE) -> str:
    """The language of ours that an ``Accept-Language`` header (RFC 9110, 12.5.4) likes most."""
    best, weight = default, 0.0
    for part in (accepted or "")[:500].split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        name, quality = found[1].lower(), float(found[2] or 1)
        if name in LANGUAGES and quality > weight:
            best, weight = name, quality
    return best
