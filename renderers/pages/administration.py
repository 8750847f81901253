"""Places of the navigation that the system itself has: people, departments, groups, roles and what goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.managing import manages_anybody, may_everything
from core.query.sighted import oversees
from core.records.importing.suggest import importable
from metamodel.messages import Message, message
from metamodel.model import Model
from renderers.people.gate import manages_people

May = Callable[[Model, Actor], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page with an address of its own, and for whom it is.

    It shows an ``entity`` of the system better than its list would; who may read that, but not open the page, gets the
    list when there is a ``listed`` label for it.
    """

    href: str
    label: Message
    icon: str
    may: May
    entity: str = ""
    listed: bool = False


def reads(entity: str) -> May:
    """For who may read records of that entity of the system."""

    def may(model: Model, actor: Actor) -> bool:
        found = model.entities.get(entity)
        return found is not None and grants_of(model, actor).may(found.uid, "read")

    return may


def works(model: Model, actor: Actor) -> bool:
    """For who reads anything beside what the system itself has."""
    grants = grants_of(model, actor)
    return any(e.solution != "system" and grants.may(e.uid, "read") for e in model.entities.values())


def imports(model: Model, actor: Actor) -> bool:
    """For who may bring records of anything from a file."""
    grants = grants_of(model, actor)
    return any(importable(grants, entity) for entity in model.entities.values())


PLACES: tuple[Place, ...] = (
    Place(
        href="/people", label=message("People"), icon="users", may=manages_people, entity="user", listed=True
    ),
    Place(
        href="/departments", label=message("Departments"), icon="sitemap", may=reads("department"),
        entity="department",
    ),
    Place(href="/groups", label=message("Groups"), icon="users-group", may=reads("group"), entity="group"),
    Place(
        href="/roles", label=message("Roles and rules"), icon="shield-lock", may=manages_anybody, entity="role"
    ),
    Place(href="/templates", label=message("Document templates"), icon="file-text", may=may_everything),
    Place(href="/feed", label=message("Feed"), icon="history", may=works),
    Place(href="/imports", label=message("Import"), icon="file-import", may=imports),
    Place(href="/personal", label=message("Personal data"), icon="fingerprint", may=oversees, entity="erasure"),
)  # fmt: skip
"""In their order; each is shown to whom it opens."""

COVERED = frozenset(place.entity for place in PLACES)
"""Entities of the system that have places here, and so none among the others."""


def places_for(model: Model, actor: Actor) -> Iterator[tuple[Place, str]]:
    """The places that open to this reader, each with its address."""
    for place in PLACES:
        if place.may(model, actor):
            yield place, place.href
        elif place.listed and reads(place.entity)(model, actor):
            yield place, f"/e/{place.entity}"


def manages(model: Model, actor: Actor) -> bool:
    """Whether the reader has more to do there than to look."""
    return manages_people(model, actor) or manages_anybody(model, actor)
