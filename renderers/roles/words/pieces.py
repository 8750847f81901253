"""Sentences with chips: a phrase of the catalogue whose parameters are pieces of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.i18n import Texts
from metamodel.expression import Expression, uses
from metamodel.labels import Label
from metamodel.messages import Message
from metamodel.model import Field, Model

Kind = Literal["text", "field", "value", "good", "bad", "code"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: plain, or a chip of a field, a value, what is given, what is withheld, a text of an expression."""

    text: str
    kind: Kind = "text"


Pieces = tuple[Piece, ...]

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who says it: the reader's language, the model's labels, what of it the reader may know."""

    texts: Texts
    model: Model
    knows: Callable[[str, str], bool] = lambda entity, field: True
    """Whether the reader may know of a field (uids of entity and field)."""

    def knows_all(self, rule: Expression) -> bool:
        """Whether the reader may know every field that a rule names."""
        return all(self.knows(entity, field) for entity, field in uses(rule, self.model))

    def say(self, words: Message, **parts: Pieces) -> Pieces:
        """A message, its ``{places}`` filled with pieces; its own parameters are words."""
        pattern = self.texts.gettext(words.text)
        made: list[Piece] = []
        end = 0
        for match in _PLACE.finditer(pattern):
            made.append(Piece(pattern[end : match.start()]))
            name = match[1]
            made += parts[name] if name in parts else (Piece(self.word(words.parameters.get(name, ""))),)
            end = match.end()
        made.append(Piece(pattern[end:]))
        return joined(made)

    def word(self, words: Message | Label | object) -> str:
        """Words in the reader's language."""
        if isinstance(words, Message | Label):
            return self.texts.render(words)
        return str(words)

    def field(self, entity: str, field: Field) -> str:
        """The label of a field, or that there is one the reader may not know."""
        if not self.knows(entity, field.uid):
            return self.texts.gettext("a field out of sight")
        return self.texts.render(field.label)

    def listed(self, chips: Sequence[Piece]) -> Pieces:
        """Chips one after another."""
        return tuple(piece for chip in chips for piece in (chip, Piece(" ")))[:-1]


def joined(pieces: Sequence[Piece]) -> Pieces:
    """Neighbouring plain words as one run."""
    made: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if made and made[-1].kind == piece.kind == "text":
            made[-1] = Piece(made[-1].text + piece.text)
        else:
            made.append(piece)
    return tuple(made)


def plain(pieces: Sequence[Piece]) -> str:
    """The same as text alone."""
    return "".join(piece.text for piece in pieces)
