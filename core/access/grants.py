"""What an actor may do: the grants of all their roles added up, asked by entity, action and field; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from core.access.actor import Actor
from core.access.narrowing import Narrowing
from metamodel.actions import Action
from metamodel.model import ACTIONS, Entity, Field, Grant, Model

Coverage = Literal["always", "sometimes"]
"""Whether a field is covered on every row that the actor reaches at all, or on some of them only."""

FOLLOWING = frozenset({"create", "update", "delete"})
"""Actions on a child row that are an ``update`` of its parent."""


READING = frozenset({"read", "show", "export"})
"""Actions that change nothing: the stages of a grant do not limit them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Grants:
    """The effective grants of one set of roles under one model; made by `grants_of`, kept with the model.

    Child entities follow their parent: a child row is reached where its parent is, and where the parent's children
    field is covered there. Their own grants only narrow that: without any, every child row and field is covered, and the
    link to the parent always is. So do entities whose rights follow the record they lead to (``rights: of parent``).
    """

    model: Model
    key: str
    """Hash of the grants' content: equal keys see and may the same, apart from who they are."""
    everything: bool
    own: Mapping[str, tuple[Grant, ...]]
    """The grants as written, by uid of their entity, without the actions that the narrowing takes away."""
    narrowing: Narrowing | None = None
    """What a token or a mode leaves of them; nothing that stands beside grants gives more than it."""
    _answers: dict[tuple[str, ...], Mapping[str, Coverage]] = field(default_factory=dict)

    def may(self, entity: str, action: str) -> bool:
        """Whether the action is granted on some row (of the entity with that uid)."""
        if self.everything:
            return True
        if not self.branches(entity, action):
            return False
        followed = self.model.entity_by_uid[entity].follows
        if followed is not None:
            return any(
                self.may(target, self.asked_of_followed(entity, action)) for target in self.followed(entity)
            )
        link = self.parent_link(entity)
        if link is None:
            return True
        parent, children = link
        if action == "read":
            return self.may(parent.uid, "read") and children.uid in self.readable(parent.uid)
        if action not in FOLLOWING:
            return self.may(parent.uid, action)
        return any(
            self.may(parent.uid, how) and children.uid in self.writable(parent.uid, how)
            for how in ("update", "create")
        )

    def may_run(self, action: Action) -> bool:
        """Whether an action of the configuration is granted on some record; child rows, too, need a grant that names it."""
        return self.everything or any(action.right in g.actions for g in self.own.get(action.entity, ()))

    def leaves(self, entity: str, action: str) -> bool:
        """Whether a narrowing leaves the action on the entity, if it is granted at all."""
        return self.narrowing is None or self.narrowing.leaves(self.model.entity_by_uid[entity], action)

    def branches(self, entity: str, action: str) -> tuple[Grant, ...]:
        """The grants that give the action, each with its own ``rows``; for a child entity those that narrow it.

        Empty means never. A grant without ``rows`` makes the others needless, so it then stands alone when it covers
        every field.
        """
        if action == "read" and self.model.entity_by_uid[entity].name == "file":
            return (
                Grant(entity=entity, actions=frozenset(("read",))),
            )  # the records that hold a file decide
        if not self.leaves(entity, action):
            return ()
        found = tuple(g for g in self.own.get(entity, ()) if action in g.actions)
        if self.everything or (not found and narrows(self.model.entity_by_uid[entity])):
            return (Grant(entity=entity, actions=frozenset(ACTIONS)),)
        widest = next((g for g in found if unlimited(g) and g.fields is None), None)
        return (widest,) if widest else found

    def parent_link(self, entity: str) -> tuple[Entity, Field] | None:
        """For a child entity, its parent entity and the children field there that holds its rows."""
        child = self.model.entity_by_uid[entity]
        if child.parent is None:
            return None
        parent = self.model.entity_by_uid[child.by_uid[child.parent].target or ""]
        return parent, next(f for f in parent.fields if f.target == entity and f.through == child.parent)

    def followed(self, entity: str) -> tuple[str, ...]:
        """The entities (uids) that records of an entity with ``rights: of parent`` may lead to."""
        model = self.model.entity_by_uid[entity]
        return model.by_uid[model.follows].targets if model.follows is not None else ()

    def asked_of_followed(self, entity: str, action: str) -> str:
        """What must be granted on the record that leads, for an action on what follows its rights."""
        model = self.model.entity_by_uid[entity]
        if action not in (*FOLLOWING, "move"):
            return action
        return str(model.by_uid[model.follows or ""].options.get("write_by", "update"))

    def readable(self, entity: str) -> Mapping[str, Coverage]:
        """The fields (by uid) whose cells can be read on visible rows; a field that is absent never can."""
        return self._covered(entity, "read") if self.may(entity, "read") else {}

    def writable(self, entity: str, action: str) -> Mapping[str, Coverage]:
        """The fields (by uid) that ``update`` or ``create`` covers; read-only and computed ones not sorted out."""
        return self._covered(entity, action) if self.may(entity, action) else {}

    def covering(self, entity: str, action: str, field_uid: str) -> tuple[Grant, ...]:
        """The grants of the action that cover a field; `show` gives cells as `read` does."""
        return tuple(g for g in self._cells(entity, action) if g.fields is None or field_uid in g.fields)

    def _cells(self, entity: str, action: str) -> tuple[Grant, ...]:
        given = self.branches(entity, action)
        if action != "read" or self.everything:
            return given
        return given + tuple(g for g in self.own.get(entity, ()) if "show" in g.actions and g not in given)

    def _covered(self, entity: str, action: str) -> Mapping[str, Coverage]:
        known = self._answers.get((entity, action))
        if known is None:
            known = self._answers[entity, action] = self._cover(self.model.entity_by_uid[entity], action)
        return known

    def _cover(self, entity: Entity, action: str) -> Mapping[str, Coverage]:
        rows = self.branches(entity.uid, action)
        found: dict[str, Coverage] = {}
        if not rows:
            return found
        for each in entity.fields:
            giving = self.covering(entity.uid, action, each.uid)
            if action == "read" and (each.system or each.uid in (entity.parent, entity.follows)):
                found[each.uid] = "always"
            elif giving:
                always = all(any(unlimited(g) or g.rows == row.rows for g in giving) for row in rows)
                found[each.uid] = "always" if always else "sometimes"
        return found


def narrows(entity: Entity) -> bool:
    """Whether own grants of the entity only narrow what follows from another record."""
    return entity.parent is not None or entity.follows is not None


NO_ROW = "id IS NULL"
"""The rule of a grant of no row: where own grants only narrow, it leaves its actions to nobody who has no other."""


def of_no_row(grant: Grant) -> bool:
    """Whether the grant stands on no row, by a rule that says just that."""
    return grant.rows is not None and grant.rows.text == NO_ROW


def unlimited(grant: Grant) -> bool:
    """Whether the grant stands on every row."""
    return grant.rows is None


def grants_of(model: Model, actor: Actor) -> Grants:
    """The effective grants of the actor, made once for each set of roles of a model and what narrows them."""
    roles = None if actor.system else tuple(sorted(actor.roles))
    narrowing = None if actor.system else actor.narrowing
    kept: dict[tuple[tuple[str, ...] | None, Narrowing | None], Grants] = model.derived.setdefault(
        "grants", {}
    )
    found = kept.get((roles, narrowing))
    if found is None:
        found = kept[roles, narrowing] = make_grants(model, roles, narrowing)
    return found


def make_grants(model: Model, roles: Iterable[str] | None, narrowing: Narrowing | None = None) -> Grants:
    """The grants of these roles (uids) added up, and what the narrowing leaves of them; None is the system itself."""
    held = [model.role_by_uid[uid] for uid in roles if uid in model.role_by_uid] if roles is not None else []
    everything = roles is None or any(role.everything for role in held)
    if roles is None or (everything and narrowing is None):
        return Grants(model=model, key="everything", everything=True, own={})
    own: dict[str, tuple[Grant, ...]] = {}
    for grant in _all_grants(model) if everything else (g for role in held for g in role.grants):
        left = grant if narrowing is None else _left(model, grant, narrowing)
        if left is not None and left not in own.get(grant.entity, ()):
            own[grant.entity] = (*own.get(grant.entity, ()), left)
    return Grants(model=model, key=make_key(own, narrowing), everything=False, own=own, narrowing=narrowing)


def _all_grants(model: Model) -> Iterator[Grant]:
    """What who may everything may, said by grants, so that it can be narrowed."""
    for entity in model.entities.values():
        named = frozenset(a.right for a in model.actions.values() if a.entity == entity.uid)
        given = named | {"reveal"} if narrows(entity) else named.union(ACTIONS)
        yield Grant(entity=entity.uid, actions=given)


def _left(model: Model, grant: Grant, narrowing: Narrowing) -> Grant | None:
    """The grant with the actions that are left to it, None when none are."""
    entity = model.entity_by_uid[grant.entity]
    actions = frozenset(action for action in grant.actions if narrowing.leaves(entity, action))
    return replace(grant, actions=actions) if actions else None


def make_key(own: Mapping[str, tuple[Grant, ...]], narrowing: Narrowing | None) -> str:
    """The same for the same grants in any order, narrowed alike: hexadecimal, 32 characters."""
    written = sorted(
        repr((
            g.entity, sorted(g.actions), g.rows and g.rows.root, g.check and g.check.root,
            None if g.stages is None else sorted(g.stages), None if g.fields is None else sorted(g.fields),
        ))
        for grants in own.values()
        for g in grants
    )  # fmt: skip
    if narrowing is not None:
        written.append(narrowing.key)
    return hashlib.sha256("\n".join(written).encode()).hexdigest()[:32]
