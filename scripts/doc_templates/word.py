"""WordprocessingML by hand, as little of it as office documents need: paragraphs, tables, a footer, four parts.

Order of elements and units follow ECMA-376 part 1: lengths in twentieths of a point, sizes of letters in halves.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
LEFT, RIGHT, TOP, BOTTOM = 1134, 850, 794, 1021
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
MOMENT = (2026, 1, 1, 0, 0, 0)
"""Of every part, so that the same template is the same file."""


def mm(millimetres: float) -> int:
    """Twentieths of a point."""
    return round(millimetres * 1440 / 25.4)


def run(text: str, *, bold: bool = False, size: float | None = None, color: str | None = None) -> str:
    """Letters of one look; a tag of a template must stand within one run. ``\\n`` is a line of the same paragraph."""
    look = "".join(
        (
            "<w:b/>" if bold else "",
            f'<w:color w:val="{color}"/>' if color else "",
            f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else "",
        )
    )
    pieces = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{pieces}</w:r>"


def tab() -> str:
    """To the next stop."""
    return "<w:r><w:tab/></w:r>"


def field(code: str, *, size: float | None = None, color: str | None = None) -> str:
    """``PAGE``, ``NUMPAGES``: counted by whoever opens the document."""
    look = f'<w:color w:val="{color}"/>' if color else ""
    look += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else ""
    dressed = f"<w:rPr>{look}</w:rPr>" if look else ""
    marks = [
        f'<w:r>{dressed}<w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    ]
    told = f'<w:r>{dressed}<w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
    return f"{marks[0]}{told}{marks[1]}<w:r>{dressed}<w:t>1</w:t></w:r>{marks[2]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a paragraph stands."""

    align: str | None = None
    before: int = 0
    after: int = 0
    line: int | None = None
    indent: int = 0
    first: int = 0
    keep_next: bool = False
    keep_lines: bool = False
    new_page: bool = False
    rule: bool = False
    """A thick line below."""
    stops: tuple[tuple[str, int], ...] = ()


PLAIN = Look()


def paragraph(*runs: str, look: Look = PLAIN) -> str:
    """Runs, or texts that become plain runs."""
    stops = "".join(f'<w:tab w:val="{kind}" w:pos="{at}"/>' for kind, at in look.stops)
    line = f' w:line="{look.line}" w:lineRule="auto"' if look.line else ""
    first = (
        f' w:firstLine="{look.first}"'
        if look.first > 0
        else f' w:hanging="{-look.first}"'
        if look.first
        else ""
    )
    properties = "".join(
        (
            "<w:keepNext/>" if look.keep_next else "",
            "<w:keepLines/>" if look.keep_lines else "",
            "<w:pageBreakBefore/>" if look.new_page else "",
            '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="000000"/></w:pBdr>'
            if look.rule
            else "",
            f"<w:tabs>{stops}</w:tabs>" if stops else "",
            f'<w:spacing w:before="{look.before}" w:after="{look.after}"{line}/>',
            f'<w:ind w:left="{look.indent}"{first}/>' if look.indent or look.first else "",
            f'<w:jc w:val="{look.align}"/>' if look.align else "",
        )
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(_as_run(each) for each in runs)}</w:p>"


def _as_run(text: str) -> str:
    return text if text.startswith("<w:") else run(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: paragraphs, its share of the columns, the sides that have a line."""

    content: str
    span: int = 1
    sides: str = "tlbr"
    merge: str | None = None
    """``restart`` or ``continue`` of a vertical merge."""
    valign: str = "top"
    shade: str | None = None


def cell(
    *runs: str,
    look: Look = PLAIN,
    span: int = 1,
    sides: str = "tlbr",
    merge: str | None = None,
    valign: str = "top",
    shade: str | None = None,
) -> Cell:
    """A cell of one paragraph."""
    return Cell(
        content=paragraph(*runs, look=look), span=span, sides=sides, merge=merge, valign=valign, shade=shade
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that never breaks over pages."""

    cells: tuple[Cell, ...]
    head: bool = False
    height: int | None = None


def row(*cells: Cell, head: bool = False, height: int | None = None) -> Row:
    """A row of cells; a head is repeated on each page."""
    return Row(cells=cells, head=head, height=height)


def control(tag: str, columns: int) -> Row:
    """A row that holds only a tag of a loop or a condition over rows, and is gone from the document."""
    return row(cell(tag, span=columns))


def table(
    widths: Sequence[int], rows: Sequence[Row], *, padding: int = 85, air: int = 34, color: str = "404040"
) -> str:
    """A table of fixed columns; lines are those the cells ask for."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    left, right = (f'<w:{side} w:w="{padding}" w:type="dxa"/>' for side in ("left", "right"))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:top w:w="{air}" w:type="dxa"/>{left}<w:bottom w:w="{air}" w:type="dxa"/>{right}</w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(_row(each, widths, color) for each in rows)}</w:tbl>"
    )


def _row(row: Row, widths: Sequence[int], color: str) -> str:
    height = f'<w:trHeight w:val="{row.height}" w:hRule="atLeast"/>' if row.height else ""
    cells, at = [], 0
    for each in row.cells:
        cells.append(_cell(each, sum(widths[at : at + each.span]), color))
        at += each.span
    head = "<w:tblHeader/>" if row.head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{head}</w:trPr>{''.join(cells)}</w:tr>"


_SIDES = {"t": "top", "l": "left", "b": "bottom", "r": "right"}


def _cell(cell: Cell, width: int, color: str) -> str:
    lines = "".join(
        f'<w:{name} w:val="single" w:sz="4" w:space="0" w:color="{color}"/>'
        for side, name in _SIDES.items()
        if side in cell.sides
    )
    properties = "".join(
        (
            f'<w:tcW w:w="{width}" w:type="dxa"/>',
            f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else "",
            f'<w:vMerge w:val="{cell.merge}"/>' if cell.merge else "",
            f"<w:tcBorders>{lines}</w:tcBorders>" if lines else "",
            f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.shade}"/>' if cell.shade else "",
            f'<w:vAlign w:val="{cell.valign}"/>' if cell.valign != "top" else "",
        )
    )
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{cell.content}</w:tc>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole document of one section on A4."""

    title: str
    language: str
    font: str
    size: float
    body: tuple[str, ...]
    footer: str


_LAST = (
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr>'
    "</w:pPr></w:p>"
)
"""Word wants a paragraph behind the last table; this one takes no room."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def packed(document: Document) -> bytes:
    """The .docx; the same document is always the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(document).items():
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            archive.writestr(entry, _HEAD + text)
    return buffer.getvalue()


def _parts(document: Document) -> dict[str, str]:
    kinds = {"document": "document.main", "styles": "styles", "settings": "settings", "footer1": "footer"}
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    core_type = "application/vnd.openxmlformats-package.core-properties+xml"
    links = {"rId1": ("styles", "styles"), "rId2": ("settings", "settings"), "rId3": ("footer", "footer1")}
    related = "".join(
        f'<Relationship Id="{id}" Type="{R}/{kind}" Target="{part}.xml"/>'
        for id, (kind, part) in links.items()
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'{overrides}<Override PartName="/docProps/core.xml" ContentType="{core_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": _properties(document),
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{"".join(document.body)}{_LAST}'
        f'<w:sectPr><w:footerReference w:type="default" r:id="rId3"/>'
        f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/>'
        f'<w:pgMar w:top="{TOP}" w:right="{RIGHT}" w:bottom="{BOTTOM}" w:left="{LEFT}" w:header="567" '
        'w:footer="454" w:gutter="0"/></w:sectPr></w:body></w:document>',
        "word/styles.xml": _styles(document),
        "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:defaultTabStop w:val="708"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>',
        "word/footer1.xml": f'<w:ftr xmlns:w="{W}">{document.footer}</w:ftr>',
    }


def _properties(document: Document) -> str:
    moment = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*MOMENT)
    terms = "http://purl.org/dc/terms/"
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="{terms}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(document.title)}</dc:title><dc:creator>Kubik</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>'
    )


def _styles(document: Document) -> str:
    size, font = round(document.size * 2), escape(document.font)
    tongue = {"ru": "ru-RU", "en": "en-US"}[document.language]
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/><w:lang w:val="{tongue}"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        "</w:tblPr></w:style></w:styles>"
    )
