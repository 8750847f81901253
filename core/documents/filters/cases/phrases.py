"""Posts and other phrases in a case: the head with its adjectives bends, what depends on it stays.

«генеральный директор» – «генерального директора», «начальник отдела продаж» – «начальника отдела продаж».
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.documents.filters.cases.morphology import bent, like, nominatives, parses
from core.documents.filters.cases.naming import bend_people
from core.documents.filters.cases.tokens import Token, cut, is_abbreviation

_QUALITIES = ("ADJF", "PRTF")
_JOINS = frozenset({"и", "или"})


@dataclass(slots=True)
class _Head:
    """The group being gathered: adjectives that wait for their noun."""

    waiting: list[tuple[Token, list[Any]]] = field(default_factory=list)


def in_case(text: str, case: str) -> str:
    """The text in a case of pymorphy3 (gent datv accs ablt loct); it is taken to be in the nominative."""
    tokens = cut(text)
    bend_people(tokens, case)
    shouted = text.isupper()
    group: list[Token] = []
    for token in tokens:
        if token.person:
            _bend_group(group, case, shouted=shouted)
            group = []
        elif token.kind != "space":
            group.append(token)
    _bend_group(group, case, shouted=shouted)
    return "".join(token.text for token in tokens)


def _bend_group(words: list[Token], case: str, *, shouted: bool) -> None:
    """The head, then each head joined to it by «и» or a comma."""
    start, animacy = 0, None
    while start < len(words):
        after, found = _bend_head(words, start, case, shouted=shouted, like_head=animacy)
        if found is None:
            return
        animacy = found
        joined = after < len(words) and (words[after].text.lower() in _JOINS or words[after].text == ",")
        tail = after if joined else _next_join(words, after)
        if tail is None:
            return
        start = tail + 1


def _next_join(words: list[Token], start: int) -> int | None:
    """Where the next «и» or comma stands after the dependent words of a head."""
    for index in range(start, len(words)):
        if words[index].text.lower() in _JOINS or words[index].text == ",":
            return index
    return None


def _bend_head(
    words: list[Token], start: int, case: str, *, shouted: bool, like_head: str | None
) -> tuple[int, str | None]:
    """Bends from ``start`` to the noun; answers where it ended and the noun's animacy (None: there was no head).

    A further head (``like_head``) must be of the same animacy and in the singular: «отдел закупок и продажи» stays.
    """
    head = _Head()
    for index in range(start, len(words)):
        token = words[index]
        if token.kind != "word" or is_abbreviation(token.text, shouted=shouted):
            return index, None
        qualities = nominatives(token.text, *_QUALITIES)
        noun = _noun(token, head.waiting, singular=like_head is not None)
        if qualities and (noun is None or _noun_follows(words[index + 1 :], qualities)):
            head.waiting.append((token, qualities))
            continue
        if (
            noun is None
            and not head.waiting
            and like_head is None
            and parses(token.text)[0].tag.POS == "ADVB"
        ):
            continue  # «временно исполняющий обязанности»
        if noun is not None and like_head not in (None, noun.tag.animacy):
            return index, None
        if noun is None:
            return _without_noun(head, index, case)
        _write(token, noun, case, None)
        for waiting, readings in head.waiting:
            _write(waiting, _agreeing(readings, noun), case, noun)
        return index + 1, str(noun.tag.animacy)
    return _without_noun(head, len(words), case)


def _without_noun(head: _Head, index: int, case: str) -> tuple[int, str | None]:
    """«Исполняющий обязанности», «заведующий складом»: the quality itself is the head, and a person."""
    for token, readings in head.waiting:
        form = bent(readings[0], case, readings[0].tag.number, readings[0].tag.gender, "anim")
        token.text = like(form or token.text, token.text)
    return index, "anim" if head.waiting else None


def _noun(token: Token, waiting: list[tuple[Token, list[Any]]], *, singular: bool) -> Any | None:
    """The word as a nominative noun that agrees with all that waits for it; the singular before the plural."""
    readings = [
        parse
        for parse in nominatives(token.text, "NOUN")
        if all(_agreeing(qualities, parse) is not None for _, qualities in waiting)
        and (parse.tag.number == "sing" or not singular)
    ]
    readings.sort(key=lambda parse: parse.tag.number != "sing")
    return readings[0] if readings else None


def _noun_follows(rest: list[Token], qualities: list[Any]) -> bool:
    """Whether a word that could be a noun itself («рабочий») stands before another one that it agrees with."""
    if not rest or rest[0].kind != "word":
        return False
    following = nominatives(rest[0].text, "NOUN", *_QUALITIES)
    return any(_agreeing(qualities, parse) is not None for parse in following)


def _agreeing(qualities: list[Any], noun: Any) -> Any | None:
    """The reading of a quality that agrees with the noun in number and gender."""
    for parse in qualities:
        if parse.tag.number == noun.tag.number and (
            noun.tag.number == "plur" or noun.tag.gender in (None, parse.tag.gender)
        ):
            return parse
    return None


def _write(token: Token, parse: Any, case: str, noun: Any | None) -> None:
    tag = (noun or parse).tag
    parts = token.text.split("-")
    if noun is None and len(parts) == 2 and (pair := _pair(parts, case)):
        token.text = pair
        return
    if noun is None:
        form = bent(parse, case, tag.number)
    else:
        gender = parse.tag.gender if tag.number == "sing" else None
        form = bent(parse, case, tag.number, gender, tag.animacy if case == "accs" else None)
    token.text = like(form or token.text, token.text)


def _pair(parts: list[str], case: str) -> str | None:
    """«инженер-конструктор»: two nouns of which each bends; pymorphy3 leaves the second one's accusative."""
    readings = [nominatives(part, "NOUN") for part in parts]
    if not all(readings):
        return None
    animacy = readings[0][0].tag.animacy
    alike = [next((one for one in reading if one.tag.animacy == animacy), reading[0]) for reading in readings]
    forms = [bent(reading, case, reading.tag.number) for reading in alike]
    return "-".join(like(form or part, part) for form, part in zip(forms, parts, strict=True))
