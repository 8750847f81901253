"""How long a record stood in each of its stages, as the journal tells it to who may read the stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from core.access.actor import Actor
from core.access.grants import grants_of
from core.history.stages import StageChange, stage_changes
from core.query.read import record
from core.storage.workspace import Transaction
from metamodel.expression.durations import Duration
from metamodel.model import Entity
from metamodel.stages import Stage, Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """The time a record stood in a stage, all its visits together; ``now`` when it stands there, then ``stay`` is how long
    it does so this time.
    """

    stage: Stage
    spent: timedelta
    visits: int = 1
    now: bool = False
    stay: timedelta = timedelta()

    @property
    def over(self) -> float | None:
        """The time (of this stay) against the norm: above 1 it is overdue; None without a norm."""
        return None if self.stage.norm is None else (self.stay or self.spent) / length(self.stage.norm)


def length(norm: Duration) -> timedelta:
    """A norm as a length of time, a month being 30 days."""
    return timedelta(days=norm.days + 30 * norm.months, seconds=norm.seconds)


def stage_times(tx: Transaction, actor: Actor, entity: Entity, id: int) -> tuple[StageTime, ...]:
    """The stages that a record has been in, in the order of the first visit; none for who may not read its stage, or since
    when it is there.

    KBK2006 for a record that the actor does not see.
    """
    stages = entity.stages
    if (
        stages is None
        or not {stages.field, stages.since} <= grants_of(tx.model, actor).readable(entity.uid).keys()
    ):
        return ()
    names = tuple(entity.by_uid[uid].name for uid in (stages.field, stages.since))
    item, _ = record(tx, actor, entity.name, id, (*names, "created_at"), deleted=True)
    current = stages.named(str(item.get(names[0]))) if item.get(names[0]) is not None else None
    if names[0] in item.get("_hidden", ()) or current is None:
        return ()
    changes = stage_changes(tx, entity, (id,))[id]
    return _added_up(tx, stages, changes, current.uid, item.get(names[1]) or item["created_at"])


def _added_up(
    tx: Transaction, stages: Stages, changes: list[StageChange], current: str, since: datetime
) -> tuple[StageTime, ...]:
    """The times between the changes, and since ``since`` in the stage of now. A record that came with a solution stood in
    its first stage since when that says, before the journal knows of it."""
    spent: dict[str, timedelta] = {}
    visits: dict[str, int] = {}
    first = changes[0] if changes else None
    if first is not None and first.source is not None and first.since is not None:
        spent[first.source], visits[first.source] = first.at - first.since, 1
    for before, after in pairwise(changes):
        again = before.target == current and before.at >= since  # left for a move that was taken back
        if before.target is not None and not again:
            began = before.at if before.source is not None else min(before.at, after.since or before.at)
            spent[before.target] = spent.get(before.target, timedelta()) + (after.at - began)
            visits[before.target] = visits.get(before.target, 0) + 1
    stay = max(tx.now - since, timedelta())
    spent[current] = spent.get(current, timedelta()) + stay
    visits[current] = visits.get(current, 0) + 1
    met = dict.fromkeys([*(uid for change in changes for uid in (change.source, change.target)), current])
    found = ((stages.stage(uid), uid) for uid in met if uid in spent)
    return tuple(
        StageTime(
            stage=one,
            spent=spent[uid],
            visits=visits[uid],
            now=uid == current,
            stay=stay if uid == current else timedelta(),
        )
        for one, uid in found
        if one is not None
    )
