"""How a search is found: by the records that the index names, or by asking each record that comes along.

What few records hold is found by the index; what very many hold is met soon enough in the order of the list, where
gathering them all would take seconds. Either way each record is asked under the reader's rights, so the hits are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.query.matching import id_list
from core.query.searching.how import FOUND, HITS, How
from core.storage.search.asked import Reading, asked
from core.storage.search.finding import Finder, Shape, patterns, shape_of
from core.storage.search.layout import layout_of
from core.storage.search.places import Place
from core.storage.workspace import Transaction
from metamodel.model import Entity

SMALL = 2000
"""Records of an entity that are asked one by one without a thought."""

MOST = 4000
"""Records that are gathered by the index; of what more hold, each record is asked in the order of the list."""

FEW = 3
"""So few hits let the other ways to understand what was typed be tried: another layout, letters that look alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a search is found, and the values of its parameters; ``hits`` is about how many records hold it."""

    how: How
    values: Mapping[str, Any] = field(default_factory=dict)
    hits: int = 0

    @property
    def empty(self) -> bool:
        """Whether nobody's records hold it at all."""
        return self.how.mode == "found" and not self.hits


Seen = Callable[[Decision], int]
"""How many records a search finds for the reader, at most `FEW`."""


def decide(tx: Transaction, entity: Entity, text: str, seen: Seen) -> Decision:
    """How the text is searched in an entity for a reader."""
    place = tx.searched.get(entity.uid)
    if place is None or not place.ready or place.layout.key != layout_of(tx.model, entity).key:
        return Decision(how=How(mode="scan"))
    sought = asked(text)
    first = reading_of(tx, place, sought.readings)
    if not sought.others or (not first.empty and seen(first) >= FEW):
        return first
    return reading_of(tx, place, (*sought.readings, *sought.others))


def reading_of(tx: Transaction, place: Place, readings: tuple[Reading, ...]) -> Decision:
    """How these very readings are found, of which one must hold."""
    finder = _finder(tx, place, shape_of(readings))
    values: dict[str, Any] = patterns(readings)
    how = How(mode="asked", place=place, shape=shape_of(readings))
    size = _size(tx, place, finder)
    if not size:
        return Decision(
            how=How(mode="found", place=place, shape=how.shape),
            values={**values, FOUND: id_list(tx.dialect, ())},
        )
    if size <= SMALL:
        return Decision(how=how, values=values)
    share = finder.sample(tx.connection, values)
    hits = int(share * size)
    if hits <= MOST:
        ids = finder.candidates(tx.connection, readings, MOST + 1)
        if len(ids) <= MOST:
            values[FOUND] = id_list(tx.dialect, sorted(set(ids)))
            found = How(mode="found", place=place, shape=how.shape)
            return Decision(how=found, values=values, hits=len(ids))
        hits = MOST
    values[HITS] = hits
    return Decision(how=how, values=values, hits=hits)


def named_of(tx: Transaction, place: Place, readings: tuple[Reading, ...]) -> Decision:
    """The same for what very few records hold: the index is asked at once."""
    finder = _finder(tx, place, shape_of(readings))
    ids = finder.candidates(tx.connection, readings, MOST + 1)
    if len(ids) > MOST:
        return reading_of(tx, place, readings)
    how = How(mode="found", place=place, shape=shape_of(readings))
    values = {**patterns(readings), FOUND: id_list(tx.dialect, sorted(set(ids)))}
    return Decision(how=how, values=values, hits=len(ids))


def titles_of(tx: Transaction, entity: Entity, text: str) -> Decision | None:
    """How records are found by their titles alone; None when the index cannot tell: it is being made, the title has
    parts that are computed, or the text has neither a letter nor a digit."""
    place, sought = tx.searched.get(entity.uid), asked(text)
    layout = layout_of(tx.model, entity)
    if place is None or not place.ready or place.layout.key != layout.key or not sought.readings:
        return None
    known = {uid for column in layout.columns if column.title for uid in (column.link, *column.fields)}
    if any(part.field is not None and part.field not in known for part in entity.title):
        return None
    found = reading_of(tx, place, sought.readings)
    return reading_of(tx, place, (*sought.readings, *sought.others)) if found.empty else found


def _size(tx: Transaction, place: Place, finder: Finder) -> int:
    """The highest id that has a row, asked once in a transaction that only reads."""
    key = ("search size", place.table.name)
    if key not in tx.decided or tx.writing:
        tx.decided[key] = finder.size(tx.connection)
    found: int = tx.decided[key]
    return found


def _finder(tx: Transaction, place: Place, shape: Shape) -> Finder:
    kept: dict[Any, Finder] = tx.model.derived.setdefault("search finders", {})
    key = (tx.dialect, tx.tables.schema, place.table.name, place.layout.key, place.indexed > 0, shape)
    if key not in kept:
        while len(kept) > 500:
            kept.pop(next(iter(list(kept))), None)
        kept[key] = Finder(place, shape, tx.workspace.database)
    return kept[key]
