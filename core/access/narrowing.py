"""What a token, a session that views as another, or a deputy's one leaves of somebody's rights: always less, never more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from metamodel.model import Entity, Model

SEEING = frozenset(("read", "show"))
"""What is left to who looks at another person's screen."""

READING = SEEING | {"export"}
"""What is left to a token that only reads."""

OF_SECURITY = ("user", "user_role", "role", "department", "group", "group_role", "share", "deputy")
"""Names of the system's entities that say who is who and may what: a deputy reads them and changes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A restriction of rights: what it does not leave is denied whatever the roles say; entities are uids.

    Child rows and what follows the rights of another record are left together with that record.
    """

    actions: frozenset[str] | None = None
    """The actions that are left; None is all."""
    denied: frozenset[str] = frozenset()
    """Actions that are not left."""
    entities: frozenset[str] | None = None
    """The entities that are left; None is all."""
    guarded: frozenset[str] = frozenset()
    """Entities of which only reading is left."""

    def leaves(self, entity: Entity, action: str) -> bool:
        """Whether the action may still be granted on the entity."""
        if action in self.denied or (self.actions is not None and action not in self.actions):
            return False
        if entity.uid in self.guarded and action not in READING:
            return False
        if self.entities is None or entity.uid in self.entities:
            return True
        return entity.parent is not None or entity.follows is not None

    @property
    def writes(self) -> bool:
        """Whether anything but reading is left at all."""
        return self.actions is None or not self.actions <= READING

    @property
    def key(self) -> str:
        """The same for what leaves the same."""
        return repr((
            None if self.actions is None else sorted(self.actions), sorted(self.denied),
            None if self.entities is None else sorted(self.entities), sorted(self.guarded),
        ))  # fmt: skip

    def __and__(self, other: Narrowing) -> Narrowing:
        """What both leave."""
        return Narrowing(
            actions=_both(self.actions, other.actions),
            denied=self.denied | other.denied,
            entities=_both(self.entities, other.entities),
            guarded=self.guarded | other.guarded,
        )


def both(one: Narrowing | None, other: Narrowing | None) -> Narrowing | None:
    """What both leave; None leaves all."""
    if one is None or other is None:
        return one or other
    return one & other


def viewing() -> Narrowing:
    """What is left of a person's rights to who views as them."""
    return Narrowing(actions=SEEING)


def deputizing(model: Model) -> Narrowing:
    """What is left of a person's rights to their deputy: all but people, roles and configuration."""
    guarded = frozenset(model.entities[name].uid for name in OF_SECURITY if name in model.entities)
    return Narrowing(denied=frozenset(("configure",)), guarded=guarded)


def write_narrowing(narrowing: Narrowing | None) -> dict[str, Any] | None:
    """As JSON, to be stored with a token or a job."""
    if narrowing is None:
        return None
    return {
        "actions": _written(narrowing.actions), "denied": sorted(narrowing.denied),
        "entities": _written(narrowing.entities), "guarded": sorted(narrowing.guarded),
    }  # fmt: skip


def read_narrowing(stored: Mapping[str, Any] | None) -> Narrowing | None:
    """From JSON; what is absent is not narrowed."""
    if stored is None:
        return None
    return Narrowing(
        actions=_read(stored.get("actions")), denied=frozenset(stored.get("denied") or ()),
        entities=_read(stored.get("entities")), guarded=frozenset(stored.get("guarded") or ()),
    )  # fmt: skip


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _written(some: frozenset[str] | None) -> list[str] | None:
    return None if some is None else sorted(some)


def _read(some: Iterable[str] | None) -> frozenset[str] | None:
    return None if some is None else frozenset(some)
