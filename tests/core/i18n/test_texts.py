"""Texts, numbers and dates of a language."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.i18n import best_language, texts
from core.i18n.catalogue import Catalogue
from core.i18n.texts import Texts
from metamodel.labels import Label
from metamodel.messages import message

RUSSIAN = Texts(
    "ru",
    Catalogue(
        language="ru",
        single={"{label}: not found": "{label}: не найдено"},
        plural={"{count} rows": ("{count} строка", "{count} строки", "{count} строк")},
        form=texts("ru").catalogue.form,
    ),
)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(1, "1 строка"), (2, "2 строки"), (5, "5 строк"), (11, "11 строк"), (21, "21 строка")],
)
def test_a_message_takes_the_plural_form_of_its_count(count: int, shown: str) -> None:
    assert RUSSIAN.render(message("{count} rows", count=count)) == shown


def test_labels_and_messages_inside_a_message_are_in_the_same_language() -> None:
    inner = message("{label}: not found", label=Label(ru="Сделка", en="Deal"))
    assert RUSSIAN.render(message("{what}!", what=inner)) == "Сделка: не найдено!"
    assert texts("en").render(message("{what}!", what=inner)) == "Deal: not found!"


def test_braces_in_a_parameter_are_text() -> None:
    assert texts("en").render(message("no {name}", name="{0.__class__}")) == "no {0.__class__}"


def test_a_string_is_data_and_is_not_translated() -> None:
    assert RUSSIAN.render("{label}: not found") == "{label}: not found"


@pytest.mark.parametrize(
    ("language", "value", "scale", "shown"),
    [
        ("ru", Decimal("1234567.5"), 2, "1\u00a0234\u00a0567,50"),
        ("ru", Decimal("-0.50"), None, "\u22120,50"),
        ("ru", 1117, None, "1\u00a0117"),
        ("en", Decimal("1234567.5"), 2, "1,234,567.50"),
        ("en", -1117, 0, "\u22121,117"),
    ],
)
def test_numbers_are_grouped_with_the_signs_of_the_language(
    language: str, value: Decimal | int, scale: int | None, shown: str
) -> None:
    assert texts(language).number(value, scale) == shown


def test_money_and_percent_stand_as_the_language_writes_them() -> None:
    assert texts("ru").money(Decimal("1234.5"), "RUB") == "1\u00a0234,50\u00a0₽"
    assert texts("en").money(Decimal("-1234.5"), "USD") == "\u2212$1,234.50"
    assert texts("en").money(Decimal("-1234.5"), "RUB") == "\u2212₽1,234.50"
    assert texts("en").money(Decimal(5), "CHF") == "CHF\u00a05.00", "letters do not touch figures"
    assert texts("ru").money(Decimal(5), "ZZZ") == "5,00\u00a0ZZZ"
    assert texts("ru").percent(Decimal("0.20")) == "20\u00a0%"
    assert texts("en").percent(Decimal("0.125")) == "12.5%"
    assert texts("ru").percent(Decimal(0), 1) == "0,0\u00a0%"


def test_dates_and_instants_are_on_the_readers_clock() -> None:
    instant = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert texts("ru").date(date(2026, 1, 2)) == "02.01.2026"
    assert texts("en").date(date(2026, 1, 2)) == "Jan 2, 2026"
    assert texts("ru").datetime(instant, ZoneInfo("Europe/Moscow")) == "22.11.2026 01:30"
    assert texts("en").datetime(instant, ZoneInfo("UTC")) == "Nov 21, 2026, 10:30 PM"
    assert texts("ru").time(time(9, 5)) == "09:05"


def test_the_header_of_a_browser_chooses_among_our_languages() -> None:
    assert best_language("de-DE, ru;q=0.8, en;q=0.7") == "ru"
    assert best_language("en-US,en;q=0.9,ru;q=0.8") == "en"
    assert best_language(None, "ru") == "ru"
    assert best_language("\x00;;;q=9", "en") == "en"
