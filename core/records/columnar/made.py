"""What is made of the values of a column besides the values: keys for sorting, parts of searched texts, differences of
the journal. It needs no database, so it can be made before the transaction, or by another process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from core.history.journal import neutral
from core.storage.search.layout import Column, Layout, joined_all, searched_fields, text_of
from core.storage.search.words import Part, part
from metamodel.fields.html import plain_text
from metamodel.model import Entity, Field, Model
from metamodel.text import KEY_LENGTH, fold

_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Made:
    """Of each of the ``values`` (None: nothing): the sort key of a text and all of it when it is longer, the part of the
    search row, and what the journal says. What is not asked for is empty; ``parts`` are None where texts were made of them.
    """

    values: list[Any]
    keys: list[str | None]
    wholes: list[str | None]
    parts: list[Part | None] | None
    diffs: list[str]


TextsKey = tuple[Column, tuple[str, ...]]
"""A column of search rows, and the fields (uids) of which it holds something."""


@dataclass(slots=True)
class MadeAhead:
    """What was made of columns before their transaction: by uid of the field, and texts of search."""

    of: dict[str, Made] = field(default_factory=dict)
    texts: dict[TextsKey, list[str]] = field(default_factory=dict)

    def join(self, layout: Layout) -> None:
        """Make the texts of search of what was made of the fields."""
        for column in layout.columns:
            filled = tuple(uid for uid in column.fields if column.link is None and self._is_filled(uid))
            if filled:
                parts = [self.of[uid].parts or [] for uid in filled]
                self.texts[column, filled] = joined_all(column, parts)
        for uid, made in self.of.items():
            self.of[uid] = replace(made, parts=None if made.parts else made.parts)

    def _is_filled(self, uid: str) -> bool:
        made = self.of.get(uid)
        return made is not None and made.values.count(None) < len(made.values)


def made_of(model: Model, entity: Entity, field: Field, values: list[Any]) -> Made:
    """What is made of the values of a field; equal values are made of once."""
    searched = field.uid in _searched(model, entity)
    keyed = field.type.column_type(field).storage == "text"
    diffs = _differences(f'"{field.uid}":[null,', values)
    if not (searched or keyed):
        return Made(values, [], [], [], diffs)
    html = field.type.column_type(field).html
    nothing: tuple[str | None, str | None, Part | None] = (None, None, None)
    known: dict[Any, tuple[str | None, str | None, Part | None]] = {None: nothing}
    found = []
    for value in values:
        each = known.get(value)
        if each is None:
            text = (plain_text(value) if html else value) if keyed else text_of(field, value)
            folded = fold(text or "")
            key, whole = (folded, None) if len(folded) <= KEY_LENGTH else (folded[:KEY_LENGTH], folded)
            each = known[value] = (key, whole, part(folded) if searched else None)
        found.append(each)
    return Made(
        values,
        [each[0] for each in found] if keyed else [],
        [each[1] for each in found] if keyed else [],
        [each[2] for each in found] if searched else [],
        diffs,
    )


def _searched(model: Model, entity: Entity) -> frozenset[str]:
    """The fields (uids) whose own values are searched."""
    kept: dict[str, frozenset[str]] = model.derived.setdefault("searched fields", {})
    if entity.uid not in kept:
        kept[entity.uid] = frozenset(each.uid for each in searched_fields(entity))
    return kept[entity.uid]


def _differences(head: str, values: Sequence[Any]) -> list[str]:
    """The part of a difference that is of one field, for each record; "" for nothing."""
    first = values[0] if values else None
    if first is not None and all(value is first for value in values):
        return [f"{head}{_json(first)}]"] * len(values)
    known: dict[Any, str] = {None: ""}
    found = []
    for value in values:
        text = known.get(value)
        if text is None:
            text = known[value] = f"{head}{_json(value)}]"
        found.append(text)
    return found


def _json(value: Any) -> str:
    kind = value.__class__
    if kind is int:
        return str(value)
    return _encode(value if kind is str else neutral(value)).decode()
