"""Reading CSV files: what real files look like, and what is refused with words."""

from datetime import date

import pytest

from core.errors import KubikError
from core.records.importing.cells import parse_cell
from core.records.importing.reading import decode, find_delimiter, read_table
from metamodel.fields.base import Context
from tests.metamodel.fields.samples import sample_field


def rows(text):
    table = read_table(text)
    return [dict(zip(table.header, line.cells, strict=False)) for line in table.lines()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name,town\nAnna,"Perm, Kama"\n', [{"name": "Anna", "town": "Perm, Kama"}]),
        ('a,b\n1,""\n2,3', [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]),
        ('a,b\r\n1,""\r\n2,3\r\n', [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]),
        ('a,b\n1,"he said ""no"" twice"\n', [{"a": "1", "b": 'he said "no" twice'}]),
        ('k,v\n1,"{""x"": [1.0, 2]}"\n', [{"k": "1", "v": '{"x": [1.0, 2]}'}]),
        ('a,b\n"one \ntwo",3\n', [{"a": "one \ntwo", "b": "3"}]),
        ('a,b\r\n"one \r\ntwo",3\r\n', [{"a": "one \r\ntwo", "b": "3"}]),
        ('a,b\n"x \n""y"" \nz",2\n', [{"a": 'x \n"y" \nz', "b": "2"}]),
        ("a,b\nё,ʤ", [{"a": "ё", "b": "ʤ"}]),
        ("код;имя\n007;Ёлка\n", [{"код": "007", "имя": "Ёлка"}]),
        ("code\tname\n007\tA, B; C\n", [{"code": "007", "name": "A, B; C"}]),
        ("name\nAnna\nBoris\n", [{"name": "Anna"}, {"name": "Boris"}]),
    ],
)
def test_rows_are_what_the_file_says(text, expected):
    assert rows(text) == expected


def test_line_numbers_count_newlines_inside_quotes():
    table = read_table('a,b\n"1\n2\n3",x\n\n"4",y\r\n5,z\n')
    assert [line.number for line in table.lines()] == [2, 6, 7]


@pytest.mark.parametrize(
    ("text", "expected"), [("a,b;c\n1,2;3\n", ","), ("a;b,c,d\n1;2\n", ";"), ("a\n1\n", ",")]
)
def test_the_delimiter_is_the_one_that_fits_every_row(text, expected):
    assert find_delimiter(text) == expected


def test_a_byte_order_mark_is_removed():
    assert read_table(decode("\ufeffимя,код\n".encode())).header == ("имя", "код")


@pytest.mark.parametrize("data", ["имя\nЁлка\n".encode("cp1251"), "имя\n".encode("utf-16")])
def test_another_encoding_is_refused_with_the_way_out(data):
    with pytest.raises(KubikError) as caught:
        decode(data)
    assert caught.value.code == "KBK5001"
    assert "UTF-8" in str(caught.value.detail)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_file_without_a_header_is_refused(text):
    with pytest.raises(KubikError, match="KBK5001"):
        read_table(text)


def test_a_quote_that_never_closes_is_refused_with_its_line():
    with pytest.raises(KubikError, match="Line 3"):
        list(read_table('a,b\n1,2\n3,"four\n5,6\n').lines())


def test_a_day_may_have_the_midnight_of_other_programs_behind_it():
    for text in ("2030-02-03", "2030-02-03 00:00:00", "03.02.2030 0:00"):
        assert parse_cell(sample_field("date"), text, Context(medium="csv"), ".", "dmy") == date(2030, 2, 3)
