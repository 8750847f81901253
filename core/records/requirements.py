"""What a record may not be without: always, or in the stage where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.model import Entity, Field


def required_fields(entity: Entity, stage: str | None) -> tuple[Field, ...]:
    """The fields that a record of the entity has filled in while it is in that stage (uid)."""
    found = entity.stages.stage(stage) if entity.stages is not None else None
    return tuple(entity.by_uid[uid] for uid in found.required if uid in entity.by_uid) if found else ()


def requires(entity: Entity, values: Mapping[str, Any], field: Field) -> bool:
    """Whether a record with these stored values may not lose the field: always, or in its stage."""
    if field.required:
        return True
    return entity.stages is not None and field in required_fields(entity, values.get(entity.stages.field))
