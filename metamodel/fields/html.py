"""HTML of rich texts: cleaned to what the editor makes, and read as plain words."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from html.parser import HTMLParser

import nh3

TAGS = frozenset(
    [
        "p",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "a",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "s",
        "del",
        "code",
        "pre",
        "blockquote",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "img",
    ]
)
"""What a rich text is made of: headings, lists, links, marks, quotes, code, tables, pictures of own files."""

_ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}, "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_GONE = {"script", "style", "template", "title", "noscript", "iframe", "object", "svg", "math"}
_OWN_FILE = re.compile(r"/files/[A-Za-z0-9._~%/-]{1,300}")
_NO_PICTURE = re.compile(r"<img(?![^>]* src=)[^>]*>")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_CLOSED_BY_OTHERS = frozenset(
    [
        "p",
        "li",
        "dd",
        "dt",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "br",
        "hr",
        "img",
        "col",
        "input",
    ]
)
"""Elements that hold nothing, or that the next one of their kind ends."""
DEEPEST = 400
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_BLOCKS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "li", "pre", "blockquote", "tr", "hr", "table", "ul", "ol", "br", "div"]
)


def clean_html(text: str) -> str:
    """The part of an HTML text that is harmless and that the editor knows; the same text when cleaned again.

    Links leave with ``rel="noopener nofollow"``; a picture stays only with an address under ``/files/``.
    """
    cleaned = nh3.clean(
        text, tags=set(TAGS), attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        clean_content_tags=_GONE, url_schemes=set(_SCHEMES), link_rel="noopener nofollow",
        attribute_filter=_attribute,
    )  # fmt: skip
    return _NO_PICTURE.sub("", cleaned).strip()


def is_too_deep(text: str) -> bool:
    """Whether more elements stand open inside one another than anybody writes; a parser takes the square of it."""
    open_now: Counter[str] = Counter()
    depth = 0
    for found in _TAG.finditer(text):
        name = found[2].lower()
        if name in _CLOSED_BY_OTHERS:
            continue
        if not found[1]:
            open_now[name] += 1
            depth += 1
        elif open_now[name]:
            open_now[name] -= 1
            depth -= 1
        if depth > DEEPEST:
            return True
    return False


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        outside = ".." in value or "%2e" in value.lower()
        return value if _OWN_FILE.fullmatch(value) and not outside else None
    if name in ("colspan", "rowspan", "start"):
        return value if _COUNT.fullmatch(value) else None
    return value


def html_of(text: str) -> str:
    """A plain text as HTML: a paragraph for each part between empty lines, its lines kept."""
    parts = (part.strip("\n") for part in re.split(r"\n\s*\n", text))
    return "".join(
        f"<p>{escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in parts if part.strip()
    )


def has_content(text: str) -> bool:
    """Whether clean HTML shows anything: words, a picture, a line across."""
    return bool(plain_text(text)) or "<img " in text or "<hr" in text


def plain_text(text: str) -> str:
    """The words of an HTML text, a line for each block; what is compared, searched, and written to files."""
    reader = _Words()
    reader.feed(text)
    reader.close()
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    """Collects the words; blocks begin lines, cells are parted by a tab's width of space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.found.append("\n")
        elif tag in ("td", "th"):
            self.found.append(" ")
        elif tag == "img":
            self.found.append(f" {dict(attrs).get('alt') or ''} ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and tag != "br":
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        self.found.append(data.replace("\n", " "))
