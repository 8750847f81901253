"""What a record is called before people: its title, or words when it has none; never its number inside."""

from __future__ import annotations

from core.i18n import Texts


def title_words(title: str | None, record: int | None, texts: Texts) -> str:
    """The title; of a record without one (the engine then gives ``#7``) words that say so."""
    if not title or title == f"#{record}":
        return texts.gettext("no title")
    return title
