"""Tags of a Word template with their places, whatever runs they are split over; and the same file with other tags."""

from __future__ import annotations

import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from lxml import etree

from core.documents.reading.package import Package, open_word, parse_part
from core.documents.reading.tags import Inside, Part, Place, Span, Tag, shortened, spans, straightened, within

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _T, _TBL, _TR, _TC = f"{_W}p", f"{_W}t", f"{_W}tbl", f"{_W}tr", f"{_W}tc"
PARAGRAPH, TEXT, ROW, CELL = _P, _T, _TR, _TC
_BOX, _DELETED = f"{_W}txbxContent", f"{_W}delText"
_BETWEEN = (f"{_W}tab", f"{_W}br", f"{_W}cr")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PROPERTIES = "docProps/core.xml"
_PARTS: dict[str, Part] = {
    "header": "header", "footer": "footer", "footnotes": "footnotes", "endnotes": "endnotes",
}  # fmt: skip


@dataclass(slots=True)
class Slot:
    """A place that holds text: an element's own, or one of its attributes; ``order`` is its place in the part."""

    element: etree._Element
    order: int
    attribute: str | None = None

    @property
    def text(self) -> str:
        return (self.element.get(self.attribute) if self.attribute else self.element.text) or ""

    def write(self, text: str) -> None:
        """Put a text there; a ``w:t`` that is left without any goes, since an empty one breaks tags around it."""
        if self.attribute is not None:
            self.element.set(self.attribute, text)
        elif not text and self.element.tag == _T:
            parent = self.element.getparent()
            if parent is not None:
                parent.remove(self.element)
        else:
            self.element.text = text
            if self.element.tag == _T and text != text.strip():
                self.element.set(_SPACE, "preserve")


@dataclass(slots=True)
class Line:
    """Text that is read as one: a paragraph, or something with braces in it that is none."""

    place: Place
    inside: Inside
    twin: bool
    slots: list[Slot] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    edited: bool = False

    @property
    def text(self) -> str:
        return "".join(slot.text for slot in self.slots)

    def starts(self) -> list[int]:
        """At which character of the text each slot begins."""
        return list(accumulate((len(slot.text) for slot in self.slots[:-1]), initial=0))

    def order(self, at: int, starts: Sequence[int]) -> tuple[int, int]:
        """Where in the part the character stands."""
        found = bisect_right(starts, at) - 1
        return self.slots[found].order, at - starts[found]

    def write(self, span: Span, text: str) -> None:
        """Put a text in the place of a tag: into the first of its runs, whose look it keeps."""
        passed, first = 0, True
        for slot in list(self.slots):
            own = slot.text
            start, end = max(span.start - passed, 0), min(span.end - passed, len(own))
            passed += len(own)
            if start >= end:
                continue
            changed = own[:start] + (text if first else "") + own[end:]
            first = False
            slot.write(changed)
            if not changed and slot.element.tag == _T:
                self.slots.remove(slot)


@dataclass(slots=True)
class Found:
    """A tag in the tree, to be written."""

    tag: Tag
    line: Line
    span: Span


@dataclass(slots=True)
class Tree:
    """A part of the file as a tree, with its tags in order."""

    name: str
    root: etree._Element
    found: list[Found]


def tags_of(data: bytes) -> tuple[Tag, ...]:
    """The tags of a Word template in the order of its parts: text, headers, footers, footnotes, properties. KBK5008."""
    return tuple(each.tag for tree in trees_of(open_word(data)) for each in tree.found)


def trees_of(package: Package) -> list[Tree]:
    """The parts that have tags, as trees."""
    made: list[Tree] = []
    number = 0
    for name, part in _parts(package):
        content = package.parts[name]
        if b"{" not in content:
            continue
        root = parse_part(content)
        lines = list(_Walk(name, part).lines(root))
        found: list[tuple[tuple[int, int], Line, Span, str, Place]] = []
        for line in lines:
            text = line.text
            if "{" not in text and "}" not in text:
                continue
            starts, place = line.starts(), replace(line.place, near=shortened("".join(line.spoken)))
            for span in within(spans(text), number + len(found)):
                tag_text = straightened(text[span.start : span.end])
                found.append((line.order(span.start, starts), line, span, tag_text, place))
        found.sort(key=lambda each: each[0])
        places = []
        for _, line, span, tag_text, place in found:
            tag = Tag(
                number=number, text=tag_text, kind=span.kind, place=place, inside=line.inside,
                twin=line.twin, edited=line.edited,
            )  # fmt: skip
            places.append(Found(tag, line, span))
            number += 1
        made.append(Tree(name, root, places))
    return made


def rewritten(data: bytes, texts: Mapping[int, str]) -> bytes:
    """The same file with other texts for some tags (by number); everything else stays byte for byte."""
    package = open_word(data)
    changed: dict[str, bytes] = {}
    for tree in trees_of(package):
        mine = [each for each in tree.found if each.tag.number in texts]
        for each in reversed(mine):  # from the end, so that the places before stay what they are
            each.line.write(each.span, texts[each.tag.number])
        if mine:
            changed[tree.name] = written(tree.root)
    return with_parts(data, changed)


def written(root: etree._Element) -> bytes:
    """A part as bytes."""
    made: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)
    return made


def with_parts(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The same archive with other contents of some parts."""
    if not changed:
        return data
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = changed.get(info.filename)
            new.writestr(info, old.read(info) if content is None else content, info.compress_type)
    return made.getvalue()


def _parts(package: Package) -> Iterator[tuple[str, Part]]:
    yield package.main, "body"
    for role in ("header", "footer", "footnotes", "endnotes"):
        for name in sorted(n for n, r in package.roles.items() if r == role and n in package.parts):
            yield name, _PARTS[role]
    if _PROPERTIES in package.parts:
        yield _PROPERTIES, "properties"


@dataclass(slots=True)
class _Around:
    """What the walk stands in."""

    line: Line | None = None
    box: int | None = None
    cell: int | None = None
    row: int | None = None
    table: int | None = None
    table_shown: int | None = None
    row_shown: int | None = None
    twin: bool = False


class _Walk:
    """Goes through a part in its order, making lines."""

    def __init__(self, name: str, part: Part) -> None:
        self.name, self.part = name, part
        self.count = self.slots = self.paragraphs = self.tables = 0
        self.rows: dict[int, int] = {}

    def lines(self, root: etree._Element) -> Iterator[Line]:
        made: list[Line] = []
        self.walk(root, _Around(), made)
        yield from (line for line in made if line.slots)

    def next(self) -> int:
        self.count += 1
        return self.count

    def walk(self, element: etree._Element, around: _Around, made: list[Line]) -> None:
        for child in element:
            if not isinstance(child.tag, str):
                continue
            self.attributes(child, around, made)
            inner = self.entered(child, around, made)
            if child.tag in (_T, _DELETED) and around.line is not None:
                self.text(child, around.line)
            elif child.tag in _BETWEEN and around.line is not None:
                around.line.spoken.append(" ")
            elif child.text and "{" in child.text:
                made.append(self.hidden(child, None, around))
            self.walk(child, inner, made)

    def entered(self, child: etree._Element, around: _Around, made: list[Line]) -> _Around:
        """What is around the children of an element."""
        if child.tag == _P:
            if not around.twin:
                self.paragraphs += 1
            place = Place(
                part=self.part, paragraph=self.paragraphs, table=around.table_shown, row=around.row_shown,
                box=around.box is not None,
            )  # fmt: skip
            line = Line(place, self.inside(around, self.next()), around.twin)
            made.append(line)
            return replace(around, line=line)
        if child.tag == _TBL:
            table = self.next()
            if around.table is None:
                self.tables += 1
                return replace(around, table=table, table_shown=self.tables, row=None, cell=None)
            return replace(around, table=table, row=None, cell=None)
        if child.tag == _TR:
            row = self.rows[around.table or 0] = self.rows.get(around.table or 0, 0) + 1
            return replace(around, row=self.next(), row_shown=row, cell=None)
        if child.tag == _TC:
            return replace(around, cell=self.next())
        if child.tag == _BOX:
            return replace(around, box=self.next(), line=None, cell=None, row=None, table=None)
        if child.tag == _FALLBACK:
            return replace(around, twin=True)
        return around

    def inside(self, around: _Around, paragraph: int | None) -> Inside:
        return Inside(
            part=self.name,
            paragraph=paragraph,
            box=around.box,
            cell=around.cell,
            row=around.row,
            table=around.table,
        )

    def slot(self, element: etree._Element, attribute: str | None = None) -> Slot:
        self.slots += 1
        return Slot(element, self.slots, attribute)

    def text(self, element: etree._Element, line: Line) -> None:
        slot = self.slot(element)
        if element.tag == _DELETED:
            line.edited = line.edited or "{" in slot.text or "}" in slot.text
            return
        line.slots.append(slot)
        line.spoken.append(slot.text)

    def attributes(self, element: etree._Element, around: _Around, made: list[Line]) -> None:
        for name, value in element.attrib.items():
            if "{{" in value or "{%" in value:
                made.append(self.hidden(element, str(name), around))

    def hidden(self, element: etree._Element, attribute: str | None, around: _Around) -> Line:
        place = Place(part=self.part, paragraph=self.paragraphs, hidden=True)
        line = Line(
            place, self.inside(around, around.line.inside.paragraph if around.line else None), around.twin
        )
        line.slots.append(self.slot(element, attribute))
        line.spoken.append(line.text)
        return line
