"""The roster: what those who manage people see of them beside their records: roles and where from, keys, last visit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from core.storage.workspace import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How somebody came by a role: their own, by a group (its id), or because another role (its uid) includes it."""

    kind: Literal["own", "group", "included"]
    group: int | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of a person's keys: whether there is a password, a second factor, an invitation that waits."""

    password: bool = False
    factor: bool = False
    invited_until: datetime | None = None
    seen: datetime | None = None
    sessions: int = 0
    tokens: int = 0
    ways: Mapping[str, tuple[Way, ...]]
    """Every role (uid) the person has, and how they came by it."""


NONE: tuple[int, datetime | None] = (0, None)


def entries(tx: Transaction, people: Collection[int]) -> Mapping[int, Entry]:
    """Of each of these people (ids); a few statements for all of them."""
    ids = tuple(people)
    own = tx.tables.own
    passwords = _among(tx, own.credential.c.user, ids)
    factors = _among(tx, own.factor.c.user, ids)
    sessions = _summed(tx, own.session, own.session.c.seen_at, ids)
    tokens = _summed(tx, own.token, own.token.c.used_at, ids)
    signed = _signed_in(tx, ids)
    invited = _invited(tx, ids)
    ways = ways_of(tx, ids)
    found = {}
    for user in ids:
        moments = (sessions.get(user, NONE)[1], tokens.get(user, NONE)[1], signed.get(user))
        visits = [moment for moment in moments if moment is not None]
        found[user] = Entry(
            password=user in passwords, factor=user in factors, invited_until=invited.get(user),
            seen=max(visits, default=None), sessions=sessions.get(user, NONE)[0],
            tokens=tokens.get(user, NONE)[0], ways=ways.get(user, {}),
        )  # fmt: skip
    return found


def without_password(tx: Transaction) -> set[int]:
    """Everybody (ids of users) who cannot sign in yet, since they have not chosen a password."""
    user, credential = tx.tables[tx.model.entities["user"].uid].table, tx.tables.own.credential
    known = sa.select(credential.c.user)
    select = sa.select(user.c.id).where(user.c.deleted_at.is_(None), user.c.id.not_in(known))
    return set(tx.connection.execute(select).scalars())


def without_factor(tx: Transaction) -> set[int]:
    """Everybody (ids of users) without a second factor."""
    user, factor = tx.tables[tx.model.entities["user"].uid].table, tx.tables.own.factor
    known = sa.select(factor.c.user)
    select = sa.select(user.c.id).where(user.c.deleted_at.is_(None), user.c.id.not_in(known))
    return set(tx.connection.execute(select).scalars())


def holders(tx: Transaction, role: str) -> set[int]:
    """Everybody (ids of users) who has that role (uid), by whatever way."""
    giving = {uid for uid, whole in tx.model.included.items() if role in whole}
    return {user for user, held, _ in given(tx, None) if held in giving}


def group_sizes(tx: Transaction, groups: Collection[int]) -> Mapping[int, int]:
    """How many people are in each of these groups (ids), those of the groups inside them included."""
    member = tx.tables.own.member
    select = sa.select(member.c.group, sa.func.count()).where(member.c.group.in_(tuple(groups)))
    return {row[0]: row[1] for row in tx.connection.execute(select.group_by(member.c.group))}


def _among(
    tx: Transaction, column: sa.Column[Any], ids: tuple[int, ...], *more: sa.ColumnElement[bool]
) -> set[int]:
    return set(tx.connection.execute(sa.select(column).where(column.in_(ids), *more)).scalars())


def _summed(
    tx: Transaction, table: sa.Table, moment: sa.Column[Any], ids: tuple[int, ...]
) -> Mapping[int, tuple[int, datetime | None]]:
    """How many that still open something, and when one was last used."""
    live = sa.case((sa.or_(table.c.ends_at.is_(None), table.c.ends_at > tx.now), 1))
    select = sa.select(table.c.user, sa.func.count(live), sa.func.max(moment, type_=moment.type)).where(
        table.c.user.in_(ids)
    )
    rows = tx.connection.execute(select.group_by(table.c.user))
    return {row[0]: (row[1], row[2]) for row in rows}


def _signed_in(tx: Transaction, ids: tuple[int, ...]) -> Mapping[int, datetime]:
    """When each last signed in: sessions that ended are gone, this stays."""
    table = tx.tables.own.security
    latest = sa.func.max(table.c.at, type_=table.c.at.type)
    select = sa.select(table.c.user, latest).where(table.c.user.in_(ids), table.c.kind == "signed_in")
    return {row[0]: row[1] for row in tx.connection.execute(select.group_by(table.c.user))}


def _invited(tx: Transaction, ids: tuple[int, ...]) -> Mapping[int, datetime]:
    table = tx.tables.own.invitation
    select = sa.select(table.c.user, sa.func.max(table.c.ends_at)).where(
        table.c.user.in_(ids), table.c.ends_at > tx.now
    )
    rows = tx.connection.execute(select.group_by(table.c.user))
    return {row[0]: row[1] for row in rows}


def ways_of(tx: Transaction, people: Collection[int]) -> Mapping[int, Mapping[str, tuple[Way, ...]]]:
    """Of each of these people (ids) every role (uid) that counts and how they came by it: what is given to them first,
    then what that includes."""
    found: dict[int, dict[str, list[Way]]] = {}
    included = tx.model.included
    rows = [row for row in given(tx, people) if row[1] in included]
    steps = [
        (user, role, Way(kind="own") if group is None else Way(kind="group", group=group))
        for user, role, group in rows
    ]
    steps += [
        (user, uid, Way(kind="included", role=role))
        for user, role, _ in rows
        for uid in included[role]
        if uid != role
    ]
    for user, role, way in steps:
        ways = found.setdefault(user, {}).setdefault(role, [])
        if way not in ways:
            ways.append(way)
    return {user: {uid: tuple(each) for uid, each in ways.items()} for user, ways in found.items()}


def given(tx: Transaction, people: Collection[int] | None) -> Iterator[tuple[int, str, int | None]]:
    """Every role that these people (ids; None: everybody) are given themselves, then every one by a group: the user, the
    uid of the role, and the group."""
    roles, definition = _column(tx, "role", "definition")
    links, of_user = _column(tx, "user_role", "user")
    _, of_role = _column(tx, "user_role", "role")
    own = sa.select(of_user, definition, sa.null()).join_from(links, roles, of_role == roles.c.id)
    selects = [own.where(links.c.deleted_at.is_(None), roles.c.deleted_at.is_(None), *_of(of_user, people))]
    group = tx.model.entities.get("group")
    if group is not None:
        member = tx.tables.own.member
        lists = tx.tables[group.uid].lists[group.by_name["roles"].uid]
        rows = member.join(lists, lists.c.record == member.c.group).join(roles, roles.c.id == lists.c.target)
        by_group = sa.select(member.c.user, definition, member.c.group).select_from(rows)
        by_group = by_group.where(roles.c.deleted_at.is_(None), *_of(member.c.user, people))
        selects.append(by_group.order_by(member.c.group))
    for select in selects:
        yield from ((user, role, which) for user, role, which in tx.connection.execute(select))


def _of(column: sa.Column[Any], people: Collection[int] | None) -> list[sa.ColumnElement[bool]]:
    return [] if people is None else [column.in_(tuple(people))]


def _column(tx: Transaction, entity: str, field: str) -> tuple[sa.Table, sa.Column[Any]]:
    found = tx.model.entities[entity]
    place = tx.tables[found.uid]
    return place.table, place.columns[found.by_name[field].uid].value
