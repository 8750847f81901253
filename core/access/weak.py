"""Passwords that are guessed at once: common words in either layout of the keyboard, names of the person and the place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from core.errors import KubikError
from metamodel.messages import message

_LOOKED_AT = 72
"""Characters that are judged: a longer password is not weaker for what follows."""

_FEWEST_SCORE = 2
"""Of zxcvbn's four: fewer than a million guesses is refused."""

_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю."
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./"
_TO_LATIN = str.maketrans(_RUSSIAN + _RUSSIAN.upper(), _LATIN + _LATIN.upper())
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)


def is_weak(password: str, context: Iterable[str] = ()) -> bool:
    """Whether a program guesses it soon; ``context`` are words that belong to the person or the office."""
    from zxcvbn import zxcvbn

    words = sorted(set(_known(context)))
    judged = password[:_LOOKED_AT]
    forms = {judged, judged.translate(_TO_LATIN)}
    if any(zxcvbn(form, user_inputs=words)["score"] < _FEWEST_SCORE for form in forms):
        return True
    plain = {re.sub(r"[\W\d_]+", "", form.casefold()) for form in forms}
    return not plain.isdisjoint(words)


def refuse_weak(password: str, context: Iterable[str] = ()) -> None:
    """KBK3003 for a password that is guessed at once."""
    if is_weak(password, context):
        raise KubikError(
            "KBK3003",
            message(
                "This password is guessed at once: it is a common one, or is made of a name. "
                "Take several words that have nothing to do with each other."
            ),
        )


def _known(context: Iterable[str]) -> Iterator[str]:
    """The words as they are, and as they come out in the other layout."""
    for text in (*context, "kubik", "кубик"):
        for word in (text, *re.split(r"[\W_]+", text)):
            folded = word.casefold()
            if len(folded) > 2:
                yield folded
                yield folded.translate(_TO_LATIN)
                yield folded.translate(_TO_RUSSIAN)
