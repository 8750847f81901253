"""Tags of an HTML template with their lines, and the same page with other tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from core.documents.reading.package import refusal, within_limit
from core.documents.reading.tags import Inside, Place, Tag, shortened, spans, within
from metamodel.messages import message

_MARKUP = re.compile(r"<[^<>]*>")
_SCRIPT = re.compile(r"<\s*(script|iframe|object|embed|frame|applet)\b", re.IGNORECASE)
_TAKING = re.compile(r"<\s*(?:img|link|image|use|source|video|audio)\b[^<>]*", re.IGNORECASE)
_ADDRESS = re.compile(r"""\b(?:src|href)\s*=\s*["']?([^"'\s)>]*)""", re.IGNORECASE)
_OF_STYLES = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])([^"'\s)>]*)""", re.IGNORECASE)
"""Patterns that never look twice at a character: a page of ten megabytes must not hold the server."""


def page_of(data: bytes) -> str:
    """The page as text; KBK5008 for what is no page, or takes something from outside."""
    within_limit(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(message("The page is not in UTF-8: save it in this encoding.")) from error
    if "\0" in text:
        raise refusal(message("This is no HTML page."))
    for found in _SCRIPT.finditer(text):
        raise refusal(
            message("The page has <{tag}> in line {line}: a document runs nothing, remove it.",
                    tag=found[1].lower(), line=_line(text, found.start()))
        )  # fmt: skip
    for at, address in _taken(text):
        if address and not address.startswith(("data:", "#", "{{", "{%")):
            raise refusal(
                message("Line {line}: the page takes {address} from outside. Put the picture or font itself in, as data:.",
                        line=_line(text, at), address=address[:100])
            )  # fmt: skip
    return text


def _taken(text: str) -> Iterator[tuple[int, str]]:
    """The addresses that a page would take something from, with their places."""
    for tag in _TAKING.finditer(text):
        yield from ((tag.start(), found[1]) for found in _ADDRESS.finditer(tag[0]))
    yield from ((found.start(), found[1]) for found in _OF_STYLES.finditer(text))


def tags_of(data: bytes) -> tuple[Tag, ...]:
    """The tags of a page in their order."""
    text = page_of(data)
    lines = text.splitlines()
    made: list[Tag] = []
    line = at = 0
    for number, span in enumerate(within(spans(text, strays=False))):
        line, at = line + text.count("\n", at, span.start), span.start
        near = shortened(_MARKUP.sub(" ", lines[line][:2_000])) if line < len(lines) else ""
        made.append(
            Tag(
                number=number,
                text=" ".join(text[span.start : span.end].splitlines()),
                kind=span.kind,
                place=Place(part="page", paragraph=line + 1, near=near),
                inside=Inside(part="page"),
            )
        )
    return tuple(made)


def rewritten(data: bytes, texts: Mapping[int, str]) -> bytes:
    """The same page with other texts for some tags, by their numbers."""
    text = page_of(data)
    for number, span in reversed(list(enumerate(spans(text, strays=False)))):
        if number in texts:
            text = text[: span.start] + texts[number] + text[span.end :]
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return mark + text.encode()


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
