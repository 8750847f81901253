"""The shared texts of a workbook."""

from __future__ import annotations

import re
from xml.parsers import expat

from core.records.importing.formats.package import MOST_UNPACKED, Package
from core.records.importing.formats.refusals import too_long
from core.records.importing.formats.source import MOST_IN_CELL
from core.records.importing.formats.spill import Texts

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_strings(package: Package, part: str) -> Texts:
    """All texts that the cells name by number: the runs of one joined, what tells how to pronounce it left out."""
    texts = Texts()
    reader = _Reader(texts)
    try:
        package.parse(part, reader.prepare, MOST_UNPACKED)
    except BaseException:
        texts.close()
        raise
    return texts


def unescaped(text: str) -> str:
    """`_x000D_` and its like as the characters they stand for."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class _Reader:
    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._parts: list[str] = []
        self._size = 0
        self._taking = False
        self._sounds = 0

    def prepare(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _start(self, name: str, _: object) -> None:
        if name.endswith(" t"):
            self._taking = not self._sounds
        elif name.endswith(" si"):
            self._parts.clear()
            self._size = 0
        elif name.endswith(" rPh"):
            self._sounds += 1

    def _text(self, text: str) -> None:
        if self._taking:
            self._parts.append(text)
            self._size += len(text)
            if self._size > MOST_IN_CELL:
                raise too_long(len(self._texts) + 1)

    def _end(self, name: str) -> None:
        if name.endswith(" t"):
            self._taking = False
        elif name.endswith(" si"):
            self._texts.add(unescaped("".join(self._parts)))
        elif name.endswith(" rPh"):
            self._sounds -= 1
