"""Faults mended in one press: the same template with what the repair says."""

from __future__ import annotations

from core.documents.checking.faults import Repair
from core.documents.reading import rewritten, tags_of
from core.documents.reading.closing import closed
from metamodel.documents import Format


def repaired(format: Format, data: bytes, repair: Repair) -> bytes:
    """The template with a repair made; what Word keeps twice is mended twice."""
    texts = dict(repair.texts)
    if texts and format == "docx":
        tags = {tag.number: tag for tag in tags_of(format, data)}
        said = {tags[number].text: text for number, text in texts.items() if number in tags}
        texts |= {tag.number: said[tag.text] for tag in tags.values() if tag.twin and tag.text in said}
    made = rewritten(format, data, texts) if texts else data
    return closed(made, repair.closing) if repair.closing and format == "docx" else made
