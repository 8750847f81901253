"""The filter ``words``: sums, numbers and dates in words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.documents.filters.base import Argument, Filter, FilterFault, as_date, as_decimal, is_empty
from core.documents.filters.counting import russian_form
from core.documents.filters.figures import rounded
from core.documents.filters.moments import date_in_words
from core.documents.filters.words.currencies import CURRENCIES, Named
from core.documents.filters.words.spelling import cardinal, exact_number, ordinal, year
from metamodel.errors import unknown
from metamodel.labels import Label
from metamodel.messages import Message, message

GENDERS = {"masc": "m", "femn": "f", "neut": "n"}
FULL = "full"
FORMS = (*CURRENCIES, *GENDERS, FULL)

_MONTHS = {
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def sum_in_words(language: str, value: Decimal, currency: str, lesser: str | None = None) -> str:
    """«две тысячи шестьсот рублей 00 копеек», “two thousand six hundred roubles and 00 kopecks”.

    Rounded half up to the lesser unit before it is split; ``full`` spells that too, ``none`` leaves it out.
    """
    if currency not in CURRENCIES:
        raise FilterFault(_form_fault(currency) or message("“{name}” has no words here", name=currency))
    names = CURRENCIES[currency]
    exact = rounded(value, names.digits)
    whole, part = divmod(int(abs(exact).scaleb(names.digits)), 10**names.digits)
    words = f"{cardinal(language, whole, names.unit.gender)} {_form_of(language, names.unit, whole)}"
    if exact < 0:
        words = f"{'минус' if language == 'ru' else 'minus'} {words}"
    if names.lesser is None or lesser == "none":
        return words
    figure = cardinal(language, part, names.lesser.gender) if lesser == FULL else f"{part:0{names.digits}}"
    join = " " if language == "ru" else " and "
    return f"{words}{join}{figure} {_form_of(language, names.lesser, part)}"


def _form_of(language: str, unit: Named, count: int) -> str:
    if language == "ru":
        return unit.ru[russian_form(Decimal(count))]
    return unit.en[0 if count == 1 else 1]


def full_date(language: str, day: date) -> str:
    """«двадцать первое ноября две тысячи двадцать шестого года», “November twenty-first, twenty twenty-six”."""
    month = _MONTHS["ru" if language == "ru" else "en"][day.month - 1]
    if language == "ru":
        return f"{ordinal('ru', day.day, gender='n')} {month} {year('ru', day.year)} года"
    return f"{month} {ordinal('en', day.day)}, {year('en', day.year)}"


def words(language: str, value: Any, form: Any = None, lesser: Any = None) -> str:
    """By what the value is: a date, an amount with a currency (its own or named), or a number."""
    named = None if is_empty(form) else str(form)
    if isinstance(value, date | datetime) or _is_written_date(value):
        day = as_date(value)
        return full_date(language, day) if named == FULL else date_in_words(language, day)
    number = as_decimal(value)
    currency = getattr(value, "currency", None)
    if named in GENDERS:
        return exact_number(language, number, GENDERS[named])
    if named not in (None, FULL):
        currency = named
    if currency is None:
        return exact_number(language, number)
    return sum_in_words(language, number, currency, FULL if named == FULL else lesser and str(lesser))


def _is_written_date(value: object) -> bool:
    """ISO text of a date, which is what a date of a ``json`` field is."""
    text = str(value).strip() if isinstance(value, str) else ""
    return len(text) >= 10 and text[4] == text[7] == "-" and text[:4].isdigit()


def _form_fault(form: object) -> Message | None:
    if form in FORMS:
        return None
    return message(
        "{fault}; in words are {currencies}, and the genders {genders} of numbers",
        fault=unknown("There is no currency “{name}” in words", str(form), FORMS),
        currencies=tuple(CURRENCIES),
        genders=tuple(GENDERS),
    )


FILTERS = (
    Filter(
        name="words",
        label=Label(
            ru='прописью: сумма – words("RUB") (валюта поля или названная; words("RUB", "full") – и копейки '
            'словами), число – words("femn") в нужном роде, дата – 21 ноября 2026 г., words("full") – вся словами',
            en='in words: a sum, words("RUB"), of the field\'s currency or the named one (words("RUB", "full") spells '
            'kopecks too), a number, a date; words("full") spells the date wholly',
        ),
        function=words,
        takes=frozenset({"number", "date"}),
        arguments=(
            Argument(
                name="form",
                label=Label(ru="валюта, род или full", en="currency, gender or full"),
                check=_form_fault,
            ),
            Argument(name="lesser", label=Label(ru="копейки", en="cents"), choices=(FULL, "none")),
        ),
        example=('{{ 2600|words("RUB") }}', "две тысячи шестьсот рублей 00 копеек"),
    ),
)
