"""Words, numbers and dates in the reader's language: catalogues of translations and formats for screens."""

from __future__ import annotations

from core.i18n.texts import DEFAULT_LANGUAGE, Texts, best_language, texts

__all__ = ["DEFAULT_LANGUAGE", "Texts", "best_language", "texts"]
