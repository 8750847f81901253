"""Files that are broken, locked or made to harm are refused in words that say the way out."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import pytest

from core.errors import KubikError
from tests.core.records.importing.files import (
    MAIN,
    compound,
    kept,
    old_workbook,
    opened,
    raw_workbook,
    read,
    spreadsheet,
    table,
)

PROTECTED, PASSWORD = 0x86, 0x2F
"""Records of old workbooks: not to be written over; encrypted, by which way."""
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1000


@pytest.mark.parametrize(("name", "data", "words"), [
    ("a.csv", b"", "empty"),
    ("a.csv", b"\n\n\n", "empty"),
    ("a.xlsx", b"", "empty"),
    ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
    ("a.xlsx", b"x", "damaged"),
    ("a.xlsx", compound({"EncryptionInfo": b"x" * 200, "EncryptedPackage": b"y" * 9000}), "password"),
    ("под паролем.xls", old_workbook((PASSWORD, b"\1\0" * 27)), "password"),
    ("под паролем.xls", old_workbook((PROTECTED, b""), (PASSWORD, b"\0\0\7\0\x09\0")), "password"),
    ("a.xls", old_workbook((0x7777, b"x")), "damaged"),
    ("a.xls", COMPOUND + "Workbook".encode("utf-16-le") + b"\xff" * 5000, "damaged"),
    ("a.xls", b"<html><table><tr><td>1</table>", "web page"),
    ("a.pdf", b"%PDF-1.7", "PDF"),
    ("a.csv", b"\x89PNG\r\n", "picture"),
    ("a.csv", b'a,b\n1,"x\n2,y\n', "Line 2"),
    ("a.csv", b'a,b\n1,2\n3,"x" y "z"\n4,"q"\n', "Line 3"),
    ("a.csv", b"a," * 3000 + b"\n", "more than 2000 columns"),
    ("a.vcf", b"FN:x", "no vCard"),
    ("a.vcf", b"BEGIN:VCARD\nFN:x\n", "does not end"),
    ("a.json", b'[{"a": 1}, {"a": ', "broken after item 1"),
    ("a.json", b"[1, 2]", "Item 1"),
    ("a.json", b"{}", "empty"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_reason(
    name: str, data: bytes, words: str, tmp_path: Path
) -> None:
    with pytest.raises(KubikError, match=words) as refusal:
        table(read(tmp_path, name, data))
    assert refusal.value.code == "KBK5001"


def test_one_byte_is_a_head_without_rows(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", b"a")
    assert (found.header, table(found)) == (("a",), [])


def test_a_line_of_another_encoding_is_named(tmp_path: Path) -> None:
    data = "Имя\n".encode() + "Анна Каренина\n".encode() * 2000 + "Пётр\n".encode("cp1251")
    with pytest.raises(KubikError, match="Line 2002 cannot be read as UTF-8"):
        table(read(tmp_path, "a.csv", data))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    def pieces():
        yield f'<worksheet xmlns="{MAIN}"><sheetData>'
        for _ in range(100):
            yield "<row></row>" * 100_000

    path = raw_workbook(tmp_path / "a.xlsx", pieces())
    assert path.stat().st_size < 500_000
    tracemalloc.start()
    with pytest.raises(KubikError, match="unpacks to far more"):
        opened(path)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_entities_of_xml_are_not_expanded(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    cell = '<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>'
    path = raw_workbook(
        tmp_path / "a.xlsx", f'{laughs}<worksheet xmlns="{MAIN}"><sheetData>{cell}</sheetData></worksheet>'
    )
    with pytest.raises(KubikError, match="damaged"):
        opened(path)


@pytest.mark.parametrize(("cell", "words"), [
    ('<c r="XFD1"><v>1</v></c>', "more than 2000 columns"),
    ('<c r="A1" t="s"><v>7</v></c>', "damaged"),
    ('<c r="A1"><v>1.2.3</v></c>', "damaged"),
    ('<c r="A1"><v>1</v>', "damaged"),
])  # fmt: skip
def test_nonsense_within_a_workbook_is_refused(cell: str, words: str, tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    with pytest.raises(KubikError, match=words):
        opened(raw_workbook(tmp_path / "a.xlsx", sheet))


def test_a_far_away_cell_costs_nothing(tmp_path: Path) -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><v>Имя</v></c></row>'
        '<row r="1048576"><c r="A1048576" t="str"><v>Анна</v></c></row></sheetData></worksheet>'
    )
    found = opened(raw_workbook(tmp_path / "a.xlsx", sheet))
    assert [(line.number, line.cells) for line in found.rows.lines()] == [(1048576, ("Анна",))]


def test_a_locked_spreadsheet_of_libreoffice_asks_for_the_password_to_be_removed(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path / "a.ods", "", "<manifest><encryption-data/></manifest>")
    with pytest.raises(KubikError, match="password"):
        opened(path)


def test_an_archive_without_a_table_is_named_as_such(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("readme.txt", "x")
    with pytest.raises(KubikError, match="archive"):
        opened(tmp_path / "a.zip")


def test_a_text_table_named_as_a_workbook_is_read(tmp_path: Path) -> None:
    assert table(opened(kept(tmp_path, "банк.xls", "Имя\tСумма\nАнна\t5\n".encode("cp1251")))) == [
        ("Анна", "5")
    ]
