"""New records of a job taken away: to the bin by an ordinary deletion, and out of it for ever where nothing leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.history.journal import neutral
from core.query.changes import asked_of
from core.records.engine import run
from core.records.indexing import forget
from core.records.shapes import Row
from core.records.statements import chunks, load
from core.records.takeback.returning import Written, each_or_none, keep_stamps
from core.records.takeback.task import Deed
from core.records.work import below, start
from core.system import guards
from metamodel.fields.base import Context
from metamodel.fields.link_any import AnyLink
from metamodel.messages import message
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Rows = dict[str, dict[int, dict[str, Any]]]
"""Records by uid of their entity and id, with their stored values."""


def take_away(
    tx: Transaction, actor: Actor, entity: Entity, deeds: Sequence[Deed], job: int
) -> tuple[Written, frozenset[int]]:
    """Take new records away; what others lead to stays. Those of them that are gone for ever are told beside."""
    leading = _leading(tx, entity, [deed.record for deed in deeds])
    gone: Rows = {}

    def write(some: Sequence[Deed]) -> None:
        work = start(tx, actor, Context())
        work.returning = True
        work.unused = frozenset((entity.uid, deed.record) for deed in some)
        work.tops += [
            Row(entity=entity, action="delete", id=deed.record, pointer=f"/{number}")
            for number, deed in enumerate(some)
        ]
        run(work)
        keep_stamps(work)
        for deed, top in zip(some, work.tops, strict=True):
            if deed.record not in leading and not deed.since and not work.swept:
                for row in below(top):
                    gone.setdefault(row.entity.uid, {})[row.id] = dict(row.before)

    free = [deed for deed in deeds if not leading.get(deed.record)]
    found = each_or_none(tx, free, write)
    found.left += [(deed, message("other records lead to it")) for deed in deeds if leading.get(deed.record)]
    written = {deed.record for deed in found.done}
    top = gone.get(entity.uid, {})
    gone[entity.uid] = {record: values for record, values in top.items() if record in written}
    return found, frozenset(gone[entity.uid]) if _remove(tx, gone, job) else frozenset()


def with_their_parents(tx: Transaction, entity: Entity, records: Iterable[int], job: int) -> frozenset[int]:
    """Those of the child rows that a job made under records which it made too: they go with these."""
    if entity.parent is None:
        return frozenset()
    stored = load(tx, entity, records)
    parents = {values[entity.parent] for values in stored.values()}
    target = entity.by_uid[entity.parent].target
    journal = tx.tables.own.journal
    made: set[int] = set()
    for some in chunks(each for each in parents if each is not None):
        rows = sa.select(journal.c.record).where(
            journal.c.entity == target, journal.c.record.in_(some), journal.c.job == job, journal.c.kind == "created"
        )  # fmt: skip
        made.update(tx.connection.execute(rows).scalars())
    return frozenset(record for record, values in stored.items() if values[entity.parent] in made)


def _leading(tx: Transaction, entity: Entity, ids: Sequence[int]) -> dict[int, bool]:
    """Those of the records that others lead to; True when one of these is not in the bin."""
    found: dict[int, bool] = {}
    mine = set(ids)
    for owner, link in tx.model.links_to[entity.uid]:
        if link.system or link.uid == owner.parent or link.via is not None:
            continue
        place = tx.tables[owner.uid]
        live = place.table.c.deleted_at.is_(None)
        pairs = place.lists.get(link.uid)
        for some in chunks(ids):
            if pairs is not None:
                rows = sa.select(pairs.c.target, live, place.table.c.id).where(
                    pairs.c.target.in_(some), place.table.c.id == pairs.c.record
                )
            else:
                column = place.columns[link.uid].value
                wanted = [AnyLink(entity.uid, id) for id in some] if link.targets else some
                rows = sa.select(column, live, place.table.c.id).where(column.in_(wanted))
            for led, used, record in tx.connection.execute(rows):
                if owner.uid != entity.uid or record not in mine:
                    target = led.id if isinstance(led, AnyLink) else led
                    found[target] = found.get(target, False) or bool(used)
    return found


def _remove(tx: Transaction, gone: Rows, job: int) -> bool:
    """Remove the rows themselves, unless something in them must stay for ever; whether they went."""
    entities = [tx.model.entity_by_uid[uid] for uid in gone]
    if any(_stays(entity) for entity in entities):
        return False
    for entity in entities:
        if gone[entity.uid]:
            _forget(tx, entity, gone[entity.uid], job)
    return True


def _stays(entity: Entity) -> bool:
    """Whether records of the entity are never removed: the system's own, and those with numbers without gaps."""
    gapless = any(f.type.name == "number_series" and f.options.get("gapless") for f in entity.fields)
    return gapless or entity.name in guards.GUARDED


def _forget(tx: Transaction, entity: Entity, rows: Mapping[int, Mapping[str, Any]], job: int) -> None:
    own, place, run_it = tx.tables.own, tx.tables[entity.uid], tx.connection.execute
    told = _told(tx, entity, rows)
    forget(tx, entity, rows)
    for some in chunks(rows):
        for pairs in place.lists.values():
            run_it(pairs.delete().where(pairs.c.record.in_(some)))
        run_it(
            own.closure.delete().where(own.closure.c.entity == entity.uid, own.closure.c.descendant.in_(some))
        )
        for table in (own.origin, own.external, own.hand, own.draft):
            run_it(table.delete().where(table.c.entity == entity.uid, table.c.record.in_(some)))
        run_it(place.table.delete().where(place.table.c.id.in_(some)))
        of = own.journal.c.entity == entity.uid, own.journal.c.record.in_(some)
        run_it(own.journal.update().where(*of).values(diff=sa.null()))
    if told:
        mine = own.journal.c.entity == entity.uid, own.journal.c.job == job, own.journal.c.kind == "deleted"
        statement = own.journal.update().where(*mine, own.journal.c.record == sa.bindparam("gone"))
        run_it(statement.values(diff=sa.bindparam("told", type_=own.journal.c.diff.type)), told)


def _told(tx: Transaction, entity: Entity, rows: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of a record that is gone the journal keeps only what rights ask: who saw it learns that it went, nobody else."""
    rules = [
        grant.rows for role in tx.model.roles.values() for grant in role.grants
        if grant.entity == entity.uid and "read" in grant.actions and grant.rows is not None
    ]  # fmt: skip
    asked = asked_of(tx.model, entity, rules)
    asked |= {entity.follows} if entity.follows is not None else set()
    return [
        {"gone": record, "told": {uid: [neutral(values.get(uid)), None] for uid in sorted(asked)}}
        for record, values in rows.items()
    ] if asked else []  # fmt: skip
