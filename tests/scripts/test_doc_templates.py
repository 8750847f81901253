"""The starter templates are what the code makes, open as Word documents, and print an invoice with all its figures."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import docx
import pytest
from docxtpl import DocxTemplate

from core.documents.filters import Amount
from core.documents.making.arithmetic import plain
from core.documents.making.environment import DocumentEnvironment
from core.documents.making.nothing import EMPTY
from core.documents.making.values import Record
from scripts.doc_templates import made, wanted


def thing(**values: Any) -> Record:
    """A record: printed as its name."""
    given = {name: EMPTY if value is None else value for name, value in values.items()}
    return Record("thing", None, str(values.get("name", "")), given)


FIELDS = """kpp ogrn city address phone email bank bik account corr_account accountant logo stamp director_signature
accountant_signature director director_post basis"""


def deal(rows: int) -> Record:
    nothing = dict.fromkeys(FIELDS.split())
    seller = {**nothing, "name": "ООО «Полка & К»", "inn": "9901234561", "vat_rate": Decimal("0.22")}
    seller |= {
        "director": "Ветров Андрей Павлович",
        "director_post": "генеральный директор",
        "basis": "устав",
    }
    buyer = {**nothing, "name": "ИП Ким", "inn": "", "director": "Ким Мария Олеговна"}
    taxes = {3: ("0.1", "110.91"), 4: (None, None)}
    items = []
    for number in range(1, rows + 1):
        rate, tax = taxes.get(number, ("0.22", "220.00"))
        items.append(thing(
            name="", product=thing(name=f"Балка {number}", unit="шт."), quantity=Decimal("2.000"),
            price=Amount("610.00", "RUB"), discount=None, amount=Amount("1220.00", "RUB"),
            vat_rate=rate and Decimal(rate), vat=tax and Amount(tax, "RUB"),
        ))  # fmt: skip
    total = Amount(1220 * rows, "RUB")
    return thing(
        name="Стеллажи", number="Д-1", seller=thing(**seller), company=thing(**buyer), items=items,
        items_total=total if rows else None, amount=total if rows else Amount("2600", "RUB"),
        opened_on=date(2026, 11, 19), closes_on=None,
    )  # fmt: skip


def rendered(name: str, rows: int) -> str:
    """The text of a document made of a template, spaces plain."""
    language = "en" if "_en" in name else "ru"
    environment = DocumentEnvironment(
        language, lambda value: plain(language, value) if value is None else value
    )
    context = {"deal": deal(rows), "doc": SimpleNamespace(number="7", date=date(2026, 11, 21))}
    template = made()[name]
    if name.endswith(".html"):
        text = environment.from_string(template.decode()).render(context)
    else:
        document = DocxTemplate(io.BytesIO(template))
        document.render(context, environment, autoescape=True)
        out = io.BytesIO()
        document.save(out)
        text = "\n".join(_texts(docx.Document(io.BytesIO(out.getvalue()))))
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("&amp;", "&")


def _texts(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs] + [
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    ]


def test_the_files_are_what_the_code_makes() -> None:
    stale = [str(path) for path, data in wanted().items() if not path.is_file() or path.read_bytes() != data]
    assert stale == [], "run python -m scripts.doc_templates"


@pytest.mark.parametrize("name", ["invoice.docx", "invoice.html"])
def test_an_invoice_tells_its_items_its_tax_and_its_sum_in_words(name: str) -> None:
    text = rendered(name, 4)
    for expected in (
        "Счёт на оплату № 7 от 21 ноября 2026 г.", "ООО «Полка & К»", "ИП Ким", "Балка 4", "1 220,00", "4 880,00 ₽",
        "В том числе НДС 22 %:", "440,00", "В том числе НДС 10 %:", "110,91", "Без НДС",
        "Четыре тысячи восемьсот восемьдесят рублей 00 копеек", "Ветров А. П.",
        "Всего наименований 4",
    ):  # fmt: skip
        assert expected in text, expected
    assert "{" not in text.partition("<body>")[2]


@pytest.mark.parametrize("name", ["invoice.docx", "invoice.html", "invoice_en.docx", "invoice_en.html"])
def test_a_deal_without_items_is_one_line_of_its_own_name(name: str) -> None:
    text = rendered(name, 0)
    assert "Стеллажи" in text
    words = (
        "Two thousand six hundred roubles and 00 kopecks"
        if "_en" in name
        else "Две тысячи шестьсот рублей 00"
    )
    assert words in text


@pytest.mark.parametrize("name", ["contract.docx", "contract.html"])
def test_a_contract_names_both_sides_in_the_genitive(name: str) -> None:
    text = rendered(name, 2)
    for expected in (
        "в лице генерального директора Ветрова Андрея Павловича, действующего на основании устава",
        "генерального директора Ким Марии Олеговны, действующей на основании Устава",
        "2 440,00 ₽ (две тысячи четыреста сорок рублей 00 копеек), в том числе НДС 22 % – 440,00 ₽",
        "СПЕЦИФИКАЦИЯ", "/ Ким М. О. /",
    ):  # fmt: skip
        assert expected in text, expected
    assert "СПЕЦИФИКАЦИЯ" not in rendered(name, 0)
    english = rendered(name.replace("contract", "contract_en"), 3)
    for expected in (
        "represented by Ветров Андрей Павлович, генеральный директор, acting",
        "including VAT 10% – ₽110.91, VAT 22% – ₽440.00", "SPECIFICATION",
    ):  # fmt: skip
        assert expected in english, expected
