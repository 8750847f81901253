"""A plan: what a change of configuration would do to the definitions and to the data that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from metamodel.definitions import Document
from metamodel.messages import Message
from metamodel.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A use of what goes away: in which definition, where in it, and what is done about it; ``written`` is what
    stands there."""

    kind: str
    target: str
    pointer: str
    remedy: Message
    written: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Values that readers would no longer see; ``id`` is how it is accepted."""

    id: str
    values: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One change: ``rows`` is how many records it concerns (None when it concerns none by its nature).

    ``forbids`` says why it cannot be applied to the data that is there.
    """

    kind: str
    target: str
    effect: Message
    rows: int | None = None
    loss: Loss | None = None
    breaks: tuple[Break, ...] = ()
    forbids: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Values that go from one column of a field to another: a change of type, or choices that go away.

    ``source`` and ``target`` are generations; ``mapped`` are uids of choices that take the place of others, ``asked``
    those of them that somebody said (the rest are stages that go to the first one). ``since`` is the row of the journal
    after which written values are taken (an undo: the rest is in the old column already).
    """

    field: str
    source: int
    target: int
    mapped: Mapping[str, str] = attribute(default_factory=dict)
    asked: tuple[str, ...] = ()
    since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a change leads: the settled document and its model, columns, moves of values, and what breaks.

    ``base`` is the version it was made for; ``summary`` says for people and for undo what the change is.
    """

    base: int
    document: Document
    model: Model
    columns: Mapping[str, int]
    moves: tuple[Move, ...]
    breaks: tuple[Break, ...]
    summary: Mapping[str, Any]
    files: Mapping[str, bytes] = attribute(default_factory=dict)
    """Template files that are new with it, by their SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A kept plan: its id, the version of the model it was made for, and what it would do."""

    id: str
    base: int
    changes: tuple[PlannedChange, ...]

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Everything that must be accepted before it is applied."""
        return tuple(change.loss for change in self.changes if change.loss is not None)
