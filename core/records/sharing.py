"""What sharing a record really shows to whom: tried out, so that the dialog promises nothing that roles do not keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor, system_actor
from core.access.managing import held_roles
from core.access.roster import holders
from core.query.allowed import allowed
from core.query.cells_read import cells_read
from core.query.query import Query
from core.query.read import read, record, visible_ids
from core.records.api import create
from core.storage.workspace import Transaction, tried
from metamodel.model import Entity, Field

MOST_ASKED = 50
"""People of a group, role or department who are asked about; of more, these stand for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Of the people it is shared with: how many there are (``more``: and others), saw it before, see it, may change it.

    ``hidden`` are the fields that one person does not see of it although the giver does; empty of several people.
    """

    people: int
    more: bool
    saw: int
    see: int
    change: int
    hidden: tuple[Field, ...] = ()


def try_share(tx: Transaction, actor: Actor, entity: Entity, id: int, values: Mapping[str, Any]) -> Shown:
    """What a share with these values would show; it is made, asked about and taken back. Its refusal is raised."""
    people, more = recipients(tx, values)
    saw = sum(_sees(tx, each, entity, id) for each in people)
    with tried(tx):
        create(tx, actor, "share", {"about": {"entity": entity.name, "id": id}, **values})
        shown = _asked(tx, actor, entity, id, people, more=more)
    return Shown(
        people=shown.people, more=shown.more, saw=saw, see=shown.see, change=shown.change, hidden=shown.hidden
    )


def what_it_shows(tx: Transaction, actor: Actor, entity: Entity, id: int, values: Mapping[str, Any]) -> Shown:
    """What those see and may of the record whom a share that stands names; by whatever way they come to it."""
    people, more = recipients(tx, values)
    return _asked(tx, actor, entity, id, people, more=more)


def recipients(tx: Transaction, values: Mapping[str, Any]) -> tuple[Sequence[Actor], bool]:
    """The people who may sign in that a share names (ids in ``values``), and whether there are more than are asked."""
    wanted: set[int] | None = None
    condition = "active"
    if values.get("user"):
        wanted = {values["user"]}
    elif values.get("group"):
        member = tx.tables.own.member
        select = sa.select(member.c.user).where(member.c.group == values["group"])
        wanted = set(tx.connection.execute(select).scalars())
    elif values.get("role"):
        item, _ = record(tx, system_actor(), "role", values["role"], ("definition",))
        wanted = holders(tx, item["definition"])
    elif values.get("department"):
        condition += f" AND UNDER(department, {int(values['department'])})"
    else:
        wanted = set()
    asked = Query(
        entity="user", fields=("id",), filter=condition, limit=MOST_ASKED,
        ids=None if wanted is None else tuple(sorted(wanted)) or (0,),
    )  # fmt: skip
    page = read(tx, system_actor(), asked)
    people = [Actor(user=item["id"], login="", roles=held_roles(tx, item["id"])) for item in page.items]
    return people, page.next is not None


def _asked(
    tx: Transaction, giver: Actor, entity: Entity, id: int, people: Sequence[Actor], *, more: bool
) -> Shown:
    seeing = [each for each in people if _sees(tx, each, entity, id)]
    changing = [each for each in seeing if "update" in allowed(tx, each, entity.name, id)]
    hidden = _hidden(tx, giver, seeing[0], entity, id) if len(people) == 1 and seeing else ()
    return Shown(people=len(people), more=more, saw=0, see=len(seeing), change=len(changing), hidden=hidden)


def _sees(tx: Transaction, person: Actor, entity: Entity, id: int) -> bool:
    return id in visible_ids(tx, person, entity, (id,))


def _hidden(tx: Transaction, giver: Actor, person: Actor, entity: Entity, id: int) -> tuple[Field, ...]:
    """The fields of this very record that the giver reads and the person does not."""
    mine, theirs = (cells_read(tx, each, entity, (id,)).get(id, {}) for each in (giver, person))
    return tuple(f for f in entity.fields if not f.system and f.uid in mine and f.uid not in theirs)
