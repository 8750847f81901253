"""What a document says of itself: ``doc`` in templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class DocFacts:
    """Number and date of a document, its name and the version of its template; a preview has no number."""

    number: str | None
    date: date
    name: str = ""
    version: str | int = ""
    preview: bool = False
