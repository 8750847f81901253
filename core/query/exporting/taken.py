"""What is taken out of the system as a file: recorded with whose it was, and called by what it is and the day."""

from __future__ import annotations

from datetime import datetime

from core.access.actor import Actor
from core.access.security import note_security
from core.storage.workspace import Workspace
from metamodel.model import Entity


def note_taken(workspace: Workspace, actor: Actor, entity: Entity, count: int, format: str) -> None:
    """Write into the security log of the person what they take: of which entity, of how many records, as what."""
    if actor.system or actor.person is None:
        return
    person = actor.person
    detail = f"{entity.name}, {count}, {format}"
    workspace.write(lambda tx: note_security(tx, "exported", actor.user or person, person, detail=detail))


def dated_name(label: str, workspace: Workspace, format: str) -> str:
    """What a file is called when it is saved."""
    return f"{label} {datetime.now(workspace.zone).date()}.{format}"
