"""A fault of a template: what is wrong, where, in which tag, and how it can be repaired in one press."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.documents.needs import Needs
from core.documents.reading.tags import Place, Tag
from metamodel.messages import Message, message

Kind = Literal["unknown", "block", "loop", "list", "filter", "syntax", "forbidden", "secret", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What mends a fault: other texts for some tags by their numbers, in words for a button.

    ``closing`` instead is a tag that is put in behind the tag of the key: in a row, a paragraph of its own, or at the
    end of its paragraph, as its prefix says.
    """

    words: Message
    texts: Mapping[int, str] = field(default_factory=dict)
    closing: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; ``tag`` is as it is written, ``number`` which of the template's tags it is."""

    kind: Kind
    message: Message
    tag: str
    number: int
    place: Place
    hint: Message | None = None
    """What was likely meant, or what to do."""
    repair: Repair | None = None

    def words(self) -> Message:
        """The whole fault in one sentence, its place first."""
        where = self.place.words()
        if self.hint is None:
            return message("{place}: {tag}: {fault}.", place=where, tag=self.tag, fault=self.message)
        return message(
            "{place}: {tag}: {fault}. {hint}", place=where, tag=self.tag, fault=self.message, hint=self.hint
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A name in a tag that means something of the model: from where to where in the tag's text.

    ``uid`` is of the field, entity or choice; ``owner`` the uid of the entity (of a choice: the field) it was found in.
    """

    number: int
    start: int
    end: int
    kind: Literal["field", "inverse", "entity", "choice"]
    uid: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What an analysis of a template found: its faults, what it reads, which words at the root it uses, its tags."""

    faults: tuple[Fault, ...]
    needs: Needs
    roots: frozenset[str]
    refs: tuple[Ref, ...]
    tags: tuple[Tag, ...]

    @property
    def uids(self) -> frozenset[str]:
        """Everything of the model that the template names."""
        return frozenset(ref.uid for ref in self.refs)
