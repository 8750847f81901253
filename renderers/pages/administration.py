"""Places of the navigation that are pages of their own: people, roles and what goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.managing import manages_anybody
from metamodel.messages import Message, message
from metamodel.model import Model
from renderers.people.gate import manages_people

May = Callable[[Model, Actor], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page with an address of its own, and for whom it is; ``entity`` is what it shows better than a list would."""

    href: str
    label: Message
    icon: str
    may: May
    entity: str = ""


def changes(entity: str) -> May:
    """For who may add or change records of that entity of the system."""

    def may(model: Model, actor: Actor) -> bool:
        found = model.entities.get(entity)
        grants = grants_of(model, actor)
        return found is not None and actor.mode is None and any(
            grants.may(found.uid, each) for each in ("create", "update")
        )  # fmt: skip

    return may


def oversees(model: Model, actor: Actor) -> bool:
    """For who answers for people, where there is personal data at all."""
    marked = any(f.personal for e in model.entities.values() for f in e.fields)
    return marked and actor.mode is None and manages_anybody(model, actor)


PLACES: tuple[Place, ...] = (
    Place(href="/people", label=message("People"), icon="users", may=manages_people, entity="user"),
    Place(href="/departments", label=message("Departments"), icon="sitemap", may=changes("department"), entity="department"),
    Place(
        href="/roles", label=message("Roles and rules"), icon="shield-lock", may=manages_anybody, entity="role"
    ),
    Place(href="/groups", label=message("Groups"), icon="users-group", may=changes("group"), entity="group"),
    Place(href="/personal", label=message("Personal data"), icon="fingerprint", may=oversees),
)  # fmt: skip
"""In their order; each is shown to whom it opens."""


def places_for(model: Model, actor: Actor) -> Iterator[Place]:
    """The places that open to this reader."""
    return (place for place in PLACES if place.may(model, actor))
