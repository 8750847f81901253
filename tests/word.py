"""Word files for tests: paragraphs, split into runs where ``¦`` stands, tables, a header and a footer."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from docx import Document


def word(
    *paragraphs: str,
    table: Sequence[Sequence[str]] = (),
    header: str = "",
    footer: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A document; ``parts`` are put into the archive beside its own, or in their place."""
    made: Any = Document()
    for text in paragraphs:
        _runs(made.add_paragraph(), text)
    if table:
        grid = made.add_table(rows=len(table), cols=max(len(row) for row in table))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=False):
                _runs(cell.paragraphs[0], text)
    if header:
        _runs(made.sections[0].header.paragraphs[0], header)
    if footer:
        _runs(made.sections[0].footer.paragraphs[0], footer)
    written = io.BytesIO()
    made.save(written)
    return repacked(written.getvalue(), parts or {})


def _runs(paragraph: Any, text: str) -> None:
    for index, piece in enumerate(text.split("¦")):
        paragraph.add_run(piece).bold = bool(index % 2)


def repacked(data: bytes, parts: Mapping[str, str | bytes]) -> bytes:
    """The archive with other or more parts."""
    if not parts:
        return data
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info, old.read(info))
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def part(data: bytes, name: str = "word/document.xml") -> str:
    """A part of the file as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def words_in(data: bytes, name: str = "word/document.xml") -> list[str]:
    """The texts of the paragraphs of a part."""
    found = re.findall(r"<w:p[ >].*?</w:p>", part(data, name), re.DOTALL)
    return ["".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", each)) for each in found]


@cache
def plain() -> bytes:
    """An empty document."""
    return word("Hello")
