"""A tag taken apart: its prefix for rows, cells and paragraphs, its word, and what Jinja reads of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.documents.reading.tags import Tag
from metamodel.documents import Format

_PREFIX = re.compile(r"(\{%|\{\{)(tr|tc|p|r) ")
_SPECIAL = re.compile(r"\{%(\s*)(colspan|cellbg)\s+([^%]*)%\}")
_MERGE = re.compile(r"\{%\s*[vh]m\s*%\}")
_WORD = re.compile(r"\{%[-+]?\s*([^\W\d]\w*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """``source`` is what Jinja reads; a place in it stands ``shift`` characters later in the tag's own text."""

    tag: Tag
    prefix: str
    word: str
    """Of a block its first word; empty for a value."""
    source: str
    shift: int
    body: str
    """What stands between the braces, without the prefix."""
    special: str = ""
    """``colspan``, ``cellbg``, ``vm`` or ``hm``: what docxtpl adds to Jinja."""


def taken_apart(tag: Tag, format: Format) -> Written:
    """The parts of a whole tag."""
    text = tag.text
    if tag.kind == "comment":
        return Written(tag=tag, prefix="", word="", source="", shift=0, body="")
    if format == "docx":
        merged = _MERGE.fullmatch(text)
        if merged is not None:
            special = "vm" if "v" in text else "hm"
            return Written(
                tag=tag, prefix="", word="", source="{{ loop.first }}", shift=0, body=special, special=special
            )
        special_ = _SPECIAL.fullmatch(text)
        if special_ is not None:
            body = special_[3]
            return Written(
                tag=tag, prefix="", word="", source="{{ " + body + "}}", shift=special_.start(3) - 3, body=body,
                special=special_[2],
            )  # fmt: skip
    found = _PREFIX.match(text) if format == "docx" else None
    prefix = found[2] if found is not None else ""
    source = text[:2] + text[2 + len(prefix) :]
    word = ""
    if tag.kind == "block":
        named = _WORD.match(source)
        word = (named[1] if named else None) or ""
    body = source[2:-2].strip("-+ ") if len(source) >= 4 else ""
    return Written(tag=tag, prefix=prefix, word=word, source=source, shift=len(prefix), body=body)
