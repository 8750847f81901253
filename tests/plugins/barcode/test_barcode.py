"""Codes: check digits, what each kind holds, pictures without styles, and who may ask for one."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from core.i18n import texts
from metamodel.errors import ValueRefused
from plugins.barcode.codes import CODES, check_digit, picture, read

HELD = [
    ("qr", "https://kubik.example/товар/1?a=b&c=<d>"), ("ean13", "4600051000057"), ("ean13", "5901234123457"),
    ("ean8", "96385074"), ("code128", "A-12-3 z"), ("code39", "BOX 7"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), HELD)
def test_a_code_is_drawn_black_on_white_without_a_style(kind: str, text: str) -> None:
    drawn = picture(kind, read(kind, text))
    root = ET.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and "viewBox" in root.attrib
    assert "#fff" in drawn and "#000" in drawn
    assert "style" not in drawn and "script" not in drawn


def test_every_kind_is_tried() -> None:
    assert {kind for kind, _ in HELD} == set(CODES)


@pytest.mark.parametrize("text", ["4600051000057", "5901234123457", "96385074", "4006381333931"])
def test_the_check_digit_is_that_of_gs1(text: str) -> None:
    assert check_digit(text[:-1]) == text[-1]


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("ean13", "4600051000058", "Контрольная цифра (место 13) — 8, а по остальным цифрам кода должна быть 7."),
        ("ean13", "460005100005", "В коде должно быть цифр: 13, здесь 12."),
        ("ean8", "9638507А", "В коде только цифры, а на месте 8 стоит «А»."),
        ("code128", "Ящик", "В таком коде бывают только латинские буквы, цифры и знаки."),
    ],
)  # fmt: skip
def test_what_a_code_cannot_hold_is_told(kind: str, text: str, told: str) -> None:
    with pytest.raises(ValueRefused) as error:
        read(kind, text)
    assert texts("ru").render(error.value.message) == told


def test_spaces_of_printed_codes_are_passed_over() -> None:
    assert read("ean13", "4 600051 000057") == "4600051000057"
