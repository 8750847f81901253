"""Reading a person and their roles for the one who asks: the system solution's user, user_role and role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from zoneinfo import available_timezones

import sqlalchemy as sa

from core.access.actor import Actor, Mode
from core.access.narrowing import read_narrowing
from core.errors import KubikError
from core.storage.own import OwnTables
from core.storage.prepared import Prepared
from core.storage.tables import EntityTable
from core.storage.types import BIG, TEXT, Instant
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Model


@cache
def known_zones() -> frozenset[str]:
    """Names of the machine's time zones: listing them reads hundreds of files, so it is done once."""
    return frozenset(available_timezones())


Key = Literal["session", "token", "user"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An active user, loaded by what proves it: ``key`` is the row id of the proof, ``seen`` when it was last used."""

    actor: Actor
    seen: Any
    key: Any
    acting: int | None = None
    mode: Mode | None = None
    """As whom a session acts, and how."""
    strong: bool = False
    """Whether a second factor was given in the session."""


def find_person(tx: Transaction, by: Key, parameters: Mapping[str, Any]) -> Person | None:
    """The active user of a session or token (its ``hash``, with ``now`` and ``idle``) or of an id (``user``)."""
    slot = ("person", by, tx.tables.schema)
    prepared = tx.model.derived.get(slot)
    if prepared is None:
        if "user" not in tx.model.entities:
            return None
        prepared = tx.model.derived[slot] = Prepared(_statement(tx, by), tx.workspace.database)
    rows = prepared.rows(tx.connection, parameters)
    if not rows:
        return None
    user, key, seen, login, name, language, zone, _, acting, mode, strong, scope = rows[0]
    choice = tx.model.entities["user"].by_name["language"].choice(language) if language else None
    actor = Actor(
        user=user,
        login=login,
        name=name or login,
        roles=effective(tx.model, (row[7] for row in rows)),
        language=choice.name if choice is not None else tx.workspace.settings.language,
        zone=zone if zone in known_zones() else None,
        token=key if by == "token" else None,
        narrowing=read_narrowing(scope),
    )
    return Person(actor=actor, seen=seen, key=key, acting=acting, mode=mode, strong=bool(strong))


def effective(model: Model, roles: Iterable[str | None]) -> tuple[str, ...]:
    """The roles (uids) of who has these, with all that they include."""
    return tuple(sorted({each for uid in roles for each in model.included.get(uid or "", ())}))


def is_user(tx: Transaction, user: int) -> bool:
    """Whether there is a user of that id, may they sign in or not."""
    table = _place(tx, "user").table
    select = sa.select(table.c.id).where(table.c.id == user, table.c.deleted_at.is_(None))
    return tx.connection.execute(select).first() is not None


def find_login(tx: Transaction, login: str) -> tuple[int, bool] | None:
    """The id of the user of that (folded) login, and whether they may sign in."""
    if "user" not in tx.model.entities:
        return None
    user = _place(tx, "user")
    row = tx.connection.execute(
        sa.select(user.table.c.id, _column(user, "active")).where(
            _key(user, "login") == login, user.table.c.deleted_at.is_(None)
        )
    ).first()
    return None if row is None else (row[0], bool(row[1]))


def nobody() -> KubikError:
    """The refusal of who is not, or no longer, somebody here."""
    return KubikError("KBK4001", message("sign in to go on"))


def _statement(tx: Transaction, by: Key) -> sa.CompoundSelect[Any] | sa.Select[Any]:
    """The person, a row for each role: their own ones, then those of the groups they are in."""
    own = _of_roles(tx, by)
    return (
        own if "group" not in tx.model.entities else sa.union_all(own, _of_roles(tx, by, through_groups=True))
    )


def _of_roles(tx: Transaction, by: Key, *, through_groups: bool = False) -> sa.Select[Any]:
    user, membership, role = _place(tx, "user"), _place(tx, "user_role"), _place(tx, "role")
    own = tx.tables.own
    people: sa.FromClause = user.table
    conditions: list[sa.ColumnElement[bool]] = [user.table.c.deleted_at.is_(None), _column(user, "active")]
    key: sa.ColumnElement[Any] = sa.null()
    seen: sa.ColumnElement[Any] = sa.null()
    if by == "user":
        conditions.append(user.table.c.id == sa.bindparam("user", type_=BIG))
    else:
        proof = own.session if by == "session" else own.token
        people = proof.join(user.table, user.table.c.id == proof.c.user)
        key = proof.c.hash if by == "session" else proof.c.id
        seen = proof.c.seen_at if by == "session" else proof.c.used_at
        now = sa.bindparam("now", type_=Instant())
        conditions.append(proof.c.hash == sa.bindparam("hash", type_=TEXT))
        conditions.append(sa.or_(proof.c.ends_at.is_(None), proof.c.ends_at > now))
        if by == "session":
            conditions.append(proof.c.seen_at > sa.bindparam("idle", type_=Instant()))
    if through_groups:
        group = _place(tx, "group")
        given = group.lists[group.entity.by_name["roles"].uid]
        live = sa.and_(role.table.c.id == given.c.target, role.table.c.deleted_at.is_(None))
        people = people.join(own.member, own.member.c.user == user.table.c.id)
        people = people.join(given, given.c.record == own.member.c.group).join(role.table, live)
    else:
        live = sa.and_(role.table.c.id == _column(membership, "role"), role.table.c.deleted_at.is_(None))
        mine = sa.and_(
            _column(membership, "user") == user.table.c.id, membership.table.c.deleted_at.is_(None)
        )
        people = people.outerjoin(membership.table.join(role.table, live), mine)
    return (
        sa.select(
            user.table.c.id,
            key.label("key"),
            seen.label("seen"),
            _column(user, "login"),
            _column(user, "name"),
            _column(user, "language"),
            _column(user, "time_zone"),
            _column(role, "definition"),
            *_standing(own, by),
        )
        .select_from(people)
        .where(*conditions)
    )


def _standing(own: OwnTables, by: Key) -> tuple[sa.ColumnElement[Any], ...]:
    """As whom a session acts, how, whether it had a second factor; what a token leaves of rights."""
    session, token = by == "session", by == "token"
    return (
        (own.session.c.acting if session else sa.null()).label("acting"),
        (own.session.c.mode if session else sa.null()).label("mode"),
        (own.session.c.strong if session else sa.null()).label("strong"),
        (own.token.c.scope if token else sa.null()).label("scope"),
    )


def _place(tx: Transaction, entity: str) -> EntityTable:
    return tx.tables[tx.model.entities[entity].uid]


def _column(place: EntityTable, name: str) -> sa.Column[Any]:
    return place.columns[place.entity.by_name[name].uid].value


def _key(place: EntityTable, name: str) -> sa.Column[Any]:
    columns = place.columns[place.entity.by_name[name].uid]
    return columns.value if columns.key is None else columns.key
