"""Keys of a pivot as people read them: titles of linked records, names of choices, spellings of texts; and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.pivot.reading import HIDDEN, Group, Texts
from core.query.pivot.resolving import Key, PivotPlan
from core.query.pivot.statement.keys import led_to
from core.query.query import Link, LinkAny
from core.query.read import titles
from core.query.relations import choices_of
from core.storage.workspace import Transaction
from metamodel.any_link import AnyLink
from metamodel.model import Choice
from metamodel.text import fold

UNSEEN = Link(id=None, hidden=True)
UNSEEN_ANY = LinkAny(id=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What keys stand for, by their place among all keys."""

    keys: tuple[Key, ...]
    links: Mapping[int, Mapping[Any, Link | LinkAny]]
    choices: Mapping[int, Mapping[str, tuple[int, Choice]]]
    texts: Texts
    led: Mapping[int, Mapping[str, str]]
    """Of links to any record the names of the entities that they may lead to and the reader reads, by uid."""

    def referred(self, link: AnyLink, place: int) -> str:
        """A link to any record as expressions write it."""
        return f"{self.led[place][link.entity]}:{link.id}"

    def shown(self, group: Group, start: int) -> Group:
        """A group's keys as the API writes them."""
        return tuple(self._shown(value, place) for place, value in enumerate(group, start=start))

    def order(self, group: Group, start: int) -> tuple[Any, ...]:
        """What a group is sorted by: ascending, stages and choices in their order, empty last."""
        return tuple(self._order(value, place) for place, value in enumerate(group, start=start))

    def _unseen(self, place: int) -> Link | LinkAny:
        return UNSEEN if self.keys[place].kind == "link" else UNSEEN_ANY

    def _shown(self, value: Any, place: int) -> Any:
        if value is None:
            return None
        if value == (HIDDEN,):
            return self._unseen(place)
        match self.keys[place].kind:
            case "link" | "link_any":
                return self.links[place].get(value, self._unseen(place))
            case "choice" | "choices":
                known = self.choices[place].get(value)
                return value if known is None else known[1].name
            case "text":
                return self.texts.spelled[place][value]
            case "number" if isinstance(value, Decimal):
                return _with_digits(value, self.keys[place].place.type.scale)
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
            case "link_any":
                link = self.links[place].get(value, UNSEEN_ANY)
                return (1,) if link.hidden else (0, fold(link.title), value.entity, value.id)
            case "choice" | "choices":
                known = self.choices[place].get(value)
                return (0, len(self.choices[place]) if known is None else known[0], value)
            case "duration":
                return (0, value.total)
            case _:
                return (0, value)


def _with_digits(value: Decimal, scale: int) -> Decimal | int:
    """The same number with the digits of its field: databases write the beginnings of steps in different ways."""
    if scale == 0 and value == int(value):
        return int(value)
    return value if -int(value.as_tuple().exponent) > scale else round(value, scale)


def labels_of(
    tx: Transaction, actor: Actor, plan: PivotPlan, groups: Iterable[Group], texts: Texts
) -> Labels:
    """What the keys of these groups stand for, as the reader may see it."""
    links: dict[int, Mapping[Any, Link | LinkAny]] = {}
    choices: dict[int, Mapping[str, tuple[int, Choice]]] = {}
    led: dict[int, Mapping[str, str]] = {}
    grants = grants_of(tx.model, actor)
    for place, key in enumerate(plan.keys):
        if key.kind == "link":
            entity = tx.model.entity_by_uid[key.place.type.entity or ""]
            ids = {group[place] for group in groups if isinstance(group[place], int)}
            links[place] = titles(tx, actor, entity, sorted(ids))
        elif key.kind == "link_any":
            links[place] = any_titles(tx, actor, (group[place] for group in groups))
            targets = led_to(tx.model, key.place)
            led[place] = {uid: tx.model.entity_by_uid[uid].name for uid in targets if grants.may(uid, "read")}
        elif key.kind in ("choice", "choices"):
            listed = enumerate(choices_of(tx.model, key.field))
            choices[place] = {choice.uid: (index, choice) for index, choice in listed}
    return Labels(keys=plan.keys, links=links, choices=choices, texts=texts, led=led)


def any_titles(tx: Transaction, actor: Actor, links: Iterable[Any]) -> dict[AnyLink, Link | LinkAny]:
    """Links to any record with their titles, as the reader may see them."""
    wanted: dict[str, set[int]] = {}
    for link in links:
        if isinstance(link, AnyLink):
            wanted.setdefault(link.entity, set()).add(link.id)
    found: dict[AnyLink, Link | LinkAny] = {}
    for uid, ids in wanted.items():
        entity = tx.model.entity_by_uid[uid]
        for record, link in titles(tx, actor, entity, sorted(ids)).items():
            shown = LinkAny(entity=entity.name, id=record, title=link.title, deleted=link.deleted)
            found[AnyLink(uid, record)] = UNSEEN_ANY if link.hidden else shown
    return found
