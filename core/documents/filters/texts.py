"""Filters of texts: initials, letters' size, a word for nothing, yes and no, telephones."""

from __future__ import annotations

from typing import Any

from core.documents.filters.base import ANYTHING, TEXT, Argument, Filter, is_empty
from core.i18n.formats import NO_BREAK_SPACE
from metamodel.labels import Label

NO_BREAK_HYPHEN = "\N{NON-BREAKING HYPHEN}"
_AFTER_PATRONYMIC = frozenset({"оглы", "кызы", "углы", "гызы"})


def initials(language: str, value: Any, order: Any = None) -> str:
    """``Руднев С. И.``; with ``before`` ``С. И. Руднев``. A name of one word, or with initials already, stays."""
    words = str(value).split()
    if len(words) < 2 or any("." in word for word in words):
        return str(value)
    latin = all(word.isascii() for word in words)
    given = words[:-1] if latin else [word for word in words[1:] if word.lower() not in _AFTER_PATRONYMIC]
    surname = words[-1] if latin else words[0]
    letters = NO_BREAK_SPACE.join(
        "-".join(f"{part[0]}." for part in word.split("-") if part) for word in given
    )
    before = order == "before" or (is_empty(order) and latin)
    return NO_BREAK_SPACE.join((letters, surname) if before else (surname, letters))


def upper(language: str, value: Any) -> str:
    """All letters capital."""
    return str(value).upper()


def lower(language: str, value: Any) -> str:
    """All letters small."""
    return str(value).lower()


def capital(language: str, value: Any) -> str:
    """The first letter capital, the rest as it is."""
    text = str(value)
    return text[:1].upper() + text[1:]


def default(language: str, value: Any, instead: Any = "", *rest: Any) -> Any:
    """The value, or what is named when there is none."""
    return instead if is_empty(value) else value


_WORDS = {"ru": ("да", "нет"), "en": ("yes", "no")}


def yes_no(language: str, value: Any, yes: Any = None, no: Any = None) -> str:
    """A word for true, another for false."""
    words = _WORDS.get(language, _WORDS["en"])
    truth = bool(value)
    given = yes if truth else no
    return words[0 if truth else 1] if given is None else str(given)


def phone(language: str, value: Any, form: Any = None) -> str:
    """``+7 495 123-45-67``, never torn at the end of a line; what is no telephone stays as it is."""
    import phonenumbers  # a large table: only where a document has a telephone

    text = str(value)
    try:
        parsed = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        return text
    kind = phonenumbers.PhoneNumberFormat
    shown = phonenumbers.format_number(parsed, kind.NATIONAL if form == "national" else kind.INTERNATIONAL)
    return str(shown).replace(" ", NO_BREAK_SPACE).replace("-", NO_BREAK_HYPHEN)


def _text_argument(name: str, ru: str, en: str, *choices: str) -> Argument:
    return Argument(name=name, label=Label(ru=ru, en=en), choices=choices)


FILTERS = (
    Filter(
        name="initials",
        label=Label(
            ru='фамилия с инициалами: Руднев С. И.; initials("before") – С. И. Руднев',
            en='a surname with initials; initials("before") puts them first',
        ),
        function=initials,
        takes=TEXT,
        arguments=(_text_argument("order", "где инициалы", "where the initials are", "before", "after"),),
        example=('{{ "Руднев Сергей Ильич"|initials }}', "Руднев С. И."),
    ),
    Filter(
        name="upper",
        label=Label(ru="все буквы прописные", en="all letters capital"),
        function=upper,
        example=('{{ "счёт"|upper }}', "СЧЁТ"),
    ),
    Filter(
        name="lower",
        label=Label(ru="все буквы строчные", en="all letters small"),
        function=lower,
        example=('{{ "Счёт"|lower }}', "счёт"),
    ),
    Filter(
        name="capital",
        label=Label(ru="первая буква прописная, остальное как есть", en="the first letter capital"),
        function=capital,
        example=('{{ 2600|words("RUB")|capital }}', "Две тысячи шестьсот рублей 00 копеек"),
    ),
    Filter(
        name="default",
        label=Label(ru="что напечатать, если пусто", en="what to print where there is nothing"),
        function=default,
        takes=ANYTHING,
        gives="same",
        arguments=(
            Argument(name="instead", kind="any", label=Label(ru="что вместо", en="what instead")),
            Argument(name="always", kind="any", label=Label(ru="и для лжи", en="for false too")),
        ),
        empty=True,
        example=('{{ ""|default("не указано") }}', "не указано"),
    ),
    Filter(
        name="yes_no",
        label=Label(
            ru='да или нет; yes_no("есть", "нет") – своими словами',
            en='yes or no, or yes_no("has", "has not")',
        ),
        function=yes_no,
        takes=frozenset({"boolean"}),
        arguments=(
            _text_argument("yes", "слово для да", "word for yes"),
            _text_argument("no", "слово для нет", "word for no"),
        ),
        example=("{{ true|yes_no }}", "да"),
    ),
    Filter(
        name="phone",
        label=Label(
            ru='телефон с пробелами; phone("national") – без кода страны', en="a telephone with spaces"
        ),
        function=phone,
        takes=TEXT,
        arguments=(_text_argument("form", "вид", "form", "national", "international"),),
        example=('{{ "+74951234567"|phone }}', "+7 495 123-45-67"),
    ),
)
