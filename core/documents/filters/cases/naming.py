"""People found in a phrase and bent: «Руднев Сергей Ильич», «Мария Ким», «Руднева С. И.»."""

from __future__ import annotations

from collections.abc import Callable

from core.documents.filters.cases.morphology import bent, is_marked, like, parses
from core.documents.filters.cases.people import (
    first_name,
    patronymic,
    patronymic_gender,
    surname,
    surname_gender,
)
from core.documents.filters.cases.tokens import Token, cut, words_only

_SON_OF = {"оглы": "m", "углы": "m", "улы": "m", "кызы": "f", "гызы": "f"}


def bend_people(tokens: list[Token], case: str) -> None:
    """Each person of the phrase into the case; their tokens are marked as done."""
    words = words_only(tokens)
    index = 0
    while index < len(words):
        taken = next((found for way in _WAYS if (found := way(words, index, case))), 0)
        index += taken or 1


def _surname(word: str, gender: str, case: str) -> str:
    """A man's surname that is a word of the dictionary bends as the word: «Кузнец – Кузнецом», «Кравец – Кравцом»."""
    if gender == "m" and word.lower().endswith(("ец", "ок", "ёк", "ек", "ел", "ёл")):
        for parse in parses(word):
            if parse.is_known and {"NOUN", "masc", "sing", "nomn"} <= set(parse.tag.grammemes):
                return like(bent(parse, "gent" if case == "accs" else case, "sing") or word, word)
    return surname(word, gender, case)


def _capitalised(words: list[Token], index: int) -> bool:
    return 0 <= index < len(words) and words[index].capitalised and not words[index].person


def _is_patronymic(words: list[Token], index: int) -> bool:
    return _capitalised(words, index) and patronymic_gender(words[index].text) is not None


def _bend(token: Token, way: Callable[[str, str, str], str], gender: str, case: str) -> None:
    form = way(token.text.lower() if token.text.isupper() else token.text, gender, case)
    token.text, token.person = like(form, token.text), True


def _with_patronymic(words: list[Token], index: int, case: str) -> int:
    """«Руднев Сергей Ильич», «Сергей Ильич Руднев», «Сергей Ильич»."""
    if not _capitalised(words, index):
        return 0
    if _is_patronymic(words, index + 2) and _capitalised(words, index + 1):
        if _capitalised(words, index + 3) and not is_marked(words[index].text, "Surn"):
            return 0  # a post with a capital letter before «Сергей Ильич Руднев»
        gender = patronymic_gender(words[index + 2].text) or "m"
        ways: tuple[Callable[[str, str, str], str], ...] = (_surname, first_name, patronymic)
    elif _is_patronymic(words, index + 1):
        gender = patronymic_gender(words[index + 1].text) or "m"
        ways = (first_name, patronymic, *((_surname,) if _capitalised(words, index + 2) else ()))
    else:
        return 0
    for offset, way in enumerate(ways):
        _bend(words[index + offset], way, gender, case)
    return len(ways)


def _son_of(words: list[Token], index: int, case: str) -> int:
    """«Алиев Вагиф Гасан оглы»: the name of the father stays with its «оглы»."""
    gender = _SON_OF.get(words[index + 3].text.lower()) if index + 3 < len(words) else None
    if gender is None or not all(_capitalised(words, index + offset) for offset in range(3)):
        return 0
    _bend(words[index], _surname, gender, case)
    _bend(words[index + 1], first_name, gender, case)
    words[index + 2].person = words[index + 3].person = True
    return 4


def _with_initials(words: list[Token], index: int, case: str) -> int:
    """«Руднев С. И.», «С. И. Руднев»: the gender is that of the surname's form."""
    if index + 1 >= len(words):
        return 0
    first, second = words[index], words[index + 1]
    if {first.kind, second.kind} != {"word", "initials"}:
        return 0
    token = first if first.kind == "word" else second
    if not token.capitalised or token.person:
        return 0
    if token is first and words[index + 1 + 1 : index + 3] and _capitalised(words, index + 2) and index:
        return 0  # «от С. И. Руднева»: the initials belong to what follows
    _bend(token, _surname, surname_gender(token.text) or "m", case)
    first.person = second.person = True
    return 2


def _gender_of_name(word: str) -> str | None:
    for parse in parses(word):
        if parse.is_known and "Name" in parse.tag and parse.tag.case == "nomn":
            return "f" if parse.tag.gender == "femn" else "m"
    return None


def _two_words(words: list[Token], index: int, case: str) -> int:
    """«Сергей Руднев», «Ким Мария»: one is a first name of the dictionary, the other is none."""
    if not (_capitalised(words, index) and _capitalised(words, index + 1)):
        return 0
    if _is_patronymic(words, index + 2) or _is_patronymic(words, index + 3):
        return 0  # a post with a capital letter: the person begins at the next word
    first, second = words[index], words[index + 1]
    one, two = _gender_of_name(first.text), _gender_of_name(second.text)
    if one is None and two is None:
        return 0
    name_first = two is None or (one is not None and not is_marked(first.text, "Surn"))
    gender = (one if name_first else two) or "m"
    _bend(first, first_name if name_first else _surname, gender, case)
    _bend(second, _surname if name_first else first_name, gender, case)
    return 2


def _alone(words: list[Token], index: int, case: str) -> int:
    """A text of one word that is a surname or a first name."""
    if len(words) != 1 or not _capitalised(words, 0):
        return 0
    token = words[0]
    gender = _gender_of_name(token.text)
    if gender is not None:
        _bend(token, first_name, gender, case)
        return 1
    likeliest = parses(token.text)[0]
    if "Surn" in likeliest.tag:
        _bend(token, _surname, surname_gender(token.text) or "m", case)
        return 1
    return 0


_WAYS = (_son_of, _with_patronymic, _with_initials, _two_words, _alone)


def gender_of(text: str) -> str | None:
    """``m`` or ``f`` of the person named: by the patronymic, the first name, then the form of the surname."""
    words = [token.text.title() for token in cut(text) if token.kind == "word"]
    low = [word.lower() for word in words]
    found = next((_SON_OF[word] for word in low if word in _SON_OF), None)
    found = found or next((gender for word in words if (gender := patronymic_gender(word))), None)
    names = [word for word in words if _gender_of_name(word)]
    names.sort(key=lambda word: bool(is_marked(word, "Surn")))  # «Ким Мария»: the one that is no surname too
    found = found or (_gender_of_name(names[0]) if names else None)
    return found or next((gender for word in words if (gender := surname_gender(word))), None)
