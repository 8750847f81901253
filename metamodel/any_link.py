"""The value of a link to a record of one of several entities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnyLink:
    """A record of some entity: the uid of the entity and the id of the record."""

    entity: str
    id: int

    def __str__(self) -> str:
        return f"{self.entity}:{self.id}"


def read_any(text: str) -> AnyLink:
    """The link that was written as ``<uid of the entity>:<id>``."""
    entity, _, record = text.rpartition(":")
    return AnyLink(entity, int(record))
