"""Files as people and programs make them, written by the tests."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import xlsxwriter

from core.records.importing.formats import open_source
from core.records.importing.hints import Hints
from core.records.importing.recognise.found import Recognised, recognise

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def kept(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(folder: Path, name: str, data: bytes, hints: Hints | None = None) -> Recognised:
    return recognise(open_source(kept(folder, name, data), name, hints), hints)


def table(found: Recognised) -> list[tuple[Any, ...]]:
    return [line.cells for line in found.rows.lines()]


def workbook(path: Path, write: Callable[[Any], None], **options: Any) -> Path:
    book = xlsxwriter.Workbook(str(path), options)
    write(book)
    book.close()
    return path


def opened(path: Path, hints: Hints | None = None) -> Recognised:
    return recognise(open_source(path, path.name, hints), hints)


def raw_workbook(path: Path, sheet: str | Iterable[str], *, strings: str = "", styles: str = "") -> Path:
    """A workbook whose XML the test writes itself."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{relation}"><sheets>'
                         '<sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>')  # fmt: skip
        package.writestr("xl/_rels/workbook.xml.rels", "<Relationships>"
                         f'<Relationship Id="a" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/>'
                         f'<Relationship Id="b" Type="{relation}/sharedStrings" Target="sharedStrings.xml"/>'
                         f'<Relationship Id="c" Type="{relation}/styles" Target="styles.xml"/></Relationships>')  # fmt: skip
        if strings:
            package.writestr("xl/sharedStrings.xml", strings)
        if styles:
            package.writestr("xl/styles.xml", styles)
        with package.open("xl/worksheets/sheet1.xml", "w") as part:
            for piece in (sheet,) if isinstance(sheet, str) else sheet:
                part.write(piece.encode())
    return path


def spreadsheet(path: Path, content: str, manifest: str = "<manifest/>") -> Path:
    """An ODS whose XML the test writes itself."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", manifest)
        package.writestr("content.xml", content)
    return path


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE file (MS-CFB, version 3): its streams, then the list of them, then the table of its sectors."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    entries, chain, body = [("Root Entry", 5, end, 0)], list[int](), b""
    for name, data in streams.items():
        whole = data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0")
        entries.append((name, 2, len(chain), len(whole)))
        chain += [*range(len(chain) + 1, len(chain) + len(whole) // 512), end]
        body += whole
    parts = len(chain)
    chain += [*range(parts + 1, parts + -(-len(entries) // 4)), end]
    for at, (name, kind, start, size) in enumerate(entries):
        following = at + 1 if 0 < at < len(entries) - 1 else free
        text = name.encode("utf-16-le")
        body += text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
        body += struct.pack("<III36xIQ", free, following, free if at else 1, start, size)
    table = [*chain, 0xFFFFFFFD]
    body = body.ljust(len(chain) * 512, b"\0") + struct.pack("<128I", *table, *[free] * (128 - len(table)))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + struct.pack("<16xHHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    places = struct.pack("<9I109I", 0, 1, parts, 0, 4096, end, 0, end, 0, len(chain), *[free] * 108)
    return head + places + body


def old_workbook(*records: tuple[int, bytes]) -> bytes:
    """An XLS (MS-XLS) of these records behind its beginning."""
    said = [(0x809, struct.pack("<HHHHII", 0x600, 5, 0x1234, 0x7CC, 0, 6)), *records]
    stream = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in said)
    return compound({"Workbook": stream})
