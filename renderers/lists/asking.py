"""The list that somebody asks for: the address under their rights, with the views they saved and how they like to see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.access.grants import grants_of
from core.query.names import readable_entity
from core.records.views import preferences, saved_views
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.model import Entity
from renderers.lists.address import read_address
from renderers.lists.listing import Listing, Look, listing

DENSITY = "density"
COMFORTABLE = "comfortable"
LEAST_WIDTH, MOST_WIDTH = 5, 100
"""Widths of columns that people choose, in units of 8 pixels."""
MOST_CLOSED = 200


def asked_list(who: Visit, tx: Transaction, entity: str, pairs: Iterable[tuple[str, str]]) -> Listing:
    """What an address asks for; KBK2006 for an entity that the person does not read."""
    grants = grants_of(tx.model, who.actor)
    found = readable_entity(tx.model, grants, entity)
    asked = read_address(found.name, pairs)
    saved = saved_views(tx, who.actor, found)
    said = preferences(tx, who.actor, (DENSITY, first_key(found)), below=f"list:{found.uid}")
    first = said.get(first_key(found))
    made = listing(
        tx.model, grants, found, who.actor.roles, asked, saved, first if isinstance(first, str) else None
    )
    look = _look(said.get(look_key(made)), roomy=said.get(DENSITY) == COMFORTABLE)
    return replace(made, look=replace(look, first=first if isinstance(first, str) else None))


def first_key(entity: Entity) -> str:
    """The preference that names the view a person begins with."""
    return f"view:{entity.uid}"


def look_key(made: Listing) -> str:
    """The preference about the columns of a list in its view."""
    return f"list:{made.entity.uid}:{made.view.uid if made.view is not None else ''}"


def _look(kept: Any, *, roomy: bool) -> Look:
    said: Mapping[str, Any] = kept if isinstance(kept, dict) else {}
    widths, frozen, closed = said.get("widths"), said.get("frozen"), said.get("closed")
    return Look(
        widths={n: w for n, w in widths.items() if isinstance(w, int)} if isinstance(widths, dict) else {},
        frozen=frozen if isinstance(frozen, int) else None,
        closed=frozenset(closed) if isinstance(closed, list) else frozenset(),
        roomy=roomy,
    )
