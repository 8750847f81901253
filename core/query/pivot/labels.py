"""Keys of a pivot as people read them: titles of linked records, names of choices, spellings of texts; and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.access.actor import Actor
from core.query.pivot.reading import HIDDEN, Group, Texts
from core.query.pivot.resolving import Key, PivotPlan
from core.query.query import Link
from core.query.read import titles
from core.query.relations import choices_of
from core.storage.workspace import Transaction
from metamodel.model import Choice
from metamodel.text import fold

UNSEEN = Link(id=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What keys stand for, by their place among all keys."""

    keys: tuple[Key, ...]
    links: Mapping[int, Mapping[int, Link]]
    choices: Mapping[int, Mapping[str, tuple[int, Choice]]]
    texts: Texts

    def shown(self, group: Group, start: int) -> Group:
        """A group's keys as the API writes them."""
        return tuple(self._shown(value, place) for place, value in enumerate(group, start=start))

    def order(self, group: Group, start: int) -> tuple[Any, ...]:
        """What a group is sorted by: ascending, stages and choices in their order, empty last."""
        return tuple(self._order(value, place) for place, value in enumerate(group, start=start))

    def _shown(self, value: Any, place: int) -> Any:
        if value is None:
            return None
        if value == (HIDDEN,):
            return UNSEEN
        match self.keys[place].kind:
            case "link":
                return self.links[place].get(value, UNSEEN)
            case "choice" | "choices":
                known = self.choices[place].get(value)
                return value if known is None else known[1].name
            case "text":
                return self.texts.spelled[place][value]
            case "number" if isinstance(value, Decimal) and self.keys[place].place.type.scale == 0:
                return int(value)
            case _:
                return value

    def _order(self, value: Any, place: int) -> tuple[Any, ...]:
        if value is None:
            return (2,)
        if value == (HIDDEN,):
            return (1,)
        match self.keys[place].kind:
            case "link":
                link = self.links[place].get(value, UNSEEN)
                return (1,) if link.hidden else (0, fold(link.title), value)
            case "choice" | "choices":
                known = self.choices[place].get(value)
                return (0, len(self.choices[place]) if known is None else known[0], value)
            case "duration":
                return (0, value.total)
            case _:
                return (0, value)


def labels_of(
    tx: Transaction, actor: Actor, plan: PivotPlan, groups: Iterable[Group], texts: Texts
) -> Labels:
    """What the keys of these groups stand for, as the reader may see it."""
    links: dict[int, Mapping[int, Link]] = {}
    choices: dict[int, Mapping[str, tuple[int, Choice]]] = {}
    for place, key in enumerate(plan.keys):
        if key.kind == "link":
            entity = tx.model.entity_by_uid[key.place.type.entity or ""]
            ids = {group[place] for group in groups if isinstance(group[place], int)}
            links[place] = titles(tx, actor, entity, sorted(ids))
        elif key.kind in ("choice", "choices"):
            listed = enumerate(choices_of(tx.model, key.field))
            choices[place] = {choice.uid: (index, choice) for index, choice in listed}
    return Labels(keys=plan.keys, links=links, choices=choices, texts=texts)
