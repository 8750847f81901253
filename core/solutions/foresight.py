"""What a plan would do to people: who would see more or less, and which access tests would fail; tried and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.access.actor import Actor, system_actor
from core.access.grants import grants_of
from core.access.login import load_actor
from core.access.managing import below, manages, may_everything
from core.query.query import Query
from core.query.read import count, read
from core.records import sync_roles
from core.solutions import kept
from core.solutions.access_tests import failing
from core.solutions.permitting import require_planning, require_within
from core.solutions.plans import Target
from core.storage.catalog import read_catalog
from core.storage.ddl import missing_steps
from core.storage.tables import Tables
from core.storage.workspace import Transaction, Workspace, tried
from metamodel.diff.changes import shape
from metamodel.errors import Problem
from metamodel.messages import Message, message
from metamodel.model import Entity, Model, Role

MOST_PEOPLE = 50
"""People of a role who are counted for: of more it is said for these."""

MOST_RECORDS = 100_000

SECONDS = 2.0
"""How long is counted: others wait to write meanwhile. Of whom it was not counted then is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """``known`` is false when the plan makes tables or columns: then only carrying it out tells what fails."""

    known: bool
    failing: tuple[Problem, ...] = ()
    reach: tuple[Message, ...] = ()


def foresee(workspace: Workspace, actor: Actor, plan: str) -> Foresight:
    """What the kept plan would do to people if it were carried out now."""

    def tried(tx: Transaction) -> Foresight:
        require_planning(tx, actor)
        target = kept.target_of(kept.find(tx, plan))
        require_within(tx, actor, target)
        tables = Tables(target.model, tx.tables.schema, tx.dialect)
        entities = tuple(target.model.entities.values())
        steps = missing_steps(read_catalog(tx.connection, tx.tables.schema), tables, entities)
        if target.moves or any(step.kind != "index" for step in steps):
            return Foresight(known=False)
        return _tried(tx, actor, target, tables)

    return workspace.write(tried)


def _tried(tx: Transaction, actor: Actor, target: Target, tables: Tables) -> Foresight:
    old, old_tables = tx.model, tx.tables
    asked: dict[tuple[str, int], Role] = {}
    for role, entity, people in _touched(tx, actor, target.model):
        for person in people:  # who has several roles that change is counted once, by the first
            asked.setdefault((entity.uid, person), role)
    before = _counted(tx, asked, time.monotonic() + SECONDS / 2)
    with tried(tx):
        tx.model, tx.tables = target.model, tables
        try:
            sync_roles(tx)
            after = _counted(tx, before, time.monotonic() + SECONDS / 2)
            faults = failing(tx)
        finally:
            tx.model, tx.tables = old, old_tables
    counted: dict[tuple[str, str], list[int]] = {}
    for (entity_uid, person), now in after.items():
        role_uid = asked[entity_uid, person].uid
        counted.setdefault((role_uid, entity_uid), []).append(now - before[entity_uid, person])
    lines = [
        line
        for (role_uid, entity_uid), differences in counted.items()
        for line in _lines(_role(old, target.model, role_uid), old.entity_by_uid[entity_uid], differences)
    ]
    left = len({person for _, person in asked.keys() - after.keys()})
    if left:
        lines.append(message("Of {count} people it was not counted how much they will see.", count=left))
    return Foresight(known=True, failing=faults, reach=tuple(lines))


def _counted(tx: Transaction, asked: Iterable[tuple[str, int]], until: float) -> dict[tuple[str, int], int]:
    """How many records of an entity people see, of as many of these as there is time for."""
    found = {}
    for uid, person in asked:
        if time.monotonic() > until:
            break
        found[uid, person] = _seen(tx, person, uid)
    return found


def _role(old: Model, new: Model, uid: str) -> Role:
    return new.role_by_uid.get(uid) or old.role_by_uid[uid]


def _touched(tx: Transaction, actor: Actor, new: Model) -> Iterator[tuple[Role, Entity, list[int]]]:
    """The roles whose reading of an entity changes, with the people who have them and whom the actor manages."""
    managed = None if may_everything(tx.model, actor) else below(tx.model, actor)
    for role in tx.model.roles.values():
        now = new.role_by_uid.get(role.uid)
        if managed is not None and role.uid not in managed:
            continue
        people: list[int] | None = None
        for entity in tx.model.entities.values():
            if entity.uid in new.entity_by_uid and _reads(tx.model, role, entity) != _reads(new, now, entity):
                if people is None:
                    people = [p for p in holders(tx, role) if managed is None or manages(tx, actor, p)]
                if people:
                    yield role, entity, people


def _reads(model: Model, role: Role | None, entity: Entity) -> object:
    """What decides which rows the role sees, in a form that compares."""
    uids = model.included.get(role.uid, {role.uid}) if role is not None else ()
    rows = [g.rows for uid in sorted(uids) for g in model.role_by_uid[uid].grants
            if g.entity == entity.uid and "read" in g.actions]  # fmt: skip
    return shape(tuple(rows))


def holders_filter(model: Model, role: Role) -> str:
    """The people who have a role, by whatever role gives it, themselves or by a group: a filter over users."""
    giving = [r.name for r in model.roles.values() if role.uid in model.included.get(r.uid, {r.uid})]
    names = ", ".join(f"'{name}'" for name in giving)
    own = f"EXISTS(roles WHERE role.name IN ({names}))"
    if "group" not in model.entities:
        return f"active = true AND {own}"
    return f"active = true AND ({own} OR EXISTS(groups WHERE EXISTS(roles WHERE name IN ({names}))))"


def holders(tx: Transaction, role: Role, limit: int = MOST_PEOPLE) -> list[int]:
    """The ids of the people who have a role."""
    query = Query(entity="user", fields=("login",), filter=holders_filter(tx.model, role), limit=MOST_PEOPLE)
    return [int(item["id"]) for item in read(tx, system_actor(), query).items]


def _seen(tx: Transaction, person: int, uid: str) -> int:
    actor = load_actor(tx, person)
    found = tx.model.entity_by_uid.get(uid)
    if found is None:
        return 0
    if not grants_of(tx.model, actor).may(found.uid, "read"):
        return 0
    return count(tx, actor, Query(entity=found.name, fields=()), cap=MOST_RECORDS)


def _lines(role: Role, entity: Entity, differences: list[int]) -> Iterator[Message]:
    for more in (True, False):
        found = sorted(abs(each) for each in differences if each and (each > 0) is more)
        if not found:
            continue
        given = {"role": role.label, "entity": entity.label_many, "count": len(found)}
        if found[0] == found[-1]:
            words = message("{role}: {count} people will see {records} more: {entity}") if more else message(
                "{role}: {count} people will see {records} fewer: {entity}")  # fmt: skip
            yield message(words.text, records=found[0], **given)
        else:
            words = message("{role}: {count} people will see {least} to {most} more: {entity}") if more else message(
                "{role}: {count} people will see {least} to {most} fewer: {entity}")  # fmt: skip
            yield message(words.text, least=found[0], most=found[-1], **given)
