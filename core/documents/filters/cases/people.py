"""Russian names of people in the six cases, by the rules of the grammar and by gender.

Surnames are written as the rules of the school grammar say (Правила русской орфографии и пунктуации, 2006; Зализняк):
«Руднев – Руднева», «Ким» bends for a man and not for a woman, «Черных», «Шевченко», «Дюма» bend for nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CASES: Mapping[str, int] = {"gent": 0, "datv": 1, "accs": 2, "ablt": 3, "loct": 4}
"""The cases as pymorphy3 calls them, with the place of the ending in the tables here."""

_HARD_MALE = ("а", "у", "а", "ом", "е")
_HISSING_MALE = ("а", "у", "а", "ем", "е")
_STRESSED_PATRONYMICS = frozenset({"ильич", "лукич", "фомич", "кузьмич", "саввич", "никитич", "фокич"})
_STRESSED_SURNAMES = re.compile(r"(?:ич|ач|яч|уч|юч|ук|юк|ак|як|ик|ыч|аш|яш|ош|уш|ёж|ц)$")

_SOLID = re.compile(r"(?:[оеиуюыэё]|[аеёиоуыэюя]а|ых|[гкхжчшщн]их)$")
_FRENCH = frozenset({"дюма", "золя", "петипа", "люка", "тома", "ферма", "дега", "гамарра", "броз"})
_FOREIGN_IN = frozenset(
    {
        "чаплин",
        "дарвин",
        "грин",
        "кронин",
        "франклин",
        "бенджамин",
        "гершвин",
        "дин",
        "лин",
        "мин",
        "син",
        "цин",
        "ин",
        "шин",
        "кин",
    }
)
_NAMES = {
    "павел": "павл",
    "лев": "льв",
    "пётр": "петр",
    "петр": "петр",
}
_PATRONYMIC_MAN = re.compile(r"(?:[оеё]вич|ьич|(?:лук|фом|кузьм|савв|никит|фок|ил)ич)$")
_PATRONYMIC_WOMAN = re.compile(r"(?:[оеё]вна|инична|ична|ишна)$")


def patronymic_gender(word: str) -> str | None:
    """``m`` of «Ильич», ``f`` of «Сергеевна», None of any other word."""
    low = word.lower()
    if _PATRONYMIC_MAN.search(low):
        return "m"
    return "f" if _PATRONYMIC_WOMAN.search(low) else None


def surname_gender(surname: str) -> str | None:
    """``f`` of «Руднева», «Стрельская»; ``m`` of «Руднев», «Стрельский»; None where the form does not say."""
    last = surname.lower().rpartition("-")[2]
    if re.search(r"(?:[оеё]ва|[иы]на|ая|яя)$", last):
        return "f"
    return "m" if re.search(r"(?:[оеё]в|[иы]н|[цс]к[ио]й|ый)$", last) else None


def patronymic(word: str, gender: str, case: str) -> str:
    """«Ильича», «Сергеевне»; a word that is no patronymic («оглы») stays."""
    place, low = CASES[case], word.lower()
    if patronymic_gender(word) is None:
        return word
    if gender == "m":
        endings = _HARD_MALE if low in _STRESSED_PATRONYMICS else _HISSING_MALE
        return word + endings[place]
    return word[:-1] + ("ы", "е", "у", "ой", "е")[place]


def first_name(word: str, gender: str, case: str) -> str:
    """«Сергея», «Ольге», «Ильи»; of a double name each part."""
    if "-" in word:
        return "-".join(first_name(part, gender, case) for part in word.split("-"))
    place, low = CASES[case], word.lower()
    if low in _NAMES and gender == "m":
        stem = _like(_NAMES[low], word)
        endings = ("а", "у", "а", "ом", "е")
        return stem + endings[place]
    if low[-1:] in "ая":
        return _noun_in_a(word, place)
    if gender == "m":
        return _male_noun(word, place, stressed=False)
    if low[-1:] == "ь":
        return word[:-1] + ("и", "и", "ь", "ью", "и")[place]
    return word


def surname(word: str, gender: str, case: str) -> str:
    """«Руднева», «Рудневой», «Черных»; of a double surname each part."""
    if "-" in word:
        return "-".join(surname(part, gender, case) for part in word.split("-"))
    place, low = CASES[case], word.lower()
    if len(low) < 2 or _SOLID.search(low) or low in _FRENCH:
        return word
    if gender == "f":
        return _female_surname(word, low, place)
    return _male_surname(word, low, place)


def _female_surname(word: str, low: str, place: int) -> str:
    if re.search(r"(?:[оеё]ва|[иы]на)$", low):
        return word[:-1] + ("ой", "ой", "у", "ой", "ой")[place]
    if low.endswith("ая"):
        return word[:-2] + ("ой", "ой", "ую", "ой", "ой")[place]
    if low.endswith("яя"):
        return word[:-2] + ("ей", "ей", "юю", "ей", "ей")[place]
    return _noun_in_a(word, place) if low[-1] in "ая" else word


def _male_surname(word: str, low: str, place: int) -> str:
    if re.search(r"(?:[оеё]в|[иы]н)$", low) and low not in _FOREIGN_IN:
        return word + ("а", "у", "а", "ым", "е")[place]
    if re.search(r"[гкхжчшщ]ий$", low):
        soft = low[-3] in "жчшщ"
        endings = ("его", "ему", "его", "им", "ем") if soft else ("ого", "ому", "ого", "им", "ом")
        return word[:-2] + endings[place]
    if low.endswith("ый") or re.search(r"[^аеёиоуыэюя]ой$", low):
        hissing = low[-3] in "гкхжчшщ"
        return word[:-2] + ("ого", "ому", "ого", "им" if hissing else "ым", "ом")[place]
    if low.endswith("ний"):
        return word[:-2] + ("его", "ему", "его", "им", "ем")[place]
    if low[-1] in "ая":
        return _noun_in_a(word, place)
    return _male_noun(
        word,
        place,
        stressed=bool(_STRESSED_SURNAMES.search(low))
        and low[-1] in "чшжщц"
        and not low.endswith(("ович", "евич", "ец")),
    )


def _male_noun(word: str, place: int, *, stressed: bool) -> str:
    """The second declension: «Коваль – Коваля», «Гай – Гая», «Ким – Кима», «Кравец – Кравца»."""
    low = word.lower()
    if low[-1] == "ь":
        return word[:-1] + ("я", "ю", "я", "ем", "е")[place]
    if low[-1] == "й":
        last = "и" if low.endswith("ий") else "е"
        return word[:-1] + ("я", "ю", "я", "ем", last)[place]
    if low[-1] not in "бвгджзклмнпрстфхцчшщ":
        return word
    if re.search(r"[аеёиоуыэюя][бвгджзклмнпрстфхцчшщ]ец$", low):
        short = len(re.findall("[аеёиоуыэюя]", low)) < 3  # «Кравцом» is stressed, «Лавринцем» is not
        return word[:-2] + "ц" + (_HARD_MALE if short else _HISSING_MALE)[place]
    hissing = low[-1] in "жцчшщ" and not stressed
    return word + (_HISSING_MALE if hissing else _HARD_MALE)[place]


def _noun_in_a(word: str, place: int) -> str:
    """The first declension: «Сковорода», «Илья», «Мария»."""
    low = word.lower()
    stem, before = word[:-1], low[-2:-1]
    if low.endswith("ия"):
        return stem + ("и", "и", "ю", "ей", "и")[place]
    if low[-1] == "я":
        return stem + ("и", "е", "ю", "ёй" if low == "илья" else "ей", "е")[place]
    soft = before in "гкхжчшщ"
    instrumental = "ей" if before in "жчшщц" else "ой"
    return stem + ("и" if soft else "ы", "е", "у", instrumental, "е")[place]


def _like(stem: str, model: str) -> str:
    """The stem with the letters' size of the word it was taken from."""
    if model.isupper():
        return stem.upper()
    return stem.capitalize() if model[:1].isupper() else stem
