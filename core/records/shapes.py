"""What goes into a write and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from metamodel.model import Entity, Field, Grant
from metamodel.stages import Move

Values = Mapping[str, Any]
"""Field names to values as written on some medium; a value that is internal already stands in a `Ready`."""

Action = Literal["create", "update", "delete", "restore", "keep"]
"""What happens to a row; ``keep`` is an ancestor of a changed child row: its version moves, its rules are asked."""

BATCH_LIMIT = 10_000
"""Records in one batch, and rows in one list of child rows."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A value that was parsed before (by an import, by an action of the engine)."""

    value: Any


@dataclass(frozen=True, slots=True)
class Retake:
    """In place of a value: the field is to follow again what it is copied or made from, whatever was typed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A record after a write; ``version`` is its ETag."""

    id: int
    version: int
    created: bool = False
    changed: bool = True
    """Whether anything was written at all."""
    lacking: tuple[str, ...] = ()
    """Required fields (uids) that it was taken without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Many writes at once, all or nothing.

    Items of ``update`` hold ``id`` and, as If-Match, ``version``. Items of ``upsert`` hold the field named by ``key``
    (unique in the entity): its record is updated, or created when there is none.
    """

    create: Sequence[Values] = ()
    update: Sequence[Values] = ()
    upsert: Sequence[Values] = ()
    delete: Sequence[Any] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSaved:
    """The same lists as in the `Batch`, in their order."""

    create: tuple[Saved, ...] = ()
    update: tuple[Saved, ...] = ()
    upsert: tuple[Saved, ...] = ()
    delete: tuple[Saved, ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class Row:
    """One record while it is being written; steps of the pipeline fill it in.

    ``sent`` are the parsed values the caller gave, ``before`` and ``values`` all stored fields as they were and as
    they will be (both by uid). ``pointer`` leads to the row in what was sent.
    """

    entity: Entity
    action: Action
    pointer: str = ""
    id: int = 0
    parent: Row | None = None
    held_by: Field | None = None
    """The children field of the parent's entity that holds this row."""
    sent: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Row]] = field(default_factory=dict)
    """Child rows as sent, by uid of the children field; rows that were left out join them as ``delete``."""
    pairs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Records that a field leads to through an entity of pairs, as sent, by uid of the field."""
    before: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    if_version: int | None = None
    position: int | None = None
    by_hand: frozenset[str] = frozenset()
    by_hand_before: frozenset[str] = frozenset()
    retaken: frozenset[str] = frozenset()
    """Following fields that are to be taken again (`Retake`)."""
    locked: tuple[Field, ...] = ()
    """Fields that are to be changed although their `read_only_if` holds before the write."""
    in_list: bool = False
    """Whether it came in its parent's list, so that the parent's grant was asked there."""
    written_below: list[Row] = field(default_factory=list)
    """Of an ancestor that is kept: the rows below it that are written on their own."""
    claims: dict[str, tuple[Grant, ...]] | None = None
    """The grants that stood before the write, by action; their `check` is asked after it. None asks nothing."""
    answers: dict[int, Any] | None = None
    """What was asked already of the row as it is stored now, by identity of the expression."""
    waiting: dict[str, Any] = field(default_factory=dict)
    """Secrets of a new row, which are encrypted once its id is known."""
    touched: bool = False
    """Whether it changed: fields, child rows, position."""
    blind: frozenset[str] = frozenset()
    """Fields whose values are at fault, in a write that is refused already; rules that use them are not asked."""

    lacking: tuple[str, ...] = ()
    """Required fields (uids) that it was taken without (`Work.incomplete`)."""
    stamps: Mapping[str, Any] = field(default_factory=dict)
    """Who made and changed it and when, in place of who writes and now."""
    near: bool = False
    """Whether its stage was written by a bare name, which is looked for in the record's own pipeline first."""
    moves: tuple[Move, ...] | None = None
    """The moves of the table that the change of stage may be; None when no table is asked."""
    taken_back: bool = False
    """Whether the change of stage takes a move back; ``since`` is then when the record came to that stage."""
    since: datetime | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Where it is: entity uid and id, the order of locks."""
        return self.entity.uid, self.id

    @property
    def version(self) -> int:
        """Its version after the write."""
        return int(self.values.get("version") or 1)

    def changed(self) -> dict[str, tuple[Any, Any]]:
        """The stored fields (not the system's own) that differ: uid to (before, after)."""
        after = self.values
        if self.action == "create":
            return {f.uid: (None, after[f.uid]) for f in self.entity.fields
                    if not f.system and after.get(f.uid) is not None}  # fmt: skip
        before = self.before
        return {f.uid: (before.get(f.uid), after.get(f.uid)) for f in self.entity.fields
                if not f.system and f.uid in after and before.get(f.uid) != after[f.uid]}  # fmt: skip
