"""Which cells of records somebody may read: asked of many records at once, for what is told about them besides a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.query import Query
from core.query.read import read, visible_ids
from core.storage.workspace import Transaction, unnoted
from metamodel.model import Entity, Field

CHUNK = 500
"""Records asked about in one statement."""


def cells_read(
    tx: Transaction, actor: Actor, entity: Entity, ids: Iterable[int]
) -> dict[int, Mapping[str, Field]]:
    """Of each record that the actor sees, in the bin or not, the fields (by uid) whose cells they may read now."""
    coverage = grants_of(tx.model, actor).readable(entity.uid)
    wanted = list(dict.fromkeys(ids))
    every = {f.uid: f for f in entity.fields if f.uid in coverage}
    masked = tuple(f.name for f in entity.fields if coverage.get(f.uid) == "sometimes" and f.valued)
    if not masked:
        return dict.fromkeys(visible_ids(tx, actor, entity, wanted, "any"), every)
    found: dict[int, Mapping[str, Field]] = {}
    for start in range(0, len(wanted), CHUNK):
        some = tuple(wanted[start : start + CHUNK])
        with unnoted(tx):
            page = read(
                tx,
                actor,
                Query(entity=entity.name, fields=("id", *masked), ids=some, limit=CHUNK),
                life="any",
            )
        for item in page.items:
            hidden = item.get("_hidden")
            found[item["id"]] = (
                {uid: f for uid, f in every.items() if f.name not in hidden} if hidden else every
            )
    return found
