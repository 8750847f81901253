"""What may be done with one record, as far as the card says it; the last word is `core.records`'."""

from __future__ import annotations

from core.access.actor import Actor
from core.access.grants import grants_of
from core.storage.workspace import Transaction
from metamodel.model import Entity


def allowed(transaction: Transaction, actor: Actor, entity: Entity, identity: int) -> frozenset[str]:
    """The actions among update and delete that some grant gives."""
    grants = grants_of(transaction.model, actor)
    return frozenset(action for action in ("update", "delete", "move") if grants.may(entity.uid, action))
