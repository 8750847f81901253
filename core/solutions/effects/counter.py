"""What counts the records that a change is about, in the snapshot that the plan is made in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.solutions.plans import Loss, Move, Target
from core.storage.tables import EntityTable, Tables
from core.storage.workspace import Transaction
from metamodel.diff import Change
from metamodel.fields.base import Context
from metamodel.messages import Message
from metamodel.model import Field

EXAMPLES = 5

Counted = tuple[int | None, Loss | None, Message, Message | None]
"""Of a change: the records it is about, what it loses, the words, what forbids it."""


class Counter:
    """The model before and after, and the tables that hold the records."""

    def __init__(self, tx: Transaction, target: Target) -> None:
        self.tx = tx
        self.old, self.new = tx.model, target.model
        self.moves: Mapping[str, Move] = {move.field: move for move in target.moves}
        self.tables = Tables(target.model, tx.tables.schema, tx.dialect)
        self.told: set[str] = set()

    def place(self, entity: str | None) -> EntityTable | None:
        """The table of an entity (uid) that is there already."""
        return self.tx.tables[entity] if entity in self.old.entity_by_uid and entity else None

    def count(self, statement: sa.Select[Any]) -> int:
        """Rows of a statement."""
        return int(
            self.tx.connection.execute(
                sa.select(sa.func.count()).select_from(statement.subquery())
            ).scalar_one()
        )

    def live(self, entity: str | None) -> int:
        """Records that are not in the bin."""
        place = self.place(entity)
        return (
            self.count(sa.select(place.table.c.id).where(place.table.c.deleted_at.is_(None))) if place else 0
        )

    def new_field(self, uid: str) -> Field | None:
        """A field (uid) as it will be."""
        return next((e.by_uid[uid] for e in self.new.entities.values() if uid in e.by_uid), None)

    def loss(self, change: Change, values: int, examples: Sequence[str]) -> Loss | None:
        """What a change loses, when it loses anything."""
        if not values:
            return None
        return Loss(id=f"{change.kind}:{change.target}", values=values, examples=tuple(examples))

    def examples(self, place: EntityTable, uid: str) -> list[str]:
        """Some values of a column, none of a secret."""
        column = place.columns[uid].value
        statement = sa.select(column).where(column.is_not(None)).order_by(place.table.c.id).limit(EXAMPLES)
        field = place.entity.by_uid.get(uid)
        if field is not None and field.type.name == "secret":
            return []
        values = self.tx.connection.execute(statement).scalars()
        return [shown(field, value) for value in values]


def shown(field: Field | None, value: Any) -> str:
    """A value as an example for people."""
    if field is None or field.system or field.type.column_type(field).storage == "link":
        return str(value)
    text = field.type.format(field, value, Context(medium="text"))
    return str(text)[:100]
