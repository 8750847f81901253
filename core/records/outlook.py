"""What a change of roles, department or groups would mean: what the person sees and may do now, and then.

The change is really made, asked about, and taken back: nothing of it stays, and nothing is guessed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from core.access.actor import Actor
from core.access.grants import Grants, grants_of, of_no_row, unlimited
from core.access.managing import held_roles
from core.query.query import Query
from core.query.read import count
from core.storage.workspace import Transaction
from metamodel.model import ACTIONS, Entity

CAP = 10_000
"""Records counted of one entity; the rest is “more than” that."""

SECONDS = 1.5
"""How long is counted, before a change and with it; what is left then is not counted: others wait to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What somebody has of one entity: how many records they see (at most `CAP`), what they may do, which fields are open.

    ``more`` is there when there are more than were counted, ``all`` when no rule limits them. ``counted`` is false when
    the time was over.
    """

    count: int = 0
    counted: bool = True
    more: bool = False
    all: bool = False
    actions: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


NOTHING = Sight()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One entity before and after a change."""

    entity: Entity
    before: Sight
    after: Sight

    @property
    def changed(self) -> bool:
        """Whether the change means anything here; what was not counted once is not compared."""
        if self.before.counted and self.after.counted:
            return self.before != self.after
        return _uncounted(self.before) != _uncounted(self.after)

    @property
    def difference(self) -> int | None:
        """How many records more (or fewer) there are to see; None when that was not counted."""
        if not (self.before.counted and self.after.counted):
            return None
        if self.before.more and self.after.more:
            return 0 if self.before.all and self.after.all else None
        return self.after.count - self.before.count


def foresee(
    tx: Transaction, viewer: Actor, person: int | None, change: Callable[[], int]
) -> tuple[Outlook, ...]:  # fmt: skip
    """What ``change`` (a write in this transaction that answers the person's id) would mean; it is rolled back.

    Only entities that the viewer may read themselves are told about. A refused change raises its refusal.
    """
    until = time.monotonic() + SECONDS / 2
    before = sights(tx, viewer, person, until) if person is not None else {}
    nested = tx.connection.begin_nested()
    try:
        after = sights(tx, viewer, change(), until + SECONDS / 2)
    finally:
        nested.rollback()
    model = tx.model
    return tuple(
        Outlook(entity=entity, before=before.get(entity.uid, NOTHING), after=after.get(entity.uid, NOTHING))
        for entity in model.entities.values()
        if entity.uid in before or entity.uid in after
    )


def sights(tx: Transaction, viewer: Actor, person: int, until: float = math.inf) -> Mapping[str, Sight]:
    """What the person has of each entity (uid) that the viewer knows, as they are in this very transaction; records are
    counted until that moment of the monotonic clock.
    """
    actor = Actor(user=person, login="", roles=held_roles(tx, person), language=viewer.language)
    mine, theirs = grants_of(tx.model, viewer), grants_of(tx.model, actor)
    found = {}
    for entity in tx.model.entities.values():
        if _is_told(entity) and mine.may(entity.uid, "read"):
            sight = _sight(tx, actor, theirs, entity, counting=time.monotonic() < until)
            if sight != NOTHING:
                found[entity.uid] = sight
    return found


def _uncounted(sight: Sight) -> Sight:
    return replace(sight, count=0, more=False, counted=True)


def _is_told(entity: Entity) -> bool:
    """Whether people think of the entity as something of its own."""
    return entity.menu and entity.parent is None and not entity.off


def _sight(tx: Transaction, actor: Actor, grants: Grants, entity: Entity, *, counting: bool) -> Sight:
    fit = (each for each in ACTIONS if each != "move" or entity.stages is not None)
    own = grants.own.get(entity.uid, ())
    vain = {each for g in own if of_no_row(g) for each in g.actions}
    vain -= {each for g in own if not of_no_row(g) for each in g.actions}
    actions = frozenset(each for each in fit if each not in vain and grants.may(entity.uid, each)) | {
        each.right for each in tx.model.actions_of[entity.uid] if grants.may_run(each)
    }
    if "read" not in actions:
        return Sight(actions=actions)
    counted = count(tx, actor, Query(entity=entity.name, fields=()), cap=CAP + 1) if counting else 0
    return Sight(
        count=min(counted, CAP),
        counted=counting,
        more=counted > CAP,
        all=entity.follows is None and any(unlimited(grant) for grant in grants.branches(entity.uid, "read")),
        actions=actions,
        fields=frozenset(grants.readable(entity.uid)),
    )
