"""Formatted text as WordprocessingML: paragraphs with headings, lists, quotes and tables; runs with marks and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from markupsafe import escape

_MARKS = {
    "b": "<w:b/>", "strong": "<w:b/>", "i": "<w:i/>", "em": "<w:i/>", "u": '<w:u w:val="single"/>', "s": "<w:strike/>", "del": "<w:strike/>",
    "code": '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>',
    "a": '<w:color w:val="0563C1"/><w:u w:val="single"/>',
}  # fmt: skip
_ORDER = ("<w:rFonts", "<w:b/>", "<w:i/>", "<w:strike/>", "<w:color", "<w:sz", "<w:u")
"""In which order properties of a run must stand."""

_SIZES = {"h1": 32, "h2": 28, "h3": 26, "h4": 24}
_BULLETS = ("•", "◦", "▪")
_INDENT = 360
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "li", "pre", "blockquote", "tr", "hr", "td", "th", "table", "div")


def paragraphs(html: str, template: Any) -> str:
    """The paragraphs of a formatted text; at least one, since a cell must end with one."""
    maker = _Maker(template)
    maker.feed(html)
    maker.close()
    maker.end()
    return "".join(maker.made) or "<w:p/>"


def runs(html: str, template: Any) -> str:
    """The same within one paragraph: what parts paragraphs is a line break."""
    maker = _Maker(template)
    maker.feed(html)
    maker.close()
    maker.end()
    return "<w:r><w:br/></w:r>".join(maker.inner)


@dataclass(slots=True)
class _List:
    numbered: bool
    count: int = 0


@dataclass(slots=True)
class _Block:
    """Where words go: its kind, and whether a mark of a list stands before them."""

    kind: str = "p"
    mark: str = ""


class _Maker(HTMLParser):
    def __init__(self, template: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[str] = []
        self.inner: list[str] = []
        self._template = template
        self._marks: list[str] = []
        self._links: list[str | None] = []
        self._lists: list[_List] = []
        self._quotes = 0
        self._block = _Block()
        self._runs: list[str] = []
        self._kept_space = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("td", "th"):
            if self._runs:
                self._runs.append("<w:r><w:tab/></w:r>")
            if tag == "th":
                self._marks.append("b")
        elif tag in _BLOCKS:
            self.end()
            self._begin(tag)
        elif tag in ("ul", "ol"):
            self.end()
            self._lists.append(_List(numbered=tag == "ol"))
        elif tag == "br":
            self._runs.append("<w:r><w:br/></w:r>")
        elif tag == "img":
            self.handle_data(given.get("alt") or "")
        elif tag in _MARKS:
            self._marks.append(tag)
            if tag == "a":
                self._links.append(given.get("href"))

    def _begin(self, tag: str) -> None:
        self._kept_space = tag == "pre"
        if tag == "blockquote":
            self._quotes += 1
        elif tag == "hr":
            self.made.append(
                '<w:p><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="auto"/></w:pBdr></w:pPr></w:p>'
            )
        elif tag == "li":
            self._block = _Block("li", self._bullet())
        else:
            self._block = _Block(tag, self._block.mark if self._block.kind == "li" else "")

    def _bullet(self) -> str:
        if not self._lists:
            return _BULLETS[0]
        last = self._lists[-1]
        last.count += 1
        return f"{last.count}." if last.numbered else _BULLETS[min(len(self._lists), len(_BULLETS)) - 1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "th" and "b" in self._marks:
            self._marks.remove("b")
        elif tag in ("td", "th"):
            pass
        elif tag in ("ul", "ol"):
            self.end()
            if self._lists:
                self._lists.pop()
        elif tag in _BLOCKS:
            self.end()
            if tag == "blockquote":
                self._quotes = max(0, self._quotes - 1)
            self._block = _Block()
            self._kept_space = False
        elif tag in self._marks:
            del self._marks[len(self._marks) - 1 - self._marks[::-1].index(tag)]
            if tag == "a" and self._links:
                self._links.pop()

    def handle_data(self, data: str) -> None:
        if not self._kept_space:
            data = _SPACE.sub(" ", data)
        if not data or (not data.strip() and not self._runs):
            return
        lines = data.split("\n") if self._kept_space else [data]
        for number, line in enumerate(lines):
            if number:
                self._runs.append("<w:r><w:br/></w:r>")
            if line:
                self._runs.append(self._run(line))

    def _run(self, text: str) -> str:
        properties = {_MARKS[mark] for mark in self._marks}
        if self._block.kind in _SIZES:
            properties |= {"<w:b/>", f'<w:sz w:val="{_SIZES[self._block.kind]}"/>'}
        whole = "".join(sorted(_parted(properties), key=_place))
        run = f'<w:r>{f"<w:rPr>{whole}</w:rPr>" if whole else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        address = self._links[-1] if self._links else None
        part = self._template.current_rendering_part
        if (
            not address
            or not hasattr(part, "relate_to")
            or not address.startswith(("http://", "https://", "mailto:", "tel:"))
        ):
            return run
        key = part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return f'<w:hyperlink r:id="{key}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{run}</w:hyperlink>'

    def end(self) -> None:
        """Close the paragraph that is open."""
        if not self._runs:
            return
        mark, deep = self._block.mark, len(self._lists)
        left = _INDENT * deep + 720 * self._quotes
        hanging = f' w:hanging="{_INDENT}"' if mark else ""
        indent = f'<w:ind w:left="{left}"{hanging}/>' if left else ""
        first = f'<w:r><w:t xml:space="preserve">{mark}</w:t></w:r><w:r><w:tab/></w:r>' if mark else ""
        stops = f'<w:tabs><w:tab w:val="left" w:pos="{left}"/></w:tabs>' if mark and left else ""
        inner = first + "".join(self._runs)
        properties = stops + indent
        self.made.append(f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>")
        self.inner.append(inner)
        self._runs = []
        if mark:
            self._block = _Block("li")


def _parted(properties: set[str]) -> set[str]:
    """Properties one by one: a link has two."""
    return {f"<{each}" for whole in properties for each in whole.split("<") if each}


def _place(one: str) -> int:
    return next((at for at, begin in enumerate(_ORDER) if one.startswith(begin)), len(_ORDER))
