"""The fields of a card or a form in the order of the layout tree, those the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from metamodel.model import Entity, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A tab: its label, and rows of fields."""

    label: str
    rows: tuple[tuple[Field, ...], ...]

    @property
    def fields(self) -> Iterator[Field]:
        return (field for row in self.rows for field in row)


def parts(entity: Entity, visible: Collection[str], language: str) -> tuple[Part, ...]:
    """The tabs with something in them; ``visible`` are uids. An entity without a layout has one part, in pairs."""
    if not entity.layout:
        plain = [f for f in entity.fields if not f.system and f.uid in visible and f.uid != entity.parent]
        return (Part(label="", rows=tuple(_pairs(plain))),)
    found = []
    for tab in entity.layout:
        rows = [
            tuple(entity.by_uid[uid] for uid in row if uid in entity.by_uid and uid in visible)
            for row in tab.rows
        ]
        kept = tuple(row for row in rows if row)
        if kept:
            found.append(Part(label=tab.label.in_language(language), rows=kept))
    return tuple(found)


def _pairs(fields: list[Field]) -> Iterator[tuple[Field, ...]]:
    row: list[Field] = []
    for field in fields:
        if field.type.name in ("children", "long_text"):
            if row:
                yield tuple(row)
            row = []
            yield (field,)
            continue
        row.append(field)
        if len(row) == 2:
            yield tuple(row)
            row = []
    if row:
        yield tuple(row)
