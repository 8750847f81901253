"""Tags of a template as they stand in it: what is between ``{{ }}``, ``{% %}`` and ``{# #}``, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from core.errors import KubikError
from metamodel.messages import Message, message

Kind = Literal["value", "block", "comment", "unclosed", "mixed", "stray"]
"""What a tag is; ``unclosed``, ``mixed`` (opened as one thing, closed as another) and ``stray`` (a closing alone) are
faults."""

Part = Literal["body", "header", "footer", "footnotes", "endnotes", "properties", "page"]

_MARK = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_KINDS: dict[str, Kind] = {"{{": "value", "{%": "block", "{#": "comment"}
_HALF = re.compile(r"[^{}%#]{0,200}(?:\}|%(?!\})|\})")
_SIMPLE = re.compile(r"[-+]?(?:p |r |tr |tc )?\s*[^\W\d][\w.]*(?:\s*\|\s*[^\W\d]\w*(?:\([^()]*\))?)*")
LONGEST = 120
MOST_TAGS = 5_000
LONGEST_TAG = 4_000
"""Characters of one tag."""


@dataclass(frozen=True, slots=True)
class Span:
    """A tag in a text: from where to where."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a tag stands: the part of the document, its paragraph there (of a page: its line), in which row of which
    table, and the text around it."""

    part: Part = "body"
    paragraph: int = 1
    table: int | None = None
    row: int | None = None
    box: bool = False
    hidden: bool = False
    """Whether it stands in what is not printed as text: the description of a picture, the address of a link."""
    near: str = ""

    def words(self) -> Message:
        """The place for people."""
        if self.part == "page":
            return message("line {line}", line=self.paragraph)
        where = _WHERE[self.part]
        if self.hidden:
            return message("{part}, in the properties of a picture or link", part=where)
        if self.box:
            return message("{part}, in a text box", part=where)
        if self.table is not None:
            return message("{part}, table {table}, row {row}", part=where, table=self.table, row=self.row)
        return message("{part}, paragraph {number}", part=where, number=self.paragraph)


_WHERE: dict[str, Message] = {
    "body": message("text"),
    "header": message("header"),
    "footer": message("footer"),
    "footnotes": message("footnotes"),
    "endnotes": message("endnotes"),
    "properties": message("properties of the file"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The things a tag stands in, by numbers that tell one from another: what begins and ends in different ones of them
    cannot be repeated or left out. None where there is no such thing."""

    part: str
    paragraph: int | None = None
    box: int | None = None
    cell: int | None = None
    row: int | None = None
    table: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag as it is written (``text``, quotes made straight), its number in the template and where it stands.

    ``twin`` marks one that Word keeps a second time for older programs.
    """

    number: int
    text: str
    kind: Kind
    place: Place
    inside: Inside
    twin: bool = False
    edited: bool = False
    """Whether a part of it is a tracked change."""


def spans(text: str, *, strays: bool = True) -> Iterator[Span]:
    """The tags of a text in their order; ``strays`` says whether a closing alone is a fault (in CSS it is none)."""
    at = 0
    while (mark := _MARK.search(text, at)) is not None:
        opening = mark[0]
        if opening not in _CLOSING:
            if strays:
                yield Span(mark.start(), mark.end(), "stray")
            at = mark.end()
            continue
        start, closing = mark.start(), _CLOSING[opening]
        if opening == "{#":
            end = text.find(closing, start + 2)
            span = Span(start, end + 2 if end >= 0 else len(text), "comment" if end >= 0 else "unclosed")
        else:
            span = _tag(text, start, opening, closing)
        yield span
        at = span.end


def within(found: Iterable[Span], before: int = 0) -> Iterator[Span]:
    """The tags, when there are not too many; KBK5008."""
    for number, span in enumerate(found, before + 1):
        if number > MOST_TAGS:
            raise KubikError("KBK5008", message("The template has more than {most} tags.", most=MOST_TAGS))
        if span.end - span.start > LONGEST_TAG:
            yield Span(span.start, span.end, "unclosed")
        else:
            yield span


def _tag(text: str, start: int, opening: str, closing: str) -> Span:
    mark = _MARK.search(text, start + 2)
    if mark is not None and mark[0] == closing:
        return Span(start, mark.end(), _KINDS[opening])
    if mark is not None and mark[0] in ("}}", "%}"):
        return Span(start, mark.end(), "mixed")
    limit = mark.start() if mark is not None else len(text)
    half = _HALF.match(text, start + 2, limit)
    if half is not None:
        return Span(start, half.end(), "unclosed")
    simple = _SIMPLE.match(text, start + 2, limit)
    return Span(start, simple.end() if simple is not None and opening == "{{" else limit, "unclosed")


def straightened(text: str) -> str:
    """The tag with straight quotes in place of Word's round English ones, as the renderer reads it."""
    return text.translate(_STRAIGHT)


_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\xa0": " ", "\n": " ", "\r": " "})


def shortened(text: str, most: int = LONGEST) -> str:
    """The text on one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
