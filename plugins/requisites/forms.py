"""The requisites as formats of text: any usual spelling in, digits kept, a wrong digit told by its place."""

from __future__ import annotations

import re
from typing import ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.formats import TextFormat
from metamodel.labels import Label
from metamodel.messages import Message, message
from plugins.requisites.digits import SNILS_UNCHECKED, inn_key, ogrn_key, snils_key

_PARTED = re.compile(r"[\s\u00a0\u202f\u2009\-\u2010-\u2015\u2212./]+")


def bare(text: str) -> str:
    """The text without spaces, dashes, points and slashes."""
    return _PARTED.sub("", text)


def refuse(why: Message) -> ValueRefused:
    """The refusal of a value that is outside its limits."""
    return ValueRefused("KBK3003", why)


def wrong_key(place: int | str, found: str, expected: str) -> ValueRefused:
    """The refusal of a check digit."""
    return refuse(
        message(
            "Check digit {place} is {found}, by the other digits it should be {expected}: compare the number with the paper.",
            place=place,
            found=found,
            expected=expected,
        )
    )


def digits_of(text: str, *lengths: int) -> list[int]:
    """The digits of a text that has so many of them and nothing else."""
    written = bare(text)
    for place, sign in enumerate(written, 1):
        if not ("0" <= sign <= "9"):
            raise refuse(
                message(
                    "Digits alone are expected; “{sign}” stands at place {place}.", sign=sign, place=place
                )
            )
    if len(written) not in lengths:
        expected = message("{first} or {last}", first=lengths[0], last=lengths[-1])
        raise refuse(
            message(
                "{expected} digits are expected, these are {found}.",
                expected=expected if len(lengths) > 1 else str(lengths[0]),
                found=len(written),
            )
        )
    if not written.strip("0"):
        raise refuse(message("Zeros alone are no number."))
    return [int(sign) for sign in written]


def joined(digits: list[int]) -> str:
    """Digits as they are kept."""
    return "".join(map(str, digits))


class Inn(TextFormat):
    """A taxpayer's number: 10 digits of an organisation, 12 of a person."""

    name: ClassVar[str] = "inn"
    label: ClassVar[Label] = Label(ru="ИНН", en="INN (tax number)")
    pattern: ClassVar[str] = "[0-9]{10}|[0-9]{12}"

    def read(self, text: str) -> str:
        digits = digits_of(text, 10, 12)
        for place in (10,) if len(digits) == 10 else (11, 12):
            key = inn_key(digits[: place - 1], place)
            if key != digits[place - 1]:
                raise wrong_key(place, str(digits[place - 1]), str(key))
        return joined(digits)


class Kpp(TextFormat):
    """The reason of a registration with the tax service: four digits, two digits or Latin capitals, three digits."""

    name: ClassVar[str] = "kpp"
    label: ClassVar[Label] = Label(ru="КПП", en="KPP (tax registration reason)")
    pattern: ClassVar[str] = "[0-9]{4}[0-9A-Z]{2}[0-9]{3}"

    def read(self, text: str) -> str:
        written = bare(text).upper()
        if len(written) != 9:
            raise refuse(message("{expected} digits are expected, these are {found}.", expected="9", found=len(written)))  # fmt: skip
        for place, sign in enumerate(written, 1):
            letter = place in (5, 6) and "A" <= sign <= "Z"
            if not (letter or "0" <= sign <= "9"):
                raise refuse(message("Digits alone are expected; “{sign}” stands at place {place}.", sign=sign, place=place))  # fmt: skip
        return written


class _Ogrn(TextFormat):
    """A state registration number whose last digit is checked."""

    length: ClassVar[int]

    def read(self, text: str) -> str:
        digits = digits_of(text, self.length)
        key = ogrn_key(digits[:-1])
        if key != digits[-1]:
            raise wrong_key(self.length, str(digits[-1]), str(key))
        return joined(digits)


class Ogrn(_Ogrn):
    """The registration number of an organisation."""

    name: ClassVar[str] = "ogrn"
    label: ClassVar[Label] = Label(ru="ОГРН", en="OGRN (company registration number)")
    pattern: ClassVar[str] = "[0-9]{13}"
    length: ClassVar[int] = 13


class Ogrnip(_Ogrn):
    """The registration number of an entrepreneur."""

    name: ClassVar[str] = "ogrnip"
    label: ClassVar[Label] = Label(ru="ОГРНИП", en="OGRNIP (entrepreneur's registration number)")
    pattern: ClassVar[str] = "[0-9]{15}"
    length: ClassVar[int] = 15


class Bik(TextFormat):
    """The code of a bank: nine digits, the first of them 0; it has no check digit."""

    name: ClassVar[str] = "bik"
    label: ClassVar[Label] = Label(ru="БИК", en="BIK (bank code)")
    pattern: ClassVar[str] = "0[0-9]{8}"

    def read(self, text: str) -> str:
        digits = digits_of(text, 9)
        if digits[0] != 0:
            raise refuse(message("The code of a bank begins with 0, here with {found}.", found=digits[0]))
        return joined(digits)


class Account(TextFormat):
    """An account of twenty digits; its check digit needs the code of the bank (`plugins.requisites.types.Account`)."""

    name: ClassVar[str] = "account"
    label: ClassVar[Label] = Label(ru="Банковский счёт", en="Bank account")
    pattern: ClassVar[str] = "[0-9]{20}"

    def read(self, text: str) -> str:
        return joined(digits_of(text, 20))


class Snils(TextFormat):
    """A personal insurance number: 112-233-445 95."""

    name: ClassVar[str] = "snils"
    label: ClassVar[Label] = Label(ru="СНИЛС", en="SNILS (insurance number)")
    pattern: ClassVar[str] = "[0-9]{11}"

    def read(self, text: str) -> str:
        digits = digits_of(text, 11)
        written = joined(digits)
        key = f"{snils_key(digits[:9]):02}"
        if int(written[:9]) > SNILS_UNCHECKED and key != written[9:]:
            if key[0] == written[9]:
                raise wrong_key(11, written[10], key[1])
            if key[1] == written[10]:
                raise wrong_key(10, written[9], key[0])
            raise wrong_key("10–11", written[9:], key)
        return written

    def show(self, text: str) -> str:
        return f"{text[:3]}-{text[3:6]}-{text[6:9]} {text[9:]}"


FORMS: tuple[TextFormat, ...] = (Inn(), Kpp(), Ogrn(), Ogrnip(), Bik(), Account(), Snils())
