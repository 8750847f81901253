"""A Word document as plain paragraphs and tables, to be looked at in a page: no fonts, its words and its tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from core.documents.reading.docx import trees_of
from core.documents.reading.package import Package, open_word, parse_part

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = (f"{_W}drawing", f"{_W}pict")
MOST = 4_000
"""Pieces that are shown; a longer document is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words that look alike; ``tag`` is the number of the tag that they are."""

    text: str
    tag: int | None = None
    bold: bool = False
    picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph; ``heading`` and ``align`` (left, center, right) are how it stands."""

    pieces: tuple[Piece, ...]
    heading: bool = False
    align: str = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells; a cell may go over several columns."""

    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    blocks: tuple[Block, ...]
    span: int = 1


Block = Paragraph | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A document: what stands above each page, its text, what stands below."""

    header: tuple[Block, ...] = ()
    body: tuple[Block, ...] = ()
    footer: tuple[Block, ...] = ()
    cut: bool = False


def sketch_of(data: bytes) -> Sketch:
    """The document as it can be looked at; KBK5008 for a file that cannot be taken."""
    package = open_word(data)
    sketcher = _Sketcher(package)
    body = tuple(sketcher.part(package.main))
    parts = {
        role: tuple(
            block
            for name, each in package.roles.items()
            if each == role and name in package.parts
            for block in sketcher.part(name)
            if not isinstance(block, Paragraph) or block.pieces
        )
        for role in ("header", "footer")
    }
    return Sketch(header=parts["header"], body=body, footer=parts["footer"], cut=sketcher.left <= 0)


class _Sketcher:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.left = MOST
        self.roots: dict[str, etree._Element] = {}
        self.marks: dict[etree._Element, list[tuple[int, int, int]]] = {}
        for tree in trees_of(package):
            self.roots[tree.name] = tree.root
            for found in tree.found:
                at = 0
                for slot in found.line.slots:
                    start, end = max(found.span.start - at, 0), min(found.span.end - at, len(slot.text))
                    at += len(slot.text)
                    if start < end and slot.attribute is None:
                        self.marks.setdefault(slot.element, []).append((start, end, found.tag.number))

    def part(self, name: str) -> Iterator[Block]:
        root = self.roots.get(name)
        if root is None:
            root = parse_part(self.package.parts[name])
        body = root.find(f"{_W}body")
        yield from self.blocks(root if body is None else body)

    def blocks(self, element: etree._Element) -> Iterator[Block]:
        for child in element:
            if self.left <= 0:
                return
            if child.tag == f"{_W}p":
                yield self.paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield Table(rows=tuple(self.row(row) for row in child.findall(f"{_W}tr")))
            elif child.tag == f"{_W}sdt":
                inside = child.find(f"{_W}sdtContent")
                if inside is not None:
                    yield from self.blocks(inside)

    def row(self, row: etree._Element) -> tuple[Cell, ...]:
        """The cells; a row of nothing but a tag, which repeats or chooses rows, is one over all columns."""
        cells = tuple(self.cell(cell) for cell in row.findall(f"{_W}tc"))
        pieces = [piece for cell in cells for piece in _pieces(cell.blocks)]
        if cells and len(pieces) == 1 and pieces[0].tag is not None:
            return (Cell(blocks=(Paragraph(pieces=tuple(pieces)),), span=sum(cell.span for cell in cells)),)
        return cells

    def cell(self, cell: etree._Element) -> Cell:
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        written = span.get(f"{_W}val", "1") if span is not None else "1"
        wide = int(written) if written.isdigit() else 1
        return Cell(blocks=tuple(self.blocks(cell)), span=max(1, min(wide, 60)))

    def paragraph(self, element: etree._Element) -> Paragraph:
        style = element.find(f"{_W}pPr/{_W}pStyle")
        align = element.find(f"{_W}pPr/{_W}jc")
        named = (style.get(f"{_W}val") or "") if style is not None else ""
        stands = {"center": "center", "right": "right", "end": "right"}.get(
            (align.get(f"{_W}val") or "") if align is not None else "", "left"
        )
        return Paragraph(
            pieces=tuple(_joined(self.pieces(element))),
            align=stands,
            heading=named.startswith(("Heading", "Title")),
        )

    def pieces(self, element: etree._Element) -> Iterator[Piece]:
        for child in element.iter():
            if child.tag == f"{_W}t" and child.text:
                self.left -= 1
                yield from self.marked(child, _bold(child))
            elif child.tag in (f"{_W}tab", f"{_W}br") and child.getparent().tag == f"{_W}r":
                yield Piece(text=" ")
            elif child.tag in _DRAWING:
                yield Piece(text="", picture=True)

    def marked(self, element: etree._Element, bold: bool) -> Iterator[Piece]:
        text, at = element.text or "", 0
        for start, end, number in sorted(self.marks.get(element, ())):
            if start > at:
                yield Piece(text=text[at:start], bold=bold)
            yield Piece(text=text[start:end], tag=number, bold=bold)
            at = end
        if at < len(text):
            yield Piece(text=text[at:], bold=bold)


def _pieces(blocks: tuple[Block, ...]) -> Iterator[Piece]:
    """Every piece of paragraphs and of tables in them."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.pieces
        else:
            yield from (piece for row in block.rows for cell in row for piece in _pieces(cell.blocks))


def _bold(element: etree._Element) -> bool:
    run = element.getparent()
    mark = run.find(f"{_W}rPr/{_W}b") if run is not None else None
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false")


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pieces that look alike as one: Word parts words as it likes."""
    held: Piece | None = None
    for piece in pieces:
        same = held is not None and not held.picture and not piece.picture
        if (
            same
            and held is not None
            and held.tag == piece.tag
            and (piece.tag is not None or held.bold == piece.bold)
        ):
            held = Piece(text=held.text + piece.text, tag=held.tag, bold=held.bold)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held
