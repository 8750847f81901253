"""Small files that would fill the memory, or never end: refused, or read as what they say without being written out."""

from __future__ import annotations

import zipfile
from itertools import islice
from pathlib import Path

from core.records.importing.cells import spelled
from core.records.importing.formats import open_source
from core.records.importing.formats.package import MOST_LISTED, MOST_SHEETS
from core.records.importing.hints import ColumnHints, Hints, Repaired, Replaced
from core.records.importing.spool import harmless
from metamodel.fields.base import Context
from tests.core.records.asserting import refusal

RELATIONS = b'<Relationships><Relationship Id="a" Type="x/worksheet" Target="s.xml"/></Relationships>'
ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">{inner}</office:document-content>'
)


def workbook(path: Path, inner: bytes, styles: bytes = b"") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        made.writestr("xl/workbook.xml", b'<workbook xmlns:r="b"><sheets>' + inner + b"</sheets></workbook>")
        made.writestr("xl/styles.xml", b"<styleSheet><cellXfs>" + styles + b"</cellXfs></styleSheet>")
        made.writestr("xl/s.xml", b"<worksheet><sheetData/></worksheet>")
    return path


def document(path: Path, inner: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", ODS.format(inner=inner))
    return path


def test_what_is_remembered_of_a_workbook_has_an_end(tmp_path: Path) -> None:
    sheets = b"".join(b'<sheet name="S%d" r:id="a"/>' % n for n in range(MOST_SHEETS + 1))
    many = refusal(lambda: open_source(workbook(tmp_path / "a.xlsx", sheets), "a.xlsx"))
    assert many.code == "KBK5001" and "unpacks" in many.detail.text
    padded = b'<sheet name="S" r:id="a"/>' + b"<x/>" * (MOST_LISTED // 4)
    large = refusal(lambda: open_source(workbook(tmp_path / "b.xlsx", padded), "b.xlsx"))
    assert large.code == "KBK5001" and "unpacks" in large.detail.text
    tables = '<table:table table:name="S"/>' * (MOST_SHEETS + 1)
    table = refusal(lambda: open_source(document(tmp_path / "a.ods", tables), "a.ods"))
    assert table.code == "KBK5001" and "unpacks" in table.detail.text


def test_rows_that_are_said_to_be_repeated_have_an_end(tmp_path: Path) -> None:
    row = (
        '<table:table-row table:number-rows-repeated="9000000"><table:table-cell><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    path = document(tmp_path / "rows.ods", f'<table:table table:name="S">{row * 3}</table:table>')
    source = open_source(path, "rows.ods")
    error = refusal(lambda: sum(1 for _ in source.lines()))
    source.close()
    assert error.code == "KBK5001"


def test_a_number_of_a_billion_digits_is_not_written_out(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 1e999999999, "b": -1e-999999999, "c": 1.5}]')
    source = open_source(path, "a.json")
    *_, line = islice(source.lines(), 2)
    assert [len(spelled(cell, Context())) < 50 for cell in line.cells] == [True] * 3
    assert spelled(line.cells[2], Context()) == "1.5"


def test_marks_encodings_and_places_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,inn\nAcme,1\n")
    wrong = (
        Hints(delimiter="ab"), Hints(delimiter="\n"), Hints(quote="''"), Hints(quote=","), Hints(encoding="zlib"),
        Hints(encoding="rot13"), Hints(encoding="idna"), Hints(encoding="a\0b"),
        Hints(repaired=(Repaired(line=2, place=-7, new="x"),)), Hints(replaced=(Replaced(place=-9, old="a", new="b"),)),
        Hints(repaired=(Repaired(line=2, place=10**8, new="x"),)), Hints(columns=(ColumnHints(place=-1),)),
    )  # fmt: skip
    for hints in wrong:
        assert refusal(lambda given=hints: open_source(path, "a.csv", given)).code == "KBK5001", hints


def test_refused_lines_are_written_so_that_no_spreadsheet_runs_them(tmp_path: Path) -> None:
    assert [harmless(text) for text in ("=1+1", "@SUM(A1)", "+HYPERLINK(1)", "\tx", "-5", "+7 (916) 111-22-33", "a=b")] == [
        "'=1+1", "'@SUM(A1)", "'+HYPERLINK(1)", "'\tx", "-5", "+7 (916) 111-22-33", "a=b",
    ]  # fmt: skip
