"""Heads, titles, totals, kinds of columns and several values in one cell."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from core.records.importing.hints import Hints
from tests.core.records.importing.files import opened, read, table, workbook


def _read(folder: Path, text: str, hints: Hints | None = None, name: str = "a.csv"):
    return read(folder, name, text.encode(), hints)


@pytest.mark.parametrize(("text", "rows"), [
    ('a,b\n1,"x, y"\n', [("1", "x, y")]),
    ('a,b\n1,"ha ""ha"" ha"\n3,4\n', [("1", 'ha "ha" ha'), ("3", "4")]),
    ('a,b,c\n1,"",""\n2,3,4\n', [("1", "", ""), ("2", "3", "4")]),
    ('a,b\r\n1,""\r\n2,3\r\n', [("1", ""), ("2", "3")]),
    ('key,val\n1,"{""type"": ""Point"", ""at"": [102.0, 0.5]}"\n', [("1", '{"type": "Point", "at": [102.0, 0.5]}')]),
    ('a,b\n1,"Once\nupon\na time"\n2,c\n', [("1", "Once\nupon\na time"), ("2", "c")]),
    ('a,b\r\n1,"Once\r\nupon"\r\n', [("1", "Once\r\nupon")]),
    ('a,b\n1,"ha\n""ha""\nha"\n3,4\n', [("1", 'ha\n"ha"\nha'), ("3", "4")]),
    ("a,b,c\n1,2,3\n4,5,ʤ\n", [("1", "2", "3"), ("4", "5", "ʤ")]),
    ("a;b\r1;2\r3;4\r", [("1", "2"), ("3", "4")]),
    ("\ufeffa\tb\n1\t2\n", [("1", "2")]),
    ("sep=|\na|b\n1|2\n", [("1", "2")]),
    ('Имя;Город\n"Ромашка" ООО;Уфа\nООО "Лютик";Пермь\n', [('"Ромашка" ООО', "Уфа"), ('ООО "Лютик"', "Пермь")]),
    ("Имя;Сумма\nА;1,5\nБ;2,25\nВ\n", [("А", "1,5"), ("Б", "2,25"), ("В",)]),
    ("Имя\nИванов, Пётр\nСидоров, Олег\n", [("Иванов, Пётр",), ("Сидоров, Олег",)]),
    ("a;b\nx\0y;2\n", [("xy", "2")]),
])  # fmt: skip
def test_delimited_texts_are_read_as_written(text: str, rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    assert table(_read(tmp_path, text)) == rows


def test_titles_above_the_head_and_totals_below_are_no_data(tmp_path: Path) -> None:
    text = (
        "Отчёт по клиентам;;\nза 2026 год;;\n;;\nКлиент;Город;Оборот\nРомашка;Уфа;1 000,00\nИтого по Уфе;;1 000,00\n"
        "Прибой;Пермь;2 500,00\nИтого-Сервис;Омск;10\nИтого:;;3 510,00\n"
    )
    found = _read(tmp_path, text)
    assert found.header == ("Клиент", "Город", "Оборот")
    assert (found.hints.header, found.hints.first) == (4, 5)
    assert [row[0] for row in table(found)] == ["Ромашка", "Прибой", "Итого-Сервис"]
    assert [line.number for line in found.totals] == [6, 9]
    kept = _read(tmp_path, text, Hints(kept=(6,)))
    assert [row[0] for row in table(kept)] == ["Ромашка", "Итого по Уфе", "Прибой", "Итого-Сервис"]


def test_rows_without_a_value_are_passed_over(tmp_path: Path) -> None:
    assert table(_read(tmp_path, 'Клиент;Оборот\nРомашка;1\n;\n"";""\n\nПрибой;2\n;\n')) == [
        ("Ромашка", "1"),
        ("Прибой", "2"),
    ]


def test_rows_of_blanks_are_passed_over_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    found = _read(tmp_path, "Клиент;Оборот\nРомашка;1\n ; \nПрибой; \n\t;\N{NO-BREAK SPACE}\n ;0\n")
    assert [(line.number, line.cells) for line in found.rows.lines()] == [
        (2, ("Ромашка", "1")),
        (4, ("Прибой", " ")),
        (6, (" ", "0")),
    ]


def test_rows_of_blanks_of_a_workbook_are_passed_over_and_a_nought_is_a_value(tmp_path: Path) -> None:
    lines = [("Клиент", "Оборот"), ("Ромашка", 1), (" ", "  "), (None, " "), (" ", 0)]

    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for number, cells in enumerate(lines):
            sheet.write_row(number, 0, cells)

    found = opened(workbook(tmp_path / "blanks.xlsx", write))
    assert [line.number for line in found.rows.lines()] == [2, 5]


def test_a_file_of_values_only_has_no_head(tmp_path: Path) -> None:
    found = _read(tmp_path, "Ромашка;info@a.example;12\nЛютик;b@a.example;15\n")
    assert (found.hints.header, found.hints.first, found.header) == (0, 1, ("A", "B", "C"))
    assert len(table(found)) == 2


def test_columns_without_a_name_or_with_the_same_one_are_told_apart(tmp_path: Path) -> None:
    found = _read(tmp_path, "Имя;Телефон;Телефон;\nАнна;1;2;ещё\n")
    assert found.header == ("Имя", "Телефон", "Телефон (2)", "D")
    assert [column.titled for column in found.columns] == [True, True, True, False]


def test_words_for_nothing_are_emptied_and_shown(tmp_path: Path) -> None:
    found = _read(tmp_path, "a;b\nNULL;1\nx;\\N\n")
    assert found.hints.empties == ("NULL", r"\N")
    assert table(found) == [("", "1"), ("x", "")]
    assert table(_read(tmp_path, "a;b\nNULL;1\n", Hints(empties=())))[0] == ("NULL", "1")


@pytest.mark.parametrize(("values", "kind", "order"), [
    (("03.02.2021", "14.11.2019"), "date", "dmy"),
    (("02/25/2021", "11/14/2019"), "date", "mdy"),
    (("2021-02-03", "2019-11-14"), "date", "ymd"),
    (("03.02.21", "31.12.99"), "date", "dmy"),
    (("3 февраля 2021 г.", "14 ноя 2019"), "date", "dmy"),
    (("03.02.2021 14:30", "14.11.2019 9:05:00"), "datetime", "dmy"),
])  # fmt: skip
def test_the_order_of_dates_is_found(values: tuple[str, ...], kind: str, order: str, tmp_path: Path) -> None:
    column = _read(tmp_path, "Дата\n" + "\n".join(values) + "\n").columns[0]
    assert (column.kind, column.dates, column.unclear) == (kind, order, False)


def test_dates_that_may_be_read_either_way_say_so(tmp_path: Path) -> None:
    column = _read(tmp_path, "Дата\n03.02.2021\n05.04.2020\n").columns[0]
    assert (column.dates, column.unclear) == ("dmy", True)


@pytest.mark.parametrize(("values", "kind", "more"), [
    (("1 200,50", "3"), "decimal", {"decimal": ","}),
    (("1,200.50", "3.1"), "decimal", {"decimal": "."}),
    (("1 200,50 ₽", "300 руб."), "money", {"currency": "RUB"}),
    (("20%", "5,5 %"), "percent", {}),
    (("007701", "007702"), "text", {}),
    (("8 (495) 221-40-18 доб. 3", "+7 916 000-00-00"), "phone", {}),
    (("8 495 2214018; 8 916 0000000", "8 (917) 111-22-33"), "phone", {"several": ";"}),
    (("a@b.example, c@d.example", "e@f.example"), "email", {"several": ","}),
    (("да", "нет", "Да"), "boolean", {}),
    (("Уфа", "Пермь, Омск"), "text", {"several": None}),
])  # fmt: skip
def test_what_a_column_holds_is_told(
    values: tuple[str, ...], kind: str, more: dict[str, object], tmp_path: Path
) -> None:
    rows = "".join(f'{number}\t"{value}"\n' for number, value in enumerate(values))
    column = _read(tmp_path, "Номер\tКолонка\n" + rows).columns[1]
    assert column.kind == kind
    assert {name: getattr(column, name) for name in more} == more
