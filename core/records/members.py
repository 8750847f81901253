"""Groups of people: who is in a group, those of the groups inside it included, kept with every write of groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.records.shapes import Row
from core.records.statements import chunks
from core.records.values import escaped
from core.records.work import Work
from metamodel.expression.names import GROUP
from metamodel.messages import message
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Edges = Mapping[int, set[int]]


def keep_members(work: Work) -> None:
    """Bring membership up to what was written; a group that would stand inside itself is refused (KBK3006)."""
    entity = work.model.entities.get(GROUP)
    if entity is None:
        return
    every = work.by_entity("create", "update", "delete", "restore").get(entity.uid, [])
    rows = [row for row in every if row.touched and _matters(entity, row)]
    if not rows:
        return
    _alone(work.tx)
    inside = _edges(work.tx, entity, "groups")
    met = [row for row in rows if row.id in _reached(inside, inside.get(row.id, ()))]
    for row in met:
        name = entity.by_name["groups"].name
        work.refuse(f"{row.pointer}/{escaped(name)}", "KBK3006", message("A group cannot be inside itself."))
    if not met:
        around: dict[int, set[int]] = {}
        for outer, inner in inside.items():
            for each in inner:
                around.setdefault(each, set()).add(outer)
        changed = {row.id for row in rows}
        _store(work.tx, entity, changed | _reached(around, changed), inside)


def _matters(entity: Entity, row: Row) -> bool:
    """Whether the write can change who is in what."""
    if row.action != "update":
        return True
    uids = (entity.by_name["members"].uid, entity.by_name["groups"].uid)
    return any(row.before.get(uid) != row.values.get(uid) for uid in uids)


def _alone(tx: Transaction) -> None:
    """One writer of groups after the other: each must see what the one before it made."""
    if tx.dialect == "postgresql":
        key = tx.workspace.database.lock_key("members")
        tx.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _edges(tx: Transaction, entity: Entity, name: str) -> dict[int, set[int]]:
    """What each group has in one of its lists, groups in the bin included."""
    table = tx.tables[entity.uid].lists[entity.by_name[name].uid]
    found: dict[int, set[int]] = {}
    for record, target in tx.connection.execute(sa.select(table.c.record, table.c.target)):
        found.setdefault(record, set()).add(target)
    return found


def _reached(edges: Edges, start: Iterable[int]) -> set[int]:
    """All that can be reached from some groups, these included."""
    found, rest = set(start), list(start)
    while rest:
        new = edges.get(rest.pop(), set()) - found
        found |= new
        rest += new
    return found


def _store(tx: Transaction, entity: Entity, groups: set[int], inside: Edges) -> None:
    table, place = tx.tables.own.member, tx.tables[entity.uid]
    live = set(
        tx.connection.execute(sa.select(place.table.c.id).where(place.table.c.deleted_at.is_(None))).scalars()
    )
    among = {outer: inner & live for outer, inner in inside.items()}
    whole = {group: _reached(among, {group}) if group in live else set[int]() for group in groups}
    direct = _direct(tx, entity, set[int]().union(*whole.values()))
    none = set[int]()
    wanted = {(u, group) for group, every in whole.items() for each in every for u in direct.get(each, none)}
    there: set[tuple[int, int]] = set()
    for some in chunks(groups):
        rows = tx.connection.execute(sa.select(table.c.user, table.c.group).where(table.c.group.in_(some)))
        there |= {(user, group) for user, group in rows}
    for group in {group for _, group in there - wanted}:
        for some in chunks({user for user, of in there - wanted if of == group}):
            tx.connection.execute(table.delete().where(table.c.group == group, table.c.user.in_(some)))
    if wanted - there:
        new = [{"user": user, "group": group} for user, group in sorted(wanted - there)]
        tx.connection.execute(table.insert(), new)


def _direct(tx: Transaction, entity: Entity, groups: set[int]) -> dict[int, set[int]]:
    """The people who stand in the lists of these groups themselves."""
    table = tx.tables[entity.uid].lists[entity.by_name["members"].uid]
    found: dict[int, set[int]] = {}
    for some in chunks(groups):
        rows = tx.connection.execute(
            sa.select(table.c.record, table.c.target).where(table.c.record.in_(some))
        )
        for group, user in rows:
            found.setdefault(group, set()).add(user)
    return found
