"""What the panel “why” draws."""

from __future__ import annotations

from dataclasses import dataclass

from renderers.pages.options import Option
from renderers.roles.words import Piece

Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWhy:
    """What is asked: texts as they came."""

    user: str = ""
    entity: str = ""
    record: str = ""
    action: str = ""
    field: str = ""
    given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A link of the chain: ``state`` is good, bad or none."""

    state: str
    title: str
    detail: Pieces = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would change the answer, and where."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The verdict in a sentence, how it came, who else can, what would change it."""

    allowed: bool
    sentence: Pieces
    steps: tuple[Step, ...]
    others: str
    changes: tuple[Change, ...]
    can_keep: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    """The question with what may be chosen, and the answer once it is whole."""

    people: tuple[Option, ...]
    actions: tuple[Option, ...]
    entities: tuple[Option, ...]
    fields: tuple[Option, ...]
    entity: str
    entity_label: str
    record: str
    record_title: str
    record_href: str
    record_id: int
    missing: str
    answer: Answer | None
    user: str
    action: str
    field: str
