"""Rows of a sheet by patterns, where its XML is of the shape that nearly all programs write; the rest goes to the parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from core.records.importing.formats.source import MOST_IN_CELL

if TYPE_CHECKING:
    from core.records.importing.formats.xlsx.sheet import Reader

_ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)\s*", re.DOTALL)
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d{1,7}"(?: s="(\d{1,5})")?(?: t="(n|s|b|e|d|str|inlineStr)")?\s*'
    r"(?:/>|>(<f\b[^>]*?(?:/>|>[^<]*</f>))?"
    r'(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>|<v/>)?</c>)'
)
_NUMBER = re.compile(r'\sr="(\d{1,7})"')
_HIDDEN = re.compile(r'\shidden="(?:1|true)"')
_STRANGE = re.compile("[&\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What stands for something else, or must not stand in XML at all."""
_ENCODING = re.compile(rb"""encoding=["']([^"']+)""")
_LONGEST_HEAD = 1024 * 1024
_LONGEST_ROW = 2 * MOST_IN_CELL


class Quick:
    """Takes the pieces of a sheet; the parser sees everything but the rows that a pattern has read."""

    def __init__(self, reader: Reader, parser: expat.XMLParserType) -> None:
        self._reader, self._parser = reader, parser
        self._rest = b""
        self._within = False
        self._plain = True

    def take(self, piece: bytes) -> None:
        """One more piece."""
        if not self._plain:
            self._parser.Parse(piece, False)
            return
        self._rest += piece
        if not self._within and not self._begun():
            return
        end = self._rest.rfind(b"</row>") + len(b"</row>")
        if end < len(b"</row>"):
            if len(self._rest) > _LONGEST_ROW:
                self._give_up()
            return
        some, self._rest = self._rest[:end], self._rest[end:]
        if b"<!" in some or b"<?" in some:
            self._rest = some + self._rest
            self._give_up()
            return
        left = self._rows(some.decode("utf-8"))
        if left is not None:
            self._rest = left.encode("utf-8") + self._rest
            self._give_up()

    def finish(self) -> None:
        """The end of the part."""
        self._give_up()
        self._parser.Parse(b"", True)

    def _begun(self) -> bool:
        """Whether the rows have begun; what stands before them is the parser's."""
        at = self._rest.find(b"<sheetData>")
        if at < 0:
            if len(self._rest) > _LONGEST_HEAD:
                self._give_up()
            return False
        head = self._rest[: at + len(b"<sheetData>")]
        encoding = _ENCODING.search(head[:200])
        if (
            encoding is not None
            and encoding[1].lower() != b"utf-8"
            or b"<worksheet" not in head
            or b"<!" in head
        ):
            self._give_up()
            return False
        self._parser.Parse(head, False)
        self._rest = self._rest[len(head) :]
        self._within = True
        return True

    def _give_up(self) -> None:
        """From here on everything goes to the parser."""
        self._plain = False
        rest, self._rest = self._rest, b""
        self._parser.Parse(rest, False)

    def _rows(self, text: str) -> str | None:
        """The rows of a text that ends with one; what is left of it when something else stands there."""
        at, strange = len(text) - len(text.lstrip()), _STRANGE.search(text) is not None
        while at < len(text):
            row = _ROW.match(text, at)
            if row is None:
                return text[at:]
            at = row.end()
            if not self._row(row[1], row[2] or "", strange):
                self._parser.Parse(row[0].encode("utf-8"), False)
        return None

    def _row(self, attributes: str, body: str, strange: bool) -> bool:
        number = _NUMBER.search(attributes)
        if number is None or len(body) > MOST_IN_CELL or (strange and _STRANGE.search(body) is not None):
            return False
        cells = _CELL.findall(body)
        if len(cells) != body.count("<c"):
            return False
        self._reader.usual(int(number[1]), _HIDDEN.search(attributes) is not None, cells)
        return True
