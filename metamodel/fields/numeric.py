"""Numbers as people and programs write them: exact, never a float inside."""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MIN_EMIN, Decimal, InvalidOperation
from decimal import Context as ExactContext
from typing import Any

from metamodel.errors import ValueRefused
from metamodel.expression.types import MAX_DIGITS
from metamodel.fields.base import Context
from metamodel.messages import message

NO_BREAK = "\u00a0"
_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'’"), None)
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_JSON = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")
_LONGEST = 200
_EXACT = ExactContext(prec=_LONGEST, Emin=MIN_EMIN, Emax=MAX_EMAX)
_CURRENCY = r"(?:₽|рубл(?:ь|я|ей)|руб\.?|р\.?|\$|€|£|¥|₸|[A-Z]{3})"
_BEHIND = re.compile(_CURRENCY + "$", re.IGNORECASE)
_BEFORE = re.compile(rf"^([+−-]?)\s*{_CURRENCY}\s*(?=[0-9.,−+-])", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")


def parse_number(raw: Any, context: Context) -> Decimal | None:
    """The number of a JSON value or of a text in the medium's manner, None for empty; refuses what is not finite."""
    if raw is None or isinstance(raw, str) and not raw.strip():
        return None
    if isinstance(raw, bool):
        raise _not_a_number()
    if isinstance(raw, int):
        if abs(raw) >= 10**40:
            raise too_many_digits()
        return Decimal(raw)
    if isinstance(raw, float):
        raw = Decimal(repr(raw))
    if isinstance(raw, Decimal):
        if not raw.is_finite():
            raise _not_a_number()
        return raw
    if not isinstance(raw, str) or len(raw) > _LONGEST:
        raise _not_a_number()
    return _parse_json_text(raw.strip()) if context.medium == "json" else _parse_typed(raw, context.language)


def _parse_json_text(text: str) -> Decimal:
    if not _JSON.fullmatch(text):
        raise _not_a_number()
    return Decimal(text)


def _parse_typed(raw: str, language: str) -> Decimal:
    text = raw.strip().translate(_SPACES).replace("−", "-")
    comma, point = text.count(","), text.count(".")
    if comma and point:
        decimal = "," if text.rfind(",") > text.rfind(".") else "."
        text = _ungroup(text, decimal)
    elif comma == 1 and (language == "ru" or not _is_grouped(text)):
        text = text.replace(",", ".")  # the comma of the numeric pad: no group of thousands could end so
    elif comma:
        text = _ungroup(text, ".")
    elif point > 1:
        text = _ungroup(text, ",")
    if not _PLAIN.fullmatch(text):
        raise _not_a_number()
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise _not_a_number() from error


def _is_grouped(text: str) -> bool:
    bare = text.lstrip("+-")
    return _GROUPED.fullmatch(bare) is not None and not bare.startswith("0")


def _ungroup(text: str, decimal: str) -> str:
    """``1,200.50`` with the point as ``decimal`` to ``1200.50``; groups must have three digits."""
    whole, found, part = text.partition(decimal)
    if not _GROUPED.fullmatch(whole.lstrip("+-")) or "," in part or "." in part:
        raise _not_a_number()
    return whole.replace(",", "").replace(".", "") + ("." + part if found else "")


def without_currency(raw: Any) -> Any:
    """A typed amount without the sign or code of a currency before or behind it; anything else as it is."""
    bare = _BEFORE.sub(r"\1", _BEHIND.sub("", raw.strip()).strip()).strip() if isinstance(raw, str) else ""
    return bare or raw


_CODES = {"₽": "RUB", "р": "RUB", "$": "USD", "€": "EUR", "£": "GBP", "₸": "KZT"}


def refuse_other_currency(raw: Any, currency: Any) -> None:
    """Refuse an amount that is typed with the sign or code of another currency than the field's own."""
    text = raw.strip() if isinstance(raw, str) else ""
    found = _BEHIND.search(text) or _BEFORE.search(text)
    sign = found[0].strip(" +−-.").lower() if found else ""
    code = _CODES.get(sign[:1], sign.upper() if len(sign) == 3 and sign.isascii() else None)
    if code is not None and isinstance(currency, str) and code != currency:
        why = message("This amount is in {currency}, not in {other}.", currency=currency, other=code)
        raise ValueRefused("KBK3002", why)


def refuse_two_ways(raw: Any, language: str) -> None:
    """Refuse an amount in Russian such as ``1.200``: thousands to some, one and a fifth to others."""
    text = raw.strip().translate(_SPACES).replace("−", "-") if isinstance(raw, str) else ""
    if language == "ru" and _THOUSANDS.fullmatch(text):
        raise _two_ways(text, text.replace(".", ","), text.replace(".", NO_BREAK))


def limit(value: Decimal, scale: int) -> Decimal:
    """``value`` at exactly ``scale`` digits after the point; refuses what would be rounded or is over 18 digits."""
    _, digits, exponent = value.as_tuple()
    if exponent == -scale and len(digits) <= MAX_DIGITS:
        return value + 0  # as most amounts are written; without the sign of a zero
    if value.adjusted() >= MAX_DIGITS or len(digits) > _LONGEST:
        raise too_many_digits()
    exact = _EXACT.normalize(value) if value else Decimal(0)
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > scale:
        raise ValueRefused("KBK3003", message("At most {scale} digits after the point.", scale=scale))
    fixed = _EXACT.quantize(exact, Decimal(1).scaleb(-scale)) + 0
    if len(fixed.as_tuple().digits) > MAX_DIGITS:
        raise too_many_digits()
    return fixed


def check_range(value: Decimal | int, least: Any, most: Any) -> None:
    """Refuse a value outside ``min`` and ``max`` of its field's options (None: no limit)."""
    if least is not None and value < as_decimal(least):
        raise ValueRefused("KBK3003", message("At least {least} is expected.", least=least))
    if most is not None and value > as_decimal(most):
        raise ValueRefused("KBK3003", message("At most {most} is expected.", most=most))


def as_decimal(number: Any) -> Decimal:
    """A number of a definition (int, float of YAML, text) as the decimal it was written as."""
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def write_number(value: Decimal | int, context: Context, *, grouped: bool) -> str:
    """A number as people of the language write it; ``grouped`` puts spaces (ru) or commas (en) between thousands."""
    exact = Decimal(value)  # an int formatted as a fraction would pass through a float
    text = f"{exact:,f}" if grouped else f"{exact:f}"
    if context.language == "ru":
        text = text.replace(",", NO_BREAK).replace(".", ",")
    return text


def _two_ways(raw: str, one: str, other: str) -> ValueRefused:
    why = message(
        "“{text}” may be read in two ways: write {one} or {other}.",
        text=raw.strip()[:40],
        one=one,
        other=other,
    )
    return ValueRefused("KBK3002", why)


def _not_a_number() -> ValueRefused:
    return ValueRefused("KBK3002", message("A number is expected."))


def too_many_digits() -> ValueRefused:
    """A number of more digits than the system keeps."""
    return ValueRefused("KBK3003", message("At most {digits} digits are kept.", digits=MAX_DIGITS))
