"""Filters of numbers: money, numbers, percents and the tax inside an amount."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from babel.numbers import get_currency_precision, is_currency

from core.documents.filters.base import NUMBER, Amount, Argument, Filter, FilterFault, as_decimal, is_empty
from core.i18n import formats
from metamodel.labels import Label
from metamodel.messages import Message, message

MOST_DIGITS = 9


def rounded(value: Decimal, digits: int) -> Decimal:
    """Half up, as every sum of this system."""
    with localcontext() as context:
        context.prec = 60
        return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def currency_fault(code: object) -> Message | None:
    """What is wrong with a currency's code, or nothing."""
    if code == "" or (isinstance(code, str) and is_currency(code)):
        return None
    return message(
        "“{code}” is not a currency of ISO 4217: three letters such as RUB, USD, EUR", code=str(code)
    )


def _digits_fault(digits: object) -> Message | None:
    if isinstance(digits, int) and digits <= MOST_DIGITS:
        return None
    return message("Digits after the point: from 0 to {most}", most=MOST_DIGITS)


def checked_digits(digits: Any) -> int | None:
    """The digits of an argument that came while rendering."""
    if digits is None or is_empty(digits):
        return None
    number = as_decimal(digits)
    if number != number.to_integral_value() or not 0 <= number <= MOST_DIGITS:
        raise FilterFault(message("Digits after the point: from 0 to {most}", most=MOST_DIGITS))
    return int(number)


def currency_of(value: object, currency: object) -> str | None:
    """The currency named, or that of the value; an empty text takes it away."""
    if currency is None or (currency != "" and is_empty(currency)):
        return getattr(value, "currency", None)
    code = str(currency)
    if fault := currency_fault(code):
        raise FilterFault(fault)
    return code or None


def money(language: str, value: Any, currency: Any = None, digits: Any = None) -> str:
    """``2 600,00 ₽``; without a currency anywhere, the figure alone."""
    code = currency_of(value, currency)
    scale = checked_digits(digits)
    if scale is None:
        scale = get_currency_precision(code) if code else 2
    return formats.format_money(language, rounded(as_decimal(value), scale), code, scale)


def number(language: str, value: Any, digits: Any = None) -> str:
    """``1 234,5``: as many digits after the point as the value means, or as many as are asked for."""
    scale = checked_digits(digits)
    exact = as_decimal(value)
    if scale is None:
        scale = max(0, -int(exact.normalize().as_tuple().exponent))
    return formats.format_number(language, rounded(exact, scale), scale)


def percent(language: str, value: Any, digits: Any = None) -> str:
    """``20 %`` of 0.20."""
    scale = checked_digits(digits)
    exact = as_decimal(value)
    return formats.format_percent(
        language, rounded(exact, scale + 2) if scale is not None else exact, scale or 0
    )


def share_of(rate: Any) -> Decimal:
    """A rate as a share: 0.22, 22, ``"22%"`` and ``"22"`` are the same."""
    written = str(rate).replace(",", ".").strip() if isinstance(rate, str) else rate
    if isinstance(written, str) and written.endswith("%"):
        share = as_decimal(written[:-1]).scaleb(-2)
    else:
        exact = as_decimal(written)
        share = exact.scaleb(-2) if exact >= 1 else exact
    if not 0 <= share <= 1:
        raise FilterFault(message("A rate of tax is from 0 to 100 %"))
    return share


def vat(language: str, value: Any, rate: Any = None) -> Amount | str:
    """The tax that is inside an amount, to the hundredth; no rate, no tax: nothing."""
    if is_empty(rate):
        return ""
    share = share_of(rate)
    with localcontext() as context:
        context.prec = 60
        inside = as_decimal(value) * share / (1 + share)
    return Amount(rounded(inside, 2), getattr(value, "currency", None))


def _rate_fault(rate: object) -> Message | None:
    try:
        share_of(rate)
    except FilterFault as fault:
        return fault.message
    return None


CURRENCY = Argument(name="currency", label=Label(ru="валюта", en="currency"), check=currency_fault)
DIGITS = Argument(
    name="digits",
    kind="number",
    label=Label(ru="знаков после запятой", en="digits after the point"),
    check=_digits_fault,
)
FILTERS = (
    Filter(
        name="money",
        label=Label(
            ru='сумма с разрядами, двумя знаками и знаком валюты (поля или названной; money("") – без знака)',
            en="an amount with groups, two digits and the currency's sign (the field's or the named one; "
            'money("") has none)',
        ),
        function=money,
        takes=NUMBER,
        arguments=(CURRENCY, DIGITS),
        example=('{{ 2600|money("RUB") }}', "2 600,00 ₽"),
    ),
    Filter(
        name="number",
        label=Label(
            ru="число с разрядами и запятой; лишние нули отпадают, number(2) – всегда два знака",
            en="a number with groups; idle zeros fall away, number(2) has always two digits",
        ),
        function=number,
        takes=NUMBER,
        arguments=(DIGITS,),
        example=("{{ 1234.500|number }}", "1 234,5"),
    ),
    Filter(
        name="percent",
        label=Label(ru="доля как проценты: 0,2 – это 20 %", en="a share as percents: 0.2 is 20%"),
        function=percent,
        takes=NUMBER,
        arguments=(DIGITS,),
        example=("{{ 0.22|percent }}", "22 %"),
    ),
    Filter(
        name="vat",
        label=Label(
            ru="налог, который сидит внутри суммы, до копейки: amount|vat(22) или amount|vat(ставка из поля)",
            en="the tax inside an amount, to the hundredth: amount|vat(22) or a rate from a field",
        ),
        function=vat,
        takes=NUMBER,
        gives="number",
        arguments=(
            Argument(
                name="rate",
                kind="any",
                required=True,
                label=Label(ru="ставка", en="rate"),
                check=_rate_fault,
            ),
        ),
        example=('{{ 1220|vat("22%")|money("RUB") }}', "220,00 ₽"),
    ),
)
