"""Sums, numbers and dates in words, against an independent speller."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from core.documents.filters import FILTERS, Amount, FilterFault, bound
from core.documents.filters.words.currencies import CURRENCIES
from tests.oracle.spelling import sum_in_words

BOUNDARIES = sorted(
    {
        near + step
        for power in range(13)
        for digit in (1, 2, 5, 9)
        for near in (digit * 10**power, 11 * 10**power, 21 * 10**power, 111 * 10**power)
        for step in (-1, 0, 1)
        if near + step <= 10**12
    }
    | set(range(130))
    | {10**12}
)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("currency", ["RUB", "USD", "EUR"])
def test_sums_are_those_of_an_independent_speller(language: str, currency: str) -> None:
    words = bound(language)["words"]
    made = random.Random(f"{language} {currency}")
    wholes = BOUNDARIES + [made.randrange(10 ** made.randint(1, 12) + 1) for _ in range(1_000)]
    for whole in wholes:
        hundredths = whole * 100 + made.choice((0, 1, 2, 5, 11, 21, 99, made.randrange(100)))
        value = Amount(Decimal(hundredths).scaleb(-2), currency)
        assert words(value) == sum_in_words(language, hundredths, currency)
    for whole in wholes[::50]:
        assert words(-whole, currency) == sum_in_words(language, -whole * 100, currency)


def test_the_lesser_unit_is_rounded_half_up_before_it_is_split() -> None:
    words = bound("ru")["words"]
    assert words(Decimal("1.995"), "RUB") == "два рубля 00 копеек"
    assert words(Decimal("0.005"), "RUB") == "ноль рублей 01 копейка"
    assert words("2600.00", "RUB") == "две тысячи шестьсот рублей 00 копеек"
    assert words(2600, "RUB", "full") == "две тысячи шестьсот рублей ноль копеек"
    assert words(2600, "RUB", lesser="none") == "две тысячи шестьсот рублей"
    assert words(Decimal("41.02"), "BYN") == "сорок один белорусский рубль 02 копейки"
    assert words(Decimal("1500.4"), "JPY") == "одна тысяча пятьсот иен"
    assert words(Amount("5", "USD"), "EUR") == "пять евро 00 центов", "the named currency wins"
    assert bound("en")["words"](Decimal("1.01"), "GBP") == "one pound sterling and 01 penny"


def test_every_currency_has_three_russian_forms_and_two_english_ones() -> None:
    for names in CURRENCIES.values():
        assert (names.lesser is None) == (names.digits == 0)
        for unit in (names.unit, names.lesser):
            assert unit is None or (all(unit.ru) and all(unit.en) and unit.gender in "mf")


def test_numbers_with_genders_and_fractions() -> None:
    ru, en = bound("ru")["words"], bound("en")["words"]
    assert ru(21) == "двадцать один"
    assert ru(21, "femn") == "двадцать одна"
    assert ru(1, "neut") == "одно"
    assert ru(Decimal("12.50")) == "двенадцать целых пять десятых"
    assert ru(Decimal("-1.01")) == "минус одна целая одна сотая"
    assert en(Decimal("2.25")) == "two and twenty-five hundredths"
    assert en(1_234_567) == "one million two hundred thirty-four thousand five hundred sixty-seven"
    with pytest.raises(FilterFault):
        ru(10**18)


def test_dates() -> None:
    day = date(2026, 11, 21)
    assert bound("ru")["words"](day).split() == ["21", "ноября", "2026", "г."]
    assert bound("ru")["words"](day, "full") == "двадцать первое ноября две тысячи двадцать шестого года"
    assert bound("ru")["words"](date(2000, 5, 3), "full") == "третье мая двухтысячного года"
    assert bound("en")["words"]("2026-11-21").split() == ["November", "21,", "2026"]
    assert bound("en")["words"](day, "full") == "November twenty-first, twenty twenty-six"


def test_nothing_gives_nothing_and_what_is_no_number_is_refused() -> None:
    words = bound("ru")["words"]
    assert words(None) == words("") == words(" ") == ""
    for wrong in ("abc", "NaN", "Infinity", True):
        with pytest.raises(FilterFault):
            words(wrong)
    with pytest.raises(FilterFault, match="RUB"):
        words(1, "RUR")
    assert FILTERS["words"].takes == {"number", "date"}
