"""Who may open the pages of people, and what of a person they may change there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.access.managing import answers_for, below
from core.access.roster import Entry
from core.errors import KubikError
from core.query.allowed import granted
from core.query.read import visible_ids
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the reader of these pages may: ``fields`` are those of a person they may change, ``roles`` those they give."""

    tx: Transaction
    actor: Actor
    grants: Grants
    user: Entity
    fields: frozenset[str]
    roles: frozenset[str]
    may_create: bool

    def may_read(self, name: str) -> bool:
        """Whether they may read that field of people."""
        return self.user.by_name[name].uid in self.grants.readable(self.user.uid)

    def manages(self, person: int) -> bool:
        """Whether what becomes of that person is theirs to say."""
        return bool(self.fields) and answers_for(self.tx, self.actor, person)

    def managed(self, known: Mapping[int, Entry]) -> frozenset[int]:
        """The same of people whose roles are known already."""
        if not self.fields or self.grants.everything:
            return frozenset(known) if self.fields else frozenset()
        mine = (self.actor.user, self.actor.person)
        below = [p for p, e in known.items() if p not in mine and self.roles and self.roles >= e.ways.keys()]
        return granted(self.tx, self.actor, self.user, below, "update")


def manages_people(model: Model, actor: Actor) -> bool:
    """Whether the pages of people are there for this reader: they change people, or add them."""
    user, grants = model.entities.get("user"), grants_of(model, actor)
    if user is None or actor.mode is not None or not grants.may(user.uid, "read"):
        return False
    return grants.may(user.uid, "update") or grants.may(user.uid, "create")


def opened(tx: Transaction, actor: Actor) -> Gate:
    """The gate for this reader; KBK2006 when there is none for them."""
    if not manages_people(tx.model, actor):
        raise KubikError("KBK2006")
    grants, user = grants_of(tx.model, actor), tx.model.entities["user"]
    writable = grants.writable(user.uid, "update")
    return Gate(
        tx=tx, actor=actor, grants=grants, user=user, roles=below(tx.model, actor),
        fields=frozenset(f.name for f in user.fields if f.uid in writable and f.writable),
        may_create=grants.may(user.uid, "create"),
    )  # fmt: skip


def opened_for(tx: Transaction, actor: Actor, person: int) -> Gate:
    """The same for one person, who must be in sight (KBK2006) and theirs to manage (KBK4002)."""
    gate = opened(tx, actor)
    if person not in visible_ids(tx, actor, gate.user, (person,)):
        raise KubikError("KBK2006")
    if not gate.manages(person):
        raise KubikError("KBK4002", message("This person has a role that is not below yours."))
    return gate
