"""What stands in the cells of rows as it is typed, of which version each row is, and which cells cannot be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.allowed import granted
from core.query.query import Query
from core.query.read import read
from core.records import Standing, standing
from core.storage.workspace import Transaction
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from renderers.forms.filled import Filled
from renderers.forms.texts import Manner, put
from renderers.forms.widgets.link import needed
from renderers.grid.columns import EditColumn, edit_columns
from renderers.grid.view import Cells, Column, Row

MOST_ROWS = 1_000
"""Rows whose cells are read, or written, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The cells of an entity for one person, in one snapshot."""

    tx: Transaction
    actor: Actor
    entity: Entity
    manner: Manner

    def columns(self, names: Sequence[str]) -> tuple[EditColumn, ...]:
        """The columns of these names, as far as they are there for the person."""
        return tuple(edit_columns(self.tx.model, grants_of(self.tx.model, self.actor), self.entity, names))

    def cells(self, ids: Sequence[int], names: Sequence[str]) -> Cells:
        """Columns and rows; a record out of sight is left out."""
        columns = self.columns(names)
        rows = self.rows(ids, columns)
        return Cells(
            columns={c.name: self._column(c) for c in columns},
            rows={str(id): row for id, row in rows.items()},
        )

    def rows(self, ids: Sequence[int], columns: Sequence[EditColumn]) -> dict[int, Row]:
        """The rows by id, with the texts of what can be edited and of what narrows its options."""
        edited = [c for c in columns if c.how]
        items = self._items(ids, self._fields(edited))
        if not items:
            return {}
        there = {column.name: self._granted(column, list(items)) for column in edited}
        states = standing(self.tx, self.actor, self.entity, list(items))
        return {id: self._row(item, edited, there, states[id]) for id, item in items.items()}

    def _fields(self, columns: Sequence[EditColumn]) -> tuple[Field, ...]:
        """The fields of the columns, and those that narrow their options, as far as they may be read."""
        readable = grants_of(self.tx.model, self.actor).readable(self.entity.uid)
        names = [c.field.name for c in columns]
        names += [name for c in columns for name in needed(self.tx.model, c.field)]
        fields = (self.entity.by_name[name] for name in dict.fromkeys(names))
        return tuple(f for f in fields if f.uid in readable)

    def _items(self, ids: Sequence[int], fields: Sequence[Field]) -> dict[int, Mapping[str, Any]]:
        wanted = tuple(dict.fromkeys(ids))[:MOST_ROWS]
        if not wanted:
            return {}
        query = Query(
            entity=self.entity.name, fields=("id", "version", *(f.name for f in fields)), ids=wanted, limit=MOST_ROWS
        )  # fmt: skip
        return {item["id"]: item for item in read(self.tx, self.actor, query).items}

    def _granted(self, column: EditColumn, ids: Sequence[int]) -> frozenset[int]:
        """The records on which some grant lets the person change the column."""
        if column.how == "move":
            return granted(self.tx, self.actor, self.entity, ids, "move")
        return granted(self.tx, self.actor, self.entity, ids, "update", column.field)

    def _row(
        self, item: Mapping[str, Any], columns: Sequence[EditColumn], there: Mapping[str, frozenset[int]], state: Standing
    ) -> Row:  # fmt: skip
        filled = Filled()
        for name, value in item.items():
            field = self.entity.by_name.get(name)
            if field is not None and name not in ("id", "version"):
                put(filled, field, value, self.manner)
        reasons = ((c.name, _why_not(c, item, there[c.name], state)) for c in columns)
        why = {name: self.manner.words.render(words) for name, words in reasons if words is not None}
        return Row(version=item["version"], values=filled.values, titles=filled.titles, why=why)

    def _column(self, column: EditColumn) -> Column:
        words = self.manner.words
        return Column(
            label=column.field.label.in_language(self.manner.language) or column.field.name,
            how=column.how,
            kind=column.field.type.widget,
            why="" if column.why is None else words.render(column.why),
            needs=needed(self.tx.model, column.field) if column.how else [],
        )


def _why_not(
    column: EditColumn, item: Mapping[str, Any], there: frozenset[int], state: Standing
) -> Message | None:
    """Why the cell cannot be changed; None when it can, as far as can be told before it is tried."""
    if column.name not in item:
        return message("You may not see “{field}” here.", field=column.field.label)
    if item["id"] not in there:
        if column.how == "move":
            return message("You may not move this record to another stage.")
        return message("You may not change “{field}” of this record.", field=column.field.label)
    if column.name in state.locked:
        return message("“{field}” cannot be changed now", field=column.field.label)
    if column.name in state.hidden:
        return message("“{field}” does not stand in this record now.", field=column.field.label)
    return None
