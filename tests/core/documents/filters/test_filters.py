"""Filters of templates: what each prints, what it refuses, the examples of the documentation."""

from __future__ import annotations

import copy
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import jinja2
import pytest

from core.documents.filters import FILTERS, UNKNOWN, Amount, FilterFault, arguments_fault, bound

RU, EN = bound("ru"), bound("en")


def spaced(text: object) -> str:
    return str(text).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NON-BREAKING HYPHEN}", "-")


@pytest.mark.parametrize("name", [name for name, filter_ in FILTERS.items() if filter_.example[0]])
def test_the_example_of_the_documentation_gives_what_it_says(name: str) -> None:
    environment = jinja2.Environment(autoescape=True)
    environment.filters.update(RU)
    use, result = FILTERS[name].example
    assert spaced(environment.from_string(use).render()) == result


def test_a_telephone_is_not_torn_at_the_end_of_a_line() -> None:
    assert not set(RU["phone"]("+74951234567")) & set(" -")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("name", [name for name, filter_ in FILTERS.items() if not filter_.empty])
def test_nothing_gives_nothing(name: str, language: str) -> None:
    for empty in (None, "", jinja2.Undefined(name="нет")):
        assert bound(language)[name](empty) == ""


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (RU["money"](Amount("1234567.5", "RUB")), "1 234 567,50 ₽"),
        (RU["money"](Amount("-5", "USD")), "−5,00 $"),
        (RU["money"](Decimal("0.005")), "0,01"),
        (RU["money"](Amount("10", "RUB"), ""), "10,00"),
        (RU["money"](Amount("10.6", "RUB"), digits=0), "11 ₽"),
        (RU["money"](1500, "JPY"), "1 500 ¥"),
        (EN["money"](Amount("1234.5", "USD")), "$1,234.50"),
        (EN["money"](-3, "RUB"), "−₽3.00"),
        (RU["number"](Decimal("1000.000")), "1 000"),
        (RU["number"](Decimal("2.5"), 3), "2,500"),
        (RU["number"](Decimal("1E+3")), "1 000"),
        (RU["percent"](Decimal("0.075")), "7,5 %"),
        (EN["percent"](Decimal("0.2"), 1), "20.0%"),
        (RU["vat"](Decimal("1220"), 22), "220.00"),
        (RU["vat"](Decimal("1220"), Decimal("0.22")), "220.00"),
        (RU["vat"](Amount("100", "RUB"), "20 %").currency, "RUB"),
        (RU["vat"](Decimal("0.03"), "20%"), "0.01"),
        (RU["vat"](Decimal("100"), None), ""),
        (RU["vat"](Decimal("100"), 0), "0.00"),
        (RU["date"](date(2026, 3, 5)), "05.03.2026"),
        (RU["date"](datetime(2026, 3, 5, 23, 59), "long"), "5 марта 2026 г."),
        (RU["date"]("2026-03-05", "«d» MMMM yyyy 'года'"), "«5» марта 2026 года"),
        (RU["date"]("2026-03-05", "LLLL yyyy"), "март 2026"),
        (EN["date"]("2026-03-05", "full"), "Thursday, March 5, 2026"),
        (RU["time"](time(9, 5)), "09:05"),
        (EN["time"]("2026-03-05T14:30:00"), "2:30 PM"),
        (RU["time"]("14:30:05", "HH.mm.ss"), "14.30.05"),
        (RU["plural"](21, "товар", "товара", "товаров"), "товар"),
        (RU["plural"](112, "товар", "товара", "товаров"), "товаров"),
        (RU["plural"](Decimal("1.5"), "товар", "товара", "товаров"), "товара"),
        (RU["plural"](2, "item", "items"), "items"),
        (EN["plural"](1, one="item", few="items"), "item"),
        (RU["initials"]("Руднев Сергей Ильич", "before"), "С. И. Руднев"),
        (RU["initials"]("Салтыков-Щедрин Михаил"), "Салтыков-Щедрин М."),
        (RU["initials"]("Алиев Вагиф Гасан оглы"), "Алиев В. Г."),
        (RU["initials"]("Руднев С. И."), "Руднев С. И."),
        (RU["initials"]("Руднев"), "Руднев"),
        (EN["initials"]("John Ronald Smith"), "J. R. Smith"),
        (RU["capital"]("рубль OOO"), "Рубль OOO"),
        (RU["yes_no"](False), "нет"),
        (EN["yes_no"](True, "has", "has not"), "has"),
        (RU["default"](None, "—"), "—"),
        (RU["default"](0, "—"), "0"),
        (RU["phone"]("+74951234567", "national"), "8 (495) 123-45-67"),
        (RU["phone"]("спросить Ивана"), "спросить Ивана"),
    ],
)
def test_what_is_printed(given: Any, result: str) -> None:
    assert spaced(given) == result


def test_a_picture_is_sized_in_millimetres() -> None:
    class Picture:
        def sized(self, width: float | None, height: float | None) -> tuple[float | None, float | None]:
            return width, height

    size = RU["size"]
    assert size(Picture(), "30mm") == (30, None)
    assert size(Picture(), height="2,5 см") == (None, 25)
    assert size(Picture(), 40, "1in") == (40, 25.4)
    for wrong in ("0mm", "3 metres", "99999mm"):
        with pytest.raises(FilterFault):
            size(Picture(), wrong)


@pytest.mark.parametrize(
    ("name", "args", "keywords"),
    [
        ("money", ["рубли"], {}),
        ("money", [5], {}),
        ("money", ["RUB", -1], {}),
        ("money", ["RUB", 2, 3], {}),
        ("money", ["RUB"], {"currency": "USD"}),
        ("money", [], {"curency": "USD"}),
        ("upper", ["x"], {}),
        ("number", ["два"], {}),
        ("number", [99], {}),
        ("date", ["%d.%m.%Y"], {}),
        ("date", ["HH:mm"], {}),
        ("date", ["DD.MM.YYYY гг ZZZ"], {}),
        ("time", ["yyyy"], {}),
        ("plural", ["товар"], {}),
        ("words", ["рублей"], {}),
        ("words", ["RUB", "копейки"], {}),
        ("vat", [], {}),
        ("vat", ["много"], {}),
        ("vat", [-5], {}),
        ("initials", ["посередине"], {}),
        ("size", ["большая"], {}),
    ],
)
def test_wrong_arguments_are_found_before_anything_is_rendered(
    name: str, args: list[Any], keywords: dict[str, Any]
) -> None:
    assert arguments_fault(FILTERS[name], args, keywords) is not None


def test_arguments_that_only_the_rendering_knows_pass_the_check_and_are_refused_then() -> None:
    assert arguments_fault(FILTERS["money"], [UNKNOWN, UNKNOWN]) is None
    assert spaced(RU["money"](5, None)) == "5,00"
    assert spaced(RU["money"](5, jinja2.Undefined())) == "5,00"
    assert spaced(RU["number"](5, Decimal("2"))) == "5,00"
    with pytest.raises(FilterFault, match="ISO"):
        RU["money"](5, "рубли")


def test_a_copied_amount_keeps_its_currency() -> None:
    amount = copy.deepcopy(Amount("1.50", "EUR"))
    assert (amount, amount.currency, str(amount)) == (Decimal("1.50"), "EUR", "1.50")


@pytest.mark.parametrize("name", list(FILTERS))
def test_whatever_comes_a_filter_prints_or_refuses(name: str) -> None:
    values = (
        "1e400",
        "1e-400",
        10**400,
        "NaN",
        True,
        [1],
        {"a": 1},
        "2026-02-30",
        date(1, 1, 1),
        "Б- В-",
        "оглы",
    )
    for value in (*values, b"x", object(), "Иванов " * 140):
        for args in ((), ("RUB",), ("22%",), (5,), (10**50,), ("a", "b"), ("full",), ("30mm",)):
            try:
                assert RU[name](value, *args) is not None
            except FilterFault as refused:
                assert str(refused)
