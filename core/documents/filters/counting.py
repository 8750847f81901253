"""The form of a word that goes with a number: 1 товар, 2 товара, 5 товаров; 1 item, 2 items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.documents.filters.base import NUMBER, Argument, Filter, as_decimal
from metamodel.labels import Label


def russian_form(number: Decimal) -> int:
    """Which of «товар, товара, товаров» goes with a number; a fraction takes the second («1,5 товара»)."""
    whole = abs(number)
    if whole != whole.to_integral_value():
        return 1
    units, tens = int(whole % 10), int(whole % 100)
    if units == 1 and tens != 11:
        return 0
    if 2 <= units <= 4 and not 12 <= tens <= 14:
        return 1
    return 2


def plural(language: str, value: Any, one: Any, few: Any, many: Any = None) -> str:
    """Two forms are English ones, three are Russian ones, whatever the language of the document."""
    forms = [str(form) for form in (one, few, many) if form is not None]
    number = as_decimal(value)
    if len(forms) == 2:
        return forms[0] if abs(number) == 1 else forms[1]
    return forms[russian_form(number)]


def _form(name: str, ru: str, en: str, *, required: bool) -> Argument:
    return Argument(name=name, label=Label(ru=ru, en=en), required=required)


FILTERS = (
    Filter(
        name="plural",
        label=Label(
            ru="слово при числе, само число не печатается: товар, товара, товаров",
            en="the word that goes with a number, without the number: item, items",
        ),
        function=plural,
        takes=NUMBER,
        arguments=(
            _form("one", "форма для одного", "form for one", required=True),
            _form("few", "форма для двух", "form for two", required=True),
            _form("many", "форма для пяти", "form for five", required=False),
        ),
        example=('{{ 5|plural("товар", "товара", "товаров") }}', "товаров"),
    ),
)
