"""Files as people and programs make them, written by the tests."""

from __future__ import annotations

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
