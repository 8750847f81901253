"""Where in a record a search was found: a piece of the first text that holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.query.query import Link
from core.query.searching.marks import marks
from core.storage.search.asked import Reading, asked
from core.storage.search.words import line
from metamodel.fields.base import Context
from metamodel.fields.html import plain_text
from metamodel.model import Field

BEFORE, WHOLE = 40, 160
"""Characters that stand before the first thing that was found, and those of the whole piece."""

_PLAIN = Context(medium="text")


def excerpt(fields: Sequence[Field], item: Mapping[str, Any], text: str, title: str) -> str:
    """A piece of the text that holds most of what was looked for; "" when none of them does, or the title does alone."""
    sought = asked(text)
    if _holds(title, sought.readings):
        return ""
    texts = [as_read(field, item.get(field.name)) for field in fields]
    if _holds(title, sought.others) and not any(_holds(written, sought.readings) for written in texts):
        return ""
    best, most = "", 0
    for written in texts:
        found = sum(segment.marked for segment in marks(written, text))
        if found > most:
            best, most = piece(written, text), found
    return best


def _holds(written: str, readings: Sequence[Reading]) -> bool:
    """Whether the text alone is what is searched for, in one of these ways to understand it."""
    searched = line([written])
    return any(all(any(form in searched for form in term) for term in reading) for reading in readings)


def piece(written: str, text: str) -> str:
    """The text from a little before what was found in it, on one line."""
    start = 0
    for segment in marks(written, text):
        if segment.marked:
            break
        start += len(segment.text)
    begin = max(0, start - BEFORE)
    if begin:
        space = written.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
    cut = " ".join(written[begin : begin + WHOLE].split())
    return ("… " if begin else "") + cut + (" …" if begin + WHOLE < len(written) else "")


def as_read(field: Field, value: Any) -> str:
    """The text of a value as people read it; "" of what is no text."""
    if value is None:
        return ""
    if isinstance(value, Link):
        return "" if value.hidden else value.title
    if not isinstance(value, str):
        return ""
    if field.type.column_type(field).html:
        return plain_text(value)
    return str(field.type.format(field, value, _PLAIN)) if field.type.name == "phone" else value
