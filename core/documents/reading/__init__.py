"""Templates as they are written: their tags with their places, and the same file with other tags."""

from __future__ import annotations

from collections.abc import Mapping

from core.documents.reading import docx, html
from core.documents.reading.tags import Inside, Place, Tag
from metamodel.documents import Format

__all__ = ["Inside", "Place", "Tag", "rewritten", "tags_of"]


def tags_of(format: Format, data: bytes) -> tuple[Tag, ...]:
    """The tags of a template in their order; KBK5008 for a file that cannot be taken."""
    return docx.tags_of(data) if format == "docx" else html.tags_of(data)


def rewritten(format: Format, data: bytes, texts: Mapping[int, str]) -> bytes:
    """The same file with other texts for some tags, by their numbers: formatting and all else stay."""
    return docx.rewritten(data, texts) if format == "docx" else html.rewritten(data, texts)
