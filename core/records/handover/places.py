"""Where records name people: the fields by which something is somebody's."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.grants import Grants
from metamodel.model import Entity, Field, Model

SYSTEM = "system"

OFFICES = frozenset({"department", "user"})
"""The system's own entities whose links to people say what somebody answers for (the head of a department, whatever a
solution adds); those of the others say who people are, or what they said.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A field that names people; ``open`` says whether the one who asks may change it on some record."""

    entity: Entity
    field: Field
    open: bool

    @property
    def key(self) -> str:
        """What it is called in a job: by uids, so that a change of names in between does no harm."""
        return f"{self.entity.uid} {self.field.uid}"

    @property
    def name(self) -> str:
        """What it is called by people's programs."""
        return f"{self.entity.name}.{self.field.name}"


def places(model: Model, grants: Grants) -> tuple[Place, ...]:
    """The fields by which records are somebody's, as far as these rights let them be read; in the order of the model."""
    user = model.entities["user"]
    order = {uid: place for place, uid in enumerate(model.entity_by_uid)}
    found = [
        Place(entity=entity, field=field, open=field.uid in grants.writable(entity.uid, "update"))
        for entity, field in model.links_to[user.uid]
        if _is_held(entity, field) and field.uid in grants.readable(entity.uid)
    ]
    return tuple(sorted(found, key=lambda place: order[place.entity.uid]))


def _is_held(entity: Entity, field: Field) -> bool:
    """Whether the field says whose a record is: people set it, and it is no part of what the system knows of people."""
    if field.system or field.targets or not field.writable or field.read_only:
        return False
    return entity.solution != SYSTEM or entity.name in OFFICES
