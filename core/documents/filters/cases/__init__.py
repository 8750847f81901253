"""The filters of cases: names, posts and phrases in Russian; other alphabets stay as they are."""

from __future__ import annotations

from functools import partial
from typing import Any

from core.documents.filters.base import TEXT, Argument, Filter
from core.documents.filters.cases.naming import gender_of
from core.documents.filters.cases.phrases import in_case
from metamodel.labels import Label

_LONGEST = 1_000


def bend(case: str, language: str, value: Any) -> str:
    """Words of Russian bend whatever the language of the document; a long text is no name and stays."""
    text = str(value)
    return in_case(text, case) if len(text) <= _LONGEST else text


def gender(language: str, value: Any, male: Any, female: Any, unknown: Any = None) -> str:
    """The word that agrees with a person: «действующего» or «действующей»."""
    found = gender_of(str(value))
    if found is None and unknown is not None:
        return str(unknown)
    return str(female if found == "f" else male)


_CASES = (
    (
        "gent",
        "родительный падеж: в лице кого",
        "the genitive of Russian",
        "генерального директора Руднева Сергея Ильича",
    ),
    (
        "datv",
        "дательный падеж: кому",
        "the dative of Russian",
        "генеральному директору Рудневу Сергею Ильичу",
    ),
    (
        "accs",
        "винительный падеж: кого",
        "the accusative of Russian",
        "генерального директора Руднева Сергея Ильича",
    ),
    (
        "ablt",
        "творительный падеж: с кем",
        "the instrumental of Russian",
        "генеральным директором Рудневым Сергеем Ильичом",
    ),
    (
        "loct",
        "предложный падеж: о ком",
        "the prepositional of Russian",
        "генеральном директоре Рудневе Сергее Ильиче",
    ),
)
_BENT = tuple(
    Filter(
        name=case,
        label=Label(ru=ru, en=en),
        function=partial(bend, case),
        takes=TEXT,
        example=(f'{{{{ "генеральный директор Руднев Сергей Ильич"|{case} }}}}', result),
    )
    for case, ru, en, result in _CASES
)
FILTERS = (
    *_BENT,
    Filter(
        name="gender",
        label=Label(
            ru="слово в роде человека, чьё имя в поле: для мужчины, для женщины, если не понять",
            en="the word that agrees with the person named: for a man, for a woman, when it is unknown",
        ),
        function=gender,
        takes=TEXT,
        arguments=(
            Argument(name="male", label=Label(ru="слово для мужчины", en="word for a man"), required=True),
            Argument(
                name="female", label=Label(ru="слово для женщины", en="word for a woman"), required=True
            ),
            Argument(name="unknown", label=Label(ru="если не понять", en="when it is unknown")),
        ),
        example=('{{ "Руднева М. А."|gender("действующего", "действующей") }}', "действующей"),
    ),
)
