"""A change of a record of the system's, as guards are asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from metamodel.errors import Problem
from metamodel.messages import Message
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Action = Literal["create", "update", "delete", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row of a system entity that was written; ``before`` and ``after`` are values by name of the field."""

    entity: Entity
    action: Action
    id: int
    pointer: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    taken_along: bool = False
    """Whether it goes or comes back with another record, and was not named itself."""

    def moved(self, name: str) -> bool:
        """Whether the field has another value now."""
        return self.action != "create" and self.before.get(name) != self.after.get(name)

    def ids(self, name: str, *, before: bool = False) -> frozenset[int]:
        """The records that a list leads to now, or led to before."""
        side = self.before if before else self.after
        return frozenset(side.get(name) or ())


def problem(change: Change, field: str, why: Message, code: str = "KBK3014") -> Problem:
    """What a guard refuses, at a field of the change or at the whole of it."""
    return Problem(pointer=f"{change.pointer}/{field}" if field else change.pointer, code=code, message=why)


def column(tx: Transaction, entity: str, field: str) -> tuple[sa.Table, sa.Column[Any]]:
    """The table of a system entity and the column of one of its fields."""
    found = tx.model.entities[entity]
    place = tx.tables[found.uid]
    return place.table, place.columns[found.by_name[field].uid].value


def definition_of(tx: Transaction, role: Any) -> str | None:
    """The uid of the definition that a record of `role` stands for."""
    if role is None:
        return None
    place, definition = column(tx, "role", "definition")
    found: str | None = tx.connection.execute(
        sa.select(definition).where(place.c.id == role)
    ).scalar_one_or_none()
    return found
