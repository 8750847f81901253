"""The encoding of text files, long and short."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.records.importing.recognise.encoding import encoding_of
from tests.core.records.importing.files import kept, read, table

TEXTS = (
    "Наименование;ИНН;Город\nООО Вест-Логистика;7714632098;Москва\n",
    "Имя\nАнна\n",
    "ООО РОМАШКА;МОСКВА\nИВАНОВ\n",
    "Город\nУфа\n",
    "да;нет\n",
    "Name;Город\nIvan;Казань\n",
    "Фамилия;Телефон\nЩукин;8 916\nЁлкин;8 917\n",
    "Цена, руб.;Кол-во\n1 200,50;3\n",
    "id;name;note\n1;Smith;ещё\n",
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "cp1251", "cp866", "koi8-r", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_few_russian_letters_tell_the_encoding(encoding: str, tmp_path: Path) -> None:
    for text in TEXTS:
        assert encoding_of(kept(tmp_path, "a.csv", text.encode(encoding))) == encoding, text


def test_letters_of_western_europe_are_not_taken_for_russian_ones(tmp_path: Path) -> None:
    for text in ("Name;City\nMüller;Köln\nJosé;Zürich\n", "Garçon;naïve café\n"):
        assert encoding_of(kept(tmp_path, "a.csv", text.encode("cp1252"))) == "cp1252"


def test_letters_beyond_the_first_piece_are_seen(tmp_path: Path) -> None:
    data = b"name;note\n" + b"plain;text\n" * 200_000 + "Анна;ещё\n".encode("cp1251")
    assert encoding_of(kept(tmp_path, "a.csv", data)) == "cp1251"


def test_a_file_straight_from_a_russian_excel_needs_no_option(tmp_path: Path) -> None:
    text = "Название;Сумма;Дата;Действует\r\nООО «Ромашка»;1 200,50;03.02.2021;да\r\nАО «Прибой»;48 120,00;14.11.2019;нет\r\n"
    found = read(tmp_path, "выгрузка.csv", text.encode("cp1251"))
    hints = found.hints
    assert (hints.encoding, hints.delimiter, hints.decimal, hints.dates) == ("cp1251", ";", ",", "dmy")
    assert [column.kind for column in found.columns] == ["text", "decimal", "date", "boolean"]
    assert found.header == ("Название", "Сумма", "Дата", "Действует")
    assert table(found)[0] == ("ООО «Ромашка»", "1 200,50", "03.02.2021", "да")
    assert {"encoding", "delimiter", "decimal", "dates", "header"} <= found.guessed
