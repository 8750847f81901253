"""The dictionary of Russian words, loaded by the first document that bends one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any


@cache
def _analyzer() -> Any:
    import pymorphy3  # tens of megabytes: never at start

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=2_000)
def parses(word: str) -> tuple[Any, ...]:
    """What a word can be, likeliest first."""
    return tuple(_analyzer().parse(word))


def nominatives(word: str, *parts: str) -> list[Any]:
    """The readings of a word as a nominative of these parts of speech."""
    return [parse for parse in parses(word) if parse.tag.POS in parts and parse.tag.case == "nomn"]


def bent(parse: Any, *grammemes: str | None) -> str | None:
    """The word in another form; demands that it has no form for are left out from the last."""
    wanted = [grammeme for grammeme in grammemes if grammeme]
    while wanted:
        form = parse.inflect(set(wanted))
        if form is not None:
            return str(form.word)
        wanted.pop()
    return None


def is_marked(word: str, *grammemes: str) -> Iterable[Any]:
    """The readings that carry all the grammemes."""
    return [parse for parse in parses(word) if all(grammeme in parse.tag for grammeme in grammemes)]


def like(form: str, model: str) -> str:
    """A form in the size of letters of the word it came from, of each part of a double word."""
    if model.isupper() and len(model) > 1:
        return form.upper()
    models, forms = model.split("-"), form.split("-")
    if len(models) == len(forms):
        return "-".join(
            part[:1].upper() + part[1:] if shape[:1].isupper() else part
            for part, shape in zip(forms, models, strict=True)
        )
    return form[:1].upper() + form[1:] if model[:1].isupper() else form
