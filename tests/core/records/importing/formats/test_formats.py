"""Cells of workbooks, cards and objects come as what they mean."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.records.importing.formats import CellError, open_source
from core.records.importing.hints import Hints
from tests.core.records.importing.files import MAIN, opened, raw_workbook, read, spreadsheet, table, workbook


@pytest.mark.parametrize("since_1904", [False, True])
def test_values_of_a_workbook_have_their_types(since_1904: bool, tmp_path: Path) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Данные")
        formats = {key: book.add_format({"num_format": key}) for key in
                   ("dd.mm.yyyy", "dd.mm.yyyy hh:mm", "hh:mm", "[h]:mm", "0000000000", '#,##0.00 "₽"', "0%", "mmm yy")}  # fmt: skip
        sheet.write_row(
            0, 0, ["дата", "миг", "время", "срок", "код", "деньги", "доля", "месяц", "да", "текст", "сумма"]
        )
        sheet.write_datetime(1, 0, dt.datetime(2021, 2, 3), formats["dd.mm.yyyy"])
        sheet.write_datetime(1, 1, dt.datetime(2021, 2, 3, 14, 30), formats["dd.mm.yyyy hh:mm"])
        sheet.write_datetime(1, 2, dt.time(9, 5), formats["hh:mm"])
        sheet.write_number(1, 3, 1.5, formats["[h]:mm"])
        sheet.write_number(1, 4, 123456789, formats["0000000000"])
        sheet.write_number(1, 5, 0.1 + 0.2, formats['#,##0.00 "₽"'])
        sheet.write_number(1, 6, 0.2, formats["0%"])
        sheet.write_datetime(1, 7, dt.datetime(2021, 2, 1), formats["mmm yy"])
        sheet.write_boolean(1, 8, True)
        sheet.write_string(1, 9, "0012")
        sheet.write_formula(1, 10, "=1+1", None, 2)

    path = workbook(tmp_path / "a.xlsx", write, date_1904=since_1904)
    assert table(opened(path)) == [(
        dt.date(2021, 2, 3), dt.datetime(2021, 2, 3, 14, 30), dt.time(9, 5), dt.timedelta(hours=36), "0123456789",
        Decimal("0.3"), Decimal("0.2"), dt.date(2021, 2, 1), True, "0012", 2,
    )]  # fmt: skip


def test_titles_merged_cells_colours_hidden_rows_and_sheets_of_a_messy_workbook(tmp_path: Path) -> None:
    def write(book: Any) -> None:
        hidden = book.add_worksheet("Служебный")
        hidden.write(0, 0, "x")
        sheet = book.add_worksheet("Клиенты")
        hidden.hide()
        sheet.activate()
        sheet.set_first_sheet()
        bold, red = book.add_format({"bold": True}), book.add_format({"bg_color": "#FFC7CE"})
        sheet.merge_range(0, 0, 0, 3, "Отчёт по клиентам", bold)
        sheet.write_row(2, 0, ["Компания", "Контакт", "Сумма", "Город"], bold)
        sheet.merge_range(3, 0, 4, 0, "ООО «Ромашка»")
        sheet.write_row(3, 1, ["Анна", 10, "Уфа"])
        sheet.write_row(4, 1, ["Пётр", 20, "Уфа"], red)
        sheet.write_row(5, 0, ["АО «Прибой»", "Олег", 5, "Омск"])
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.write_row(6, 0, ["Всего", "", 35], bold)

    path = workbook(tmp_path / "a.xlsx", write)
    found = opened(path, Hints(colors=True, sheet_column=True))
    assert [(sheet.name, sheet.hidden) for sheet in found.sheets] == [("Служебный", True), ("Клиенты", False)]
    assert found.header == ("Компания", "Контакт", "Сумма", "Город", "[color]", "[sheet]")
    assert found.hidden
    assert table(found) == [
        ("ООО «Ромашка»", "Анна", 10, "Уфа", "", "Клиенты"),
        ("ООО «Ромашка»", "Пётр", 20, "Уфа", "#ffc7ce", "Клиенты"),
        ("АО «Прибой»", "Олег", 5, "Омск", "", "Клиенты"),
    ]
    assert len(table(opened(path, Hints(hidden=False)))) == 2


def test_errors_and_uncalculated_formulas_are_no_values(tmp_path: Path) -> None:
    row = '<row r="2"><c r="A2" t="e"><v>#REF!</v></c><c r="B2"><f>A1+1</f></c><c r="C2" t="inlineStr"><is><t>=1+1</t></is></c></row>'
    head = "".join(
        f'<c r="{place}1" t="inlineStr"><is><r><t>им</t></r><r><t>я {place}</t></r></is></c>'
        for place in "ABC"
    )
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{head}</row>{row}</sheetData></worksheet>'
    found = opened(raw_workbook(tmp_path / "a.xlsx", sheet))
    assert found.header == ("имя A", "имя B", "имя C")
    cells = table(found)[0]
    assert cells == ("#REF!", "=", "=1+1")
    assert [isinstance(cell, CellError) for cell in cells] == [True, True, False]


def test_more_shared_texts_than_memory_should_hold_are_read_from_disk(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("core.records.importing.formats.spill.MOST_IN_MEMORY", 100)

    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        for row in range(50):
            sheet.write_string(row, 0, f"строка {row}")

    with closing(open_source(workbook(tmp_path / "a.xlsx", write), "a.xlsx")) as source:
        lines = list(source.lines())
    assert [line.cells[0] for line in lines] == [f"строка {row}" for row in range(50)]


def test_a_spreadsheet_of_libreoffice_is_read(tmp_path: Path) -> None:
    spaces = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in
                      (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("fo", "xsl-fo-compatible")))  # fmt: skip
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = (
        "<table:table-row>" + "".join(map(text.format, ("Имя", "Дата", "Сумма", "Код", "Есть"))) + "</table:table-row>"
        '<table:table-row table:number-rows-repeated="2">' + text.format("Анна<text:s/>К.") +
        '<table:table-cell office:value-type="date" office:date-value="2021-02-03"/>'
        '<table:table-cell office:value-type="currency" office:value="10.5"/>'
        '<table:table-cell office:value-type="float" office:value="7"><text:p>007</text:p></table:table-cell>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )  # fmt: skip
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Лист">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    found = opened(spreadsheet(tmp_path / "a.ods", content))
    row = ("Анна К.", dt.date(2021, 2, 3), Decimal("10.5"), "007", True)
    assert table(found) == [row, row]
    assert found.sheets[0].name == "Лист"


def test_cards_of_all_versions_are_lines_of_one_table(tmp_path: Path) -> None:
    name = "Иванов;Пётр".encode("cp1251")
    quoted = "".join(f"={byte:02X}" if byte != ord(";") else ";" for byte in name)
    cards = (
        f"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:{quoted}\r\n"
        "TEL;CELL:+7 916 111-22-33\r\nTEL;WORK:8 495 111-22-33\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Анна К.\r\nN:К.;Анна;;;\r\nORG:ООО «Ромашка»\r\n"
        "EMAIL;TYPE=INTERNET:a@b.exam\r\n ple\r\nEND:VCARD\r\n"
        'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Олег\r\nTEL;VALUE=uri;TYPE="voice,cell":tel:+7-916-000-00-00\r\n'
        "NOTE:раз\\nдва\\, три\r\nEND:VCARD\r\n"
    )
    found = read(tmp_path, "a.vcf", cards.encode())
    rows = [dict(zip(found.header, row, strict=True)) for row in table(found)]
    assert rows[0]["N.family"] == "Иванов"
    assert (rows[0]["TEL"], rows[0]["TEL 2"]) == ("+7 916 111-22-33", "8 495 111-22-33")
    assert (rows[1]["ORG"], rows[1]["EMAIL"]) == ("ООО «Ромашка»", "a@b.example")
    assert (rows[2]["TEL"], rows[2]["NOTE"]) == ("+7-916-000-00-00", "раз\nдва, три")


@pytest.mark.parametrize("data", [
    '[{"name": "A", "sum": 1.10, "company": {"name": "R", "code": 7}, "tags": ["x", "y"]}, {"name": "B", "more": true}]',
    '{"next": null, "items": [{"name": "A", "sum": 1.10, "company": {"name": "R", "code": 7}, "tags": ["x", "y"]},'
    ' {"name": "B", "more": true}]}',
    '{"name": "A", "sum": 1.10, "company": {"name": "R", "code": 7}, "tags": ["x", "y"]}\n{"name": "B", "more": true}\n',
])  # fmt: skip
def test_objects_are_lines_and_what_is_within_them_columns(data: str, tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", data.encode())
    assert found.header == ("name", "sum", "company.name", "company.code", "tags", "more")
    assert table(found) == [("A", Decimal("1.10"), "R", 7, "x; y", None), ("B", None, None, None, None, True)]
